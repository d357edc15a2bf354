import type { Client } from '@elastic/elasticsearch';
import { PROVENANCE_FIELD, type Provenance } from '../../elasticsearch/provenance';
import { pipelineFailure } from '../../contracts/failures';
import type { BulkItem } from '../bulk-item';
import { sendBulk } from '../send-bulk';
import type { FoundDocument } from './documents';
import type { Letter } from './letter';

/** What a redrive says of a letter on its document. */
export interface LetterMark {
  readonly letter: Letter;
  /** As it was looked at. */
  readonly document: FoundDocument;
  readonly provenance: Pick<Provenance, 'redrive' | 'resolvedAt'>;
}

export interface MarkLettersRequest {
  readonly elasticsearch: Client;
  readonly alias: string;
  readonly signal: AbortSignal;
  readonly pause: (milliseconds: number) => Promise<void>;
}

/**
 * Writes marks into the provenances of letters' documents; one that changed meanwhile belongs to a newer letter and stays.
 *
 * @throws ServiceUnavailable when Elasticsearch does not answer
 * @throws IndexMisconfigured when it refuses
 */
export async function markLetters(request: MarkLettersRequest, marks: readonly LetterMark[]): Promise<void> {
  const { dead } = await sendBulk({ ...request, items: marks.map(toUpdate) });
  const [first] = dead;
  if (first === undefined) return;
  throw pipelineFailure(
    'IndexMisconfigured',
    `${request.alias} refused ${dead.length} marks on dead letters (${first.reason}), expected it to have the fields of ` +
      'this version: the start of a pipeline under that name makes them.',
    { index: request.alias },
  );
}

function toUpdate({ letter, document, provenance }: LetterMark): BulkItem {
  const { id } = letter.content;
  const action = { update: { _id: id, if_seq_no: document.seqNo, if_primary_term: document.primaryTerm } };
  const head = `${JSON.stringify(action)}\n${JSON.stringify({ doc: { [PROVENANCE_FIELD]: provenance } })}`;
  return { record: { ...letter.record, value: null }, id, head, bytes: Buffer.byteLength(head) + 1 };
}
