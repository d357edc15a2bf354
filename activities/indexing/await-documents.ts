import { VERSION_HEADER } from '../contracts/record';
import { elasticsearchFailure } from '../elasticsearch/elasticsearch-failure';
import { pipelineFailure } from '../contracts/failures';
import type { IncomingRecord } from '../kafka';
import type { BulkItem } from './bulk-item';
import type { BulkTarget } from './post-bulk';
import type { BulkOutcome, SendBulkRequest } from './send-bulk';

const POLL_INTERVAL_MS = 1_000;
/** If no new document appears for this long, the attempt fails visibly, and the next one starts at the last heartbeat. */
const STALL_TIMEOUT_MS = 30_000;
const IDS_PER_SEARCH = 1_000;

/**
 * Waits until another program has indexed these records, each under its id and at least in its version; writes nothing.
 *
 * @throws SinkBehind when none of the missing documents has appeared for half a minute
 * @throws ServiceUnavailable when Elasticsearch does not answer
 * @throws IndexMisconfigured when it rejects a request
 */
export async function awaitDocuments(request: SendBulkRequest): Promise<BulkOutcome> {
  const { alias, items, pause } = request;
  let waiting = items;
  let stalledMs = 0;
  for (;;) {
    const missing = await filterMissing(request, waiting);
    const [first] = missing;
    if (first === undefined) return { done: items.length, stale: 0, rejected: [], missing: [] };
    stalledMs = missing.length < waiting.length ? 0 : stalledMs + POLL_INTERVAL_MS;
    waiting = missing;
    if (stalledMs >= STALL_TIMEOUT_MS) {
      throw pipelineFailure(
        'SinkBehind',
        `Expected the external writer to index ${waiting.length} more documents into ${alias}, among them ${first.id} of ` +
          `partition ${first.record.partition} offset ${first.record.offset}; none appeared for ${STALL_TIMEOUT_MS / 1_000} s. ` +
          'Check the writer and its own dead letters; indexing continues when the documents are there.',
        { index: alias },
      );
    }
    await pause(POLL_INTERVAL_MS);
  }
}

async function filterMissing(target: BulkTarget, items: readonly BulkItem[]): Promise<readonly BulkItem[]> {
  const { elasticsearch, alias: index, signal } = target;
  const versions = new Map<string, number>();
  const search = { index, version: true, _source: false, allow_partial_search_results: false };
  try {
    await elasticsearch.indices.refresh({ index }, { signal });
    for (let first = 0; first < items.length; first += IDS_PER_SEARCH) {
      const values = items.slice(first, first + IDS_PER_SEARCH).map(({ id }) => id);
      // An id may be in the indices of two months.
      const page = { query: { ids: { values } }, size: 2 * values.length };
      const { hits } = await elasticsearch.search({ ...search, ...page }, { signal });
      for (const { _id: id = '', _version: version = 0 } of hits.hits) {
        versions.set(id, Math.max(version, versions.get(id) ?? 0));
      }
    }
  } catch (error) {
    signal.throwIfAborted();
    throw elasticsearchFailure(error, `Looking for documents in ${index}`, { index });
  }
  // Without a version header, any version will do.
  const expected = ({ headers }: IncomingRecord): number => Number(headers[VERSION_HEADER]?.toString('latin1') ?? 0);
  return items.filter(({ id, record }) => (versions.get(id) ?? -1) < expected(record));
}
