import { randomUUID } from 'node:crypto';
import { Client } from '@elastic/elasticsearch';
import { toBulkItem, type BulkItem } from '../../../activities/indexing/bulk-item';
import { sendBulk, type BulkOutcome } from '../../../activities/indexing/send-bulk';
import { idOf } from '../../faults/bulk-exchange';
import { FaultProxy, type Fault } from '../../faults/fault-proxy';
import { stackAddresses } from '../../support/stack';

const REQUEST_TIMEOUT_MS = 500;

let direct: Client;
let proxy: FaultProxy;
let elasticsearch: Client;
beforeAll(async () => {
  const { elasticsearchNode } = stackAddresses();
  direct = new Client({ node: elasticsearchNode, maxRetries: 0 });
  proxy = await FaultProxy.start(elasticsearchNode);
  elasticsearch = new Client({ node: proxy.address, maxRetries: 0, requestTimeout: REQUEST_TIMEOUT_MS });
});
afterEach(() => {
  proxy.plan = () => null;
});
afterAll(async () => {
  await elasticsearch.close();
  await direct.close();
  await proxy.close();
});

/** An alias of an index whose mapping has the number `n` and the keyword `text` only. */
async function newAlias(settings: Record<string, unknown> = {}): Promise<string> {
  const alias = `bulk-${randomUUID()}`;
  await direct.indices.create({
    index: `${alias}-1`,
    settings: { number_of_replicas: 0, ...settings },
    mappings: {
      dynamic: 'strict',
      properties: { provenance: { type: 'object', enabled: false }, n: { type: 'double' }, text: { type: 'keyword' } },
    },
    aliases: { [alias]: { is_write_index: true } },
  });
  return alias;
}

function item(id: string, value: string): BulkItem {
  const record = {
    ...{ partition: 0, offset: '0', timestamp: '0', key: null },
    value: Buffer.from(value),
    headers: { 'event-id': Buffer.from(id) },
  };
  const made = toBulkItem(record, { pipeline: 'p', indexedAt: 0 });
  if ('reason' in made) throw new Error(`expected an item, got ${made.reason}`);
  return made;
}

function items(count: number): BulkItem[] {
  return Array.from({ length: count }, (_, n) => item(`id${n}`, `{"n":${n}}`));
}

const pauses: number[] = [];
async function send(alias: string, sent: readonly BulkItem[], client = elasticsearch): Promise<BulkOutcome> {
  pauses.length = 0;
  const pause = (milliseconds: number): Promise<void> => {
    pauses.push(milliseconds);
    return Promise.resolve();
  };
  return await sendBulk({ elasticsearch: client, alias, items: sent, signal: new AbortController().signal, pause });
}

async function expectAll(alias: string, count: number): Promise<void> {
  await direct.indices.refresh({ index: alias });
  expect((await direct.count({ index: alias })).count).toBe(count);
}

/** The first requests meet these faults, later ones none. */
function faults(...plan: Fault[]): void {
  const first = proxy.requests;
  proxy.plan = ({ number }) => plan[number - first - 1] ?? null;
}

describe('sendBulk before a faulty Elasticsearch', () => {
  const busy: Fault = { kind: 'answer', status: 429, body: '{"error":{"type":"es_rejected_execution_exception"}}' };
  it.each<[string, Fault]>([
    ['a reply that is lost after the documents were applied', { kind: 'lost' }],
    ['a reply that comes after the timeout', { kind: 'late', ms: REQUEST_TIMEOUT_MS * 2 }],
    ['a reply cut off within the first item', { kind: 'truncated', bytes: 40 }],
    ['a reply cut off after it said that nothing failed', { kind: 'truncated', bytes: 30 }],
    ['a reply that is no JSON', { kind: 'garbage' }],
    ['a connection that is refused', { kind: 'refused' }],
    ['a server that is away', { kind: 'answer', status: 503, body: '' }],
    ['a queue that is full', busy],
  ])('sends again after %s', async (_what, fault) => {
    const alias = await newAlias();
    faults(fault, fault);
    expect(await send(alias, items(20))).toEqual({ done: 20, stale: 0, rejected: [], missing: [] });
    expect(pauses).toHaveLength(2);
    await expectAll(alias, 20);
  });

  it('sends only those items again that it was too busy for', async () => {
    const alias = await newAlias();
    const sentAgain: string[][] = [];
    const first = proxy.requests;
    proxy.plan = ({ number, items: sent }) => {
      if (number > first + 1) sentAgain.push(sent.map(idOf));
      if (number > first + 2) return null;
      return {
        kind: 'items',
        failure: (each) =>
          ['id3', 'id7'].includes(idOf(each)) ? { status: number === first + 1 ? 429 : 503, type: 'busy' } : null,
      };
    };
    expect(await send(alias, items(10))).toEqual({ done: 10, stale: 0, rejected: [], missing: [] });
    expect(sentAgain).toEqual([
      ['id3', 'id7'],
      ['id3', 'id7'],
    ]);
    await expectAll(alias, 10);
  });

  it('waits as long as Retry-After asks for', async () => {
    const alias = await newAlias();
    faults({ kind: 'answer', status: 429, body: '', retryAfterSeconds: 7 });
    await send(alias, items(1));
    expect(pauses).toEqual([7_000]);
  });

  it('splits a request that is too large until only the too large item is left, which is rejected', async () => {
    const alias = await newAlias();
    const sent = [...items(8), item('large', JSON.stringify({ text: 'x'.repeat(3_000) }))];
    proxy.plan = ({ bytes }) => (bytes > 2_000 ? { kind: 'answer', status: 413 } : null);
    const outcome = await send(alias, sent);
    expect(outcome).toMatchObject({ done: 8, rejected: [{ item: { id: 'large' }, reason: 'TooLargeForIndex' }] });
    await expectAll(alias, 8);
  });

  it('splits a request that is throttled again and again', async () => {
    const alias = await newAlias();
    proxy.plan = ({ items: sent }) => (sent.length > 3 ? busy : null);
    expect(await send(alias, items(10))).toMatchObject({ done: 10 });
    await expectAll(alias, 10);
  });

  it.each([401, 403])('says at once that access is refused when the answer is %d', async (status) => {
    faults({ kind: 'answer', status, body: '{"error":{"type":"security_exception"}}' });
    const failure = { type: 'AccessRefused', message: expect.stringContaining(`answered ${status}`) as string };
    await expect(send(await newAlias(), items(2))).rejects.toMatchObject(failure);
    expect(pauses).toEqual([]);
  });

  it('stops trying after some tries with a failure that Temporal retries', async () => {
    const alias = await newAlias();
    proxy.plan = () => ({ kind: 'answer', status: 503, body: '' });
    await expect(send(alias, items(2))).rejects.toMatchObject({ type: 'ServiceUnavailable', nonRetryable: false });
  });
});
