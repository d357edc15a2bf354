import { VERSION_HEADER } from '../contracts/record';
import { elasticsearchFailure } from '../elasticsearch/elasticsearch-failure';
import { pipelineFailure } from '../contracts/failures';
import type { BulkItem } from './bulk-item';
import type { BulkOutcome, SendBulkRequest } from './send-bulk';

const LOOK_EVERY_MS = 1_000;
/** Without a single new document for so long the attempt fails visibly, and the next begins at the last heartbeat. */
const PATIENCE_MS = 30_000;
const IDS_PER_SEARCH = 1_000;

/**
 * Waits until somebody else has brought these records into the index, each under its id and at least in its version;
 * writes nothing.
 *
 * @throws SinkBehind when none of those that are missing has come for half a minute
 * @throws ServiceUnavailable when Elasticsearch does not answer
 * @throws IndexMisconfigured when it refuses
 */
export async function awaitDocuments(request: SendBulkRequest): Promise<BulkOutcome> {
  const { alias, items, pause } = request;
  let waiting = items;
  let idleMs = 0;
  for (;;) {
    const left = await notThere(request, waiting);
    const [first] = left;
    if (first === undefined) return { done: items.length, stale: 0, dead: [], missing: [] };
    idleMs = left.length < waiting.length ? 0 : idleMs + LOOK_EVERY_MS;
    waiting = left;
    if (idleMs >= PATIENCE_MS) {
      throw pipelineFailure(
        'SinkBehind',
        `Expected another writer to bring ${waiting.length} more documents into ${alias}, among them ${first.id} of ` +
          `partition ${first.record.partition} offset ${first.record.offset}; none came for ${PATIENCE_MS / 1_000} s. ` +
          'See to the writer and its own dead letters; this goes on when they come.',
        { index: alias },
      );
    }
    await pause(LOOK_EVERY_MS);
  }
}

async function notThere(request: SendBulkRequest, items: readonly BulkItem[]): Promise<readonly BulkItem[]> {
  const versions = new Map<string, number>();
  try {
    await request.elasticsearch.indices.refresh({ index: request.alias }, { signal: request.signal });
    for (let first = 0; first < items.length; first += IDS_PER_SEARCH) {
      await look(request, items.slice(first, first + IDS_PER_SEARCH), versions);
    }
  } catch (error) {
    request.signal.throwIfAborted();
    throw elasticsearchFailure(error, `Looking for documents in ${request.alias}`, { index: request.alias });
  }
  return items.filter(({ id, record }) => (versions.get(id) ?? -1) < wantedVersion(record.headers[VERSION_HEADER]));
}

async function look(
  { elasticsearch, alias, signal }: SendBulkRequest,
  items: readonly BulkItem[],
  versions: Map<string, number>,
): Promise<void> {
  const { hits } = await elasticsearch.search(
    {
      index: alias,
      query: { ids: { values: items.map(({ id }) => id) } },
      size: items.length,
      version: true,
      _source: false,
      allow_partial_search_results: false,
    },
    { signal },
  );
  for (const { _id: id = '', _version: version = 0 } of hits.hits) versions.set(id, version);
}

/** A record without a version is there as soon as its id is. */
function wantedVersion(header: Buffer | undefined): number {
  return header === undefined ? 0 : Number(header.toString('latin1'));
}
