import { setTimeout as sleep } from 'node:timers/promises';
import { idOf } from './bulk-exchange';
import type { FaultCase, FaultContext } from './fault-case';
import type { Fault, FaultPlan } from './fault-proxy';

const BUSY = '{"error":{"type":"es_rejected_execution_exception"}}';
const LATE_MS = 3_000;
const REFUSED_MS = 30_000;
const OUTAGE_MS = 5_000;
const MAX_BYTES = 200_000;

/** Faults between the worker and Elasticsearch. */
export const SINK_FAULTS: readonly FaultCase[] = [
  { name: 'nothing' },
  { name: '429 for 5 % of items, twice', arrange: (proxy, random) => (proxy.plan = someItemsTwice(429, random)) },
  { name: '503 for 5 % of items, twice', arrange: (proxy, random) => (proxy.plan = someItemsTwice(503, random)) },
  { name: '503 for six requests', arrange: (proxy) => (proxy.plan = firstRequests(6, answer(503))) },
  { name: '1 % poison', poison: 0.01 },
  { name: 'reply lost after it was applied', arrange: (proxy) => (proxy.plan = everyThird({ kind: 'lost' })) },
  {
    name: 'reply later than the timeout',
    worker: () => ({ ELASTICSEARCH_TIMEOUT_MS: String(LATE_MS / 2) }),
    arrange: (proxy) => (proxy.plan = everyThird({ kind: 'late', ms: LATE_MS })),
  },
  { name: 'truncated reply', arrange: (proxy) => (proxy.plan = everyThird({ kind: 'truncated', bytes: 60 })) },
  { name: 'reply that is not JSON', arrange: (proxy) => (proxy.plan = everyThird({ kind: 'garbage' })) },
  { name: 'refused for 30 s', arrange: (proxy) => (proxy.plan = duringFirst(REFUSED_MS, { kind: 'refused' })) },
  {
    name: '413 above 200 KB',
    arrange: (proxy) => (proxy.plan = ({ bytes }) => (bytes > MAX_BYTES ? answer(413) : null)),
  },
  { name: 'write block, lifted after 5 s', meanwhile: blockFor(OUTAGE_MS) },
  { name: 'alias without write index, restored after 5 s', meanwhile: withoutWriteIndexFor(OUTAGE_MS) },
];

function answer(status: number): Fault {
  return { kind: 'answer', status, body: status === 429 ? BUSY : '' };
}

/** About one item in twenty fails the first two times it is sent. */
function someItemsTwice(status: number, random: () => number): FaultPlan {
  const failuresLeft = new Map<string, number>();
  const failure = (item: string) => {
    const id = idOf(item);
    const times = failuresLeft.get(id) ?? (random() < 0.05 ? 2 : 0);
    failuresLeft.set(id, Math.max(0, times - 1));
    return times > 0 ? { status, type: 'es_rejected_execution_exception' } : null;
  };
  return () => ({ kind: 'items', failure });
}

function firstRequests(count: number, fault: Fault): FaultPlan {
  let seen = 0;
  return () => (++seen <= count ? fault : null);
}

function everyThird(fault: Fault): FaultPlan {
  let seen = 0;
  return () => (seen++ % 3 === 0 ? fault : null);
}

function duringFirst(ms: number, fault: Fault): FaultPlan {
  let endMs = 0;
  return () => {
    endMs ||= Date.now() + ms;
    return Date.now() < endMs ? fault : null;
  };
}

/** Sets the block before the first bulk request. */
function blockFor(ms: number) {
  return async ({ elasticsearch, alias }: FaultContext): Promise<void> => {
    const block = (isOn: boolean) =>
      elasticsearch.request('PUT', `/${alias}/_settings`, { 'index.blocks.write': isOn });
    await block(true);
    await sleep(ms);
    await block(false);
  };
}

function withoutWriteIndexFor(ms: number) {
  return async ({ elasticsearch, alias }: FaultContext): Promise<void> => {
    const other = `${alias}-other`;
    const [index = ''] = Object.keys(await elasticsearch.request<object>('GET', `/${alias}/_alias`));
    await elasticsearch.request('PUT', `/${other}`, {});
    const add = (name: string, isWriteIndex: boolean) => ({
      add: { index: name, alias, is_write_index: isWriteIndex },
    });
    await elasticsearch.request('POST', '/_aliases', { actions: [add(index, false), add(other, false)] });
    await sleep(ms);
    const restore = [{ remove: { index: other, alias } }, add(index, true)];
    await elasticsearch.request('POST', '/_aliases', { actions: restore });
  };
}
