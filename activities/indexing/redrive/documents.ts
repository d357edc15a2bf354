import type { Client } from '@elastic/elasticsearch';
import { ApplicationFailure } from '@temporalio/common';
import { elasticsearchFailure } from '../../elasticsearch/failures';
import { PASSAGE_FIELD, type Passage } from '../../elasticsearch/passage';
import { pipelineFailure } from '../../failures';

/** What is known of one document; not its content. */
export interface FoundDocument {
  readonly version: number;
  /** By which a later write tells that the document is still the one that was looked at. */
  readonly seqNo: number;
  readonly primaryTerm: number;
  readonly passage: Partial<Passage>;
}

/**
 * Those of `ids` that stand behind an alias, as written last, whether searches see it yet or not.
 *
 * @throws ServiceUnavailable when Elasticsearch does not answer
 * @throws IndexMisconfigured when there is no such alias
 */
export async function findDocuments(
  elasticsearch: Client,
  alias: string,
  ids: readonly string[],
  signal: AbortSignal,
): Promise<ReadonlyMap<string, FoundDocument>> {
  const found = new Map<string, FoundDocument>();
  if (ids.length === 0) return found;
  const what = `Looking for ${ids.length} documents behind ${alias}`;
  const { docs } = await elasticsearch
    .mget<{ [PASSAGE_FIELD]?: Partial<Passage> }>(
      { index: alias, ids: [...new Set(ids)], _source_includes: [PASSAGE_FIELD] },
      { signal },
    )
    .catch((error: unknown) => {
      signal.throwIfAborted();
      throw error instanceof ApplicationFailure ? error : elasticsearchFailure(error, what);
    });
  for (const document of docs) {
    if ('error' in document) {
      throw pipelineFailure('IndexMisconfigured', `${what}: Elasticsearch answered ${document.error.type}.`);
    }
    const { _id, _version: version = 0, _seq_no: seqNo = 0, _primary_term: primaryTerm = 0, _source } = document;
    if (document.found) found.set(_id, { version, seqNo, primaryTerm, passage: _source?.[PASSAGE_FIELD] ?? {} });
  }
  return found;
}
