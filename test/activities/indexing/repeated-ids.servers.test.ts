import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { Client } from '@elastic/elasticsearch';

import { toBulkItem, type BulkItem } from '../../../activities/indexing/bulk-item';
import { sendBulk } from '../../../activities/indexing/send-bulk';
import type { IndexLaneResult } from '../../../activities/indexing/lane';
import { createKafkaGateway, type KafkaGateway } from '../../../activities/kafka';
import { idOf } from '../../faults/bulk-exchange';
import { FaultProxy } from '../../faults/fault-proxy';
import { stackAddresses } from '../../support/stack';
import { indexLane } from '../../support/index-lane';

/** Of one bulk request. */
const MAX_ITEMS = 5_000;
const HELD_MS = 2_000;
const SHARDS = 3;

interface Document {
  readonly n: number;
  readonly provenance: { readonly offset: string };
}

let kafka: KafkaGateway;
let direct: Client;
let proxy: FaultProxy;
let elasticsearch: Client;
let name: string;
beforeAll(async () => {
  const { kafkaBrokers, elasticsearchNode } = stackAddresses();
  kafka = createKafkaGateway({ brokers: kafkaBrokers, clientId: 'repeated-ids' });
  direct = new Client({ node: elasticsearchNode, maxRetries: 0 });
  proxy = await FaultProxy.start(elasticsearchNode);
  elasticsearch = new Client({ node: proxy.address, maxRetries: 0 });
});
beforeEach(async () => {
  name = `repeated-${randomUUID()}`;
  await direct.indices.create({
    index: `${name}-1`,
    settings: { number_of_shards: SHARDS, number_of_replicas: 0 },
    mappings: { dynamic: 'strict', properties: { provenance: { enabled: false }, n: { type: 'integer' } } },
    aliases: { [name]: { is_write_index: true } },
  });
});
afterEach(async () => {
  proxy.plan = () => null;
  proxy.onApplied = () => undefined;
  await direct.indices.delete({ index: `${name}-1` });
});
afterAll(async () => {
  await kafka.close();
  await elasticsearch.close();
  await direct.close();
  await proxy.close();
});

async function index(): Promise<IndexLaneResult> {
  return await indexLane({ kafka, elasticsearch }, { topic: name, alias: name });
}

async function documentOf(id: string): Promise<Document | undefined> {
  return (await direct.get<Document>({ index: name, id }))._source;
}

function item(id: string, n: number): BulkItem {
  const record = { partition: 0, offset: String(n), timestamp: '0', key: null };
  const headers = { 'event-id': Buffer.from(id) };
  const made = toBulkItem({ ...record, value: Buffer.from(`{"n":${n}}`), headers }, { pipeline: 'p', indexedAt: 0 });
  if ('reason' in made) throw new Error(`expected an item, got ${made.reason}`);
  return made;
}

async function send(items: readonly BulkItem[]): Promise<unknown> {
  const { signal } = new AbortController();
  return await sendBulk({ elasticsearch, alias: name, items, signal, pause: () => Promise.resolve() });
}

/** Of the records that repeat, the first has this number. */
function isOlder(sent: string): boolean {
  return sent.endsWith('"n":0}\n');
}

describe('records under one id', () => {
  it('leave the newest, though the request that holds the older is the slower of two', async () => {
    await kafka.prepareTopics([{ topic: name, partitions: 1, maxMessageBytes: 1_048_588 }]);
    const ids = ['repeated', ...Array.from({ length: MAX_ITEMS }, (_, n) => `e${n}`), 'repeated'];
    await kafka.publish(
      name,
      ids.map((id, n) => ({ key: null, value: `{"n":${n}}`, headers: { 'event-id': id } })),
    );
    let isOvertaken = false;
    proxy.onApplied = () => (isOvertaken = true);
    proxy.plan = async ({ items }) => {
      if (!items.some(isOlder)) return null;
      for (const endMs = Date.now() + HELD_MS; !isOvertaken && Date.now() < endMs;) await sleep(20);
      return null;
    };
    expect(await index()).toMatchObject({
      positions: { 0: { next: String(ids.length) } },
      counts: { read: ids.length, indexed: ids.length },
    });
    const newest = ids.length - 1;
    expect(await documentOf('repeated')).toMatchObject({ n: newest, provenance: { offset: String(newest) } });
  });

  it('leave the newest of one request, as Elasticsearch applies them in order', async () => {
    const repeats = 5;
    const ids = Array.from({ length: 400 }, (_, n) => `e${n}`);
    const items = Array.from({ length: repeats }, (_, round) => ids.map((id) => item(id, round))).flat();
    for (let times = 0; times < 3; times++) expect(await send(items)).toMatchObject({ done: items.length });
    await direct.indices.refresh({ index: name });
    const { hits } = await direct.search<Document>({ index: name, size: ids.length, query: { match_all: {} } });
    expect(hits.hits.map(({ _source }) => _source?.n)).toEqual(ids.map(() => repeats - 1));
  });

  it('leave the newest of one request, though the older one alone must be sent again', async () => {
    const [first, sent] = [proxy.requests + 1, [] as string[][]];
    proxy.plan = ({ number, items }) => {
      sent.push(items.map(idOf));
      const busy = { status: 429, type: 'busy' };
      return { kind: 'items', failure: (each) => (number === first && isOlder(each) ? busy : null) };
    };
    const outcome = await send([item('repeated', 0), item('other', 1), item('repeated', 2)]);
    expect(outcome).toEqual({ done: 3, stale: 0, rejected: [], missing: [] });
    expect(sent.slice(1)).toEqual([['repeated', 'repeated']]);
    expect(await documentOf('repeated')).toMatchObject({ n: 2, provenance: { offset: '2' } });
  });
});
