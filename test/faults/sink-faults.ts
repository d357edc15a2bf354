import { setTimeout as sleep } from 'node:timers/promises';
import { idOf } from './bulk-exchange';
import type { FaultCase, FaultScene } from './fault-case';
import type { Fault, FaultPlan } from './fault-proxy';

const BUSY = '{"error":{"type":"es_rejected_execution_exception"}}';
const LATE_MS = 3_000;
const REFUSED_MS = 30_000;
const MENDED_MS = 5_000;
const MAX_BYTES = 200_000;

/** What breaks between the worker and Elasticsearch. */
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
  { name: 'reply that is no JSON', arrange: (proxy) => (proxy.plan = everyThird({ kind: 'garbage' })) },
  { name: 'refused for 30 s', arrange: (proxy) => (proxy.plan = until(REFUSED_MS, { kind: 'refused' })) },
  {
    name: '413 above 200 KB',
    arrange: (proxy) => (proxy.plan = ({ bytes }) => (bytes > MAX_BYTES ? answer(413) : null)),
  },
  { name: 'write block, lifted after 5 s', meanwhile: blockFor(MENDED_MS) },
  { name: 'alias without write index, mended after 5 s', meanwhile: withoutWriteIndexFor(MENDED_MS) },
];

function answer(status: number): Fault {
  return { kind: 'answer', status, body: status === 429 ? BUSY : '' };
}

/** About one item in twenty fails the first two times it is sent. */
function someItemsTwice(status: number, random: () => number): FaultPlan {
  const left = new Map<string, number>();
  const failure = (item: string) => {
    const id = idOf(item);
    const times = left.get(id) ?? (random() < 0.05 ? 2 : 0);
    left.set(id, Math.max(0, times - 1));
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

function until(ms: number, fault: Fault): FaultPlan {
  let endMs = 0;
  return () => {
    endMs ||= Date.now() + ms;
    return Date.now() < endMs ? fault : null;
  };
}

/** From the start on, so that the first requests meet it. */
function blockFor(ms: number) {
  return async ({ elasticsearch, alias }: FaultScene): Promise<void> => {
    const block = (isOn: boolean) => put(`${elasticsearch}/${alias}/_settings`, { 'index.blocks.write': isOn });
    await block(true);
    await sleep(ms);
    await block(false);
  };
}

function withoutWriteIndexFor(ms: number) {
  return async ({ elasticsearch, alias }: FaultScene): Promise<void> => {
    const other = `${alias}-other`;
    const names = Object.keys((await (await fetch(`${elasticsearch}/${alias}/_alias`)).json()) as object);
    const [index = ''] = names;
    await put(`${elasticsearch}/${other}`, {});
    const add = (name: string, isWriteIndex: boolean) => ({
      add: { index: name, alias, is_write_index: isWriteIndex },
    });
    await put(`${elasticsearch}/_aliases`, { actions: [add(index, false), add(other, false)] }, 'POST');
    await sleep(ms);
    await put(
      `${elasticsearch}/_aliases`,
      { actions: [{ remove: { index: other, alias } }, add(index, true)] },
      'POST',
    );
  };
}

async function put(url: string, body: object, method = 'PUT'): Promise<void> {
  const headers = { 'content-type': 'application/json' };
  const reply = await fetch(url, { method, headers, body: JSON.stringify(body) });
  if (!reply.ok) throw new Error(`${url} answered ${reply.status}: ${await reply.text()}`);
}
