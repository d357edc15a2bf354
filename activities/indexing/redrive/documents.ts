import { answeredReason, elasticsearchFailure, isNotFound } from '../../elasticsearch/elasticsearch-failure';
import { withExactVersions } from '../../elasticsearch/exact-versions';
import { PROVENANCE_FIELD, type Provenance } from '../../elasticsearch/provenance';
import { pipelineFailure } from '../../contracts/failures';
import type { BulkItem } from '../bulk-item';
import type { BulkTarget } from '../post-bulk';
import { sendBulk, type SendBulkRequest } from '../send-bulk';
import type { DeadLetter } from './dead-letter';

/** A document without its content. */
export interface FoundDocument {
  readonly version: bigint;
  /** With `primaryTerm`, for optimistic concurrency control. */
  readonly seqNo: number;
  readonly primaryTerm: number;
  readonly provenance: Partial<Provenance>;
}

interface DocumentSource extends BulkTarget {
  /** The alias has an index per month, and it is unknown which one has a document. */
  readonly byMonth: boolean;
}

/** Finds those of `ids` that are in the indices of an alias, in their latest state, refreshed or not. */
export async function findDocuments(
  source: DocumentSource,
  ids: readonly string[],
): Promise<ReadonlyMap<string, FoundDocument>> {
  if (ids.length === 0) return new Map();
  const distinct = [...new Set(ids)];
  try {
    return await (source.byMonth ? searchDocuments(source, distinct) : getDocuments(source, distinct));
  } catch (error) {
    source.signal.throwIfAborted();
    // Before the first month there is no alias.
    if (source.byMonth && isNotFound(error)) return new Map();
    throw elasticsearchFailure(error, action(source, distinct), { index: source.alias });
  }
}

interface Hit {
  readonly _id: string;
  readonly _version: string;
  readonly _seq_no: number;
  readonly _primary_term: number;
  readonly _source?: { readonly [PROVENANCE_FIELD]?: Partial<Provenance> };
}

type MultiGetItem = (Hit & { readonly found: true }) | { readonly found: false } | MultiGetError;
interface MultiGetError {
  readonly error: object;
}

async function getDocuments(source: DocumentSource, ids: string[]): Promise<ReadonlyMap<string, FoundDocument>> {
  const { elasticsearch, alias, signal } = source;
  const path = `/${encodeURIComponent(alias)}/_mget`;
  const request = { path, querystring: { _source_includes: PROVENANCE_FIELD }, body: { ids } };
  const { docs } = await withExactVersions<{ docs: readonly MultiGetItem[] }>(elasticsearch, request, signal);
  const found = new Map<string, FoundDocument>();
  for (const document of docs) {
    if ('error' in document) {
      const reason = answeredReason(document);
      throw pipelineFailure('IndexMisconfigured', `${action(source, ids)}: Elasticsearch answered ${reason}.`);
    }
    if (document.found) found.set(document._id, toFound(document));
  }
  return found;
}

/** If two months have an id, the higher version counts. */
async function searchDocuments(source: DocumentSource, ids: string[]): Promise<ReadonlyMap<string, FoundDocument>> {
  const { elasticsearch, alias: index, signal } = source;
  await elasticsearch.indices.refresh({ index }, { signal });
  const request = {
    path: `/${encodeURIComponent(index)}/_search`,
    querystring: { allow_partial_search_results: false, _source_includes: PROVENANCE_FIELD },
    body: { query: { ids: { values: ids } }, size: 2 * ids.length, version: true, seq_no_primary_term: true },
  };
  const { hits } = await withExactVersions<{ hits: { hits: readonly Hit[] } }>(elasticsearch, request, signal);
  const found = new Map<string, FoundDocument>();
  for (const hit of hits.hits) {
    const document = toFound(hit);
    if ((found.get(hit._id)?.version ?? -1n) < document.version) found.set(hit._id, document);
  }
  return found;
}

function toFound({ _version, _seq_no: seqNo, _primary_term: primaryTerm, _source }: Hit): FoundDocument {
  return { version: BigInt(_version), seqNo, primaryTerm, provenance: _source?.[PROVENANCE_FIELD] ?? {} };
}

function action({ alias }: DocumentSource, ids: readonly string[]): string {
  return `Looking for ${ids.length} documents in ${alias}`;
}

/** A change of the provenance of a dead letter's document. */
export interface DeadLetterUpdate {
  readonly deadLetter: DeadLetter;
  readonly document: FoundDocument;
  readonly provenance: Pick<Provenance, 'redrive' | 'resolvedAt'>;
}

/** Updates documents of dead letters, except those that changed since they were found: they are of newer dead letters. */
export async function updateDeadLetters(
  request: Omit<SendBulkRequest, 'items'>,
  updates: readonly DeadLetterUpdate[],
): Promise<void> {
  const { rejected } = await sendBulk({ ...request, items: updates.map(toUpdate) });
  const [first] = rejected;
  if (first === undefined) return;
  throw pipelineFailure(
    'IndexMisconfigured',
    `${request.alias} rejected ${rejected.length} updates of dead letters (${first.reason}), expected it to have the ` +
      'fields of this version: starting a pipeline with that name creates them.',
    { index: request.alias },
  );
}

function toUpdate({ deadLetter, document, provenance }: DeadLetterUpdate): BulkItem {
  const { id } = deadLetter.content;
  const update = { update: { _id: id, if_seq_no: document.seqNo, if_primary_term: document.primaryTerm } };
  const head = `${JSON.stringify(update)}\n${JSON.stringify({ doc: { [PROVENANCE_FIELD]: provenance } })}`;
  const bytes = Buffer.byteLength(head) + 1;
  return { record: { ...deadLetter.record, value: null }, id, head, bytes, latencyMs: null };
}
