import { VERSION_HEADER } from '../contracts/record';
import { elasticsearchFailure } from '../elasticsearch/elasticsearch-failure';
import { withExactVersions } from '../elasticsearch/exact-versions';
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

interface FoundVersions {
  readonly hits: { readonly hits: readonly { readonly _id: string; readonly _version: string }[] };
}

async function filterMissing(target: BulkTarget, items: readonly BulkItem[]): Promise<readonly BulkItem[]> {
  const { elasticsearch, alias: index, signal } = target;
  const versions = new Map<string, bigint>();
  const path = `/${encodeURIComponent(index)}/_search`;
  const querystring = { allow_partial_search_results: false };
  try {
    await elasticsearch.indices.refresh({ index }, { signal });
    for (let first = 0; first < items.length; first += IDS_PER_SEARCH) {
      const values = items.slice(first, first + IDS_PER_SEARCH).map(({ id }) => id);
      // An id may be in the indices of two months.
      const body = { query: { ids: { values } }, size: 2 * values.length, version: true, _source: false };
      const request = { path, querystring, body };
      const { hits } = await withExactVersions<FoundVersions>(elasticsearch, request, signal);
      for (const { _id: id, _version } of hits.hits) {
        const version = BigInt(_version);
        if (version > (versions.get(id) ?? -1n)) versions.set(id, version);
      }
    }
  } catch (error) {
    signal.throwIfAborted();
    throw elasticsearchFailure(error, `Looking for documents in ${index}`, { index });
  }
  // Without a version header, any version will do.
  const expected = ({ headers }: IncomingRecord): bigint => BigInt(headers[VERSION_HEADER]?.toString('latin1') ?? 0);
  return items.filter(({ id, record }) => (versions.get(id) ?? -1n) < expected(record));
}
