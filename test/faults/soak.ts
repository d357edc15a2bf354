import { setTimeout as sleep } from 'node:timers/promises';
import type { WorkerProcess } from '../support/worker-process';
import type { FaultCase, FaultScene } from './fault-case';
import type { Fault } from './fault-proxy';
import { pick } from './seeded';

/** Each bulk request is held up by a time between these, so that there is work left for the last deed. */
const LEAST_DELAY_MS = 3_000;
const MOST_DELAY_MS = 9_000;
const FAULTY_SHARE = 0.25;
/** Between two deeds, so that what is broken recovers and gets on before the next. */
const LEAST_PEACE_MS = 15_000;
const MOST_PEACE_MS = 30_000;
const ASLEEP_MS = 35_000;

const REPLIES: readonly Fault[] = [
  { kind: 'answer', status: 429, retryAfterSeconds: 1 },
  { kind: 'answer', status: 503 },
  { kind: 'items', failure: (_, position) => (position % 20 === 0 ? { status: 503, type: 'busy' } : null) },
  { kind: 'lost' },
  { kind: 'truncated', bytes: 60 },
  { kind: 'garbage' },
  { kind: 'refused' },
];

/** All kinds of faults at once for some minutes, in an order that the seed gives; then the run is left in peace. */
export const SOAK: FaultCase = {
  name: 'soak: a mix of all for minutes',
  scale: 5,
  poison: 0.001,
  mustHitWork: true,
  arrange: (proxy, random) => {
    proxy.plan = async () => {
      const fault = random() < FAULTY_SHARE ? (REPLIES[pick(random, 0, REPLIES.length - 1)] ?? null) : null;
      await sleep(pick(random, LEAST_DELAY_MS, MOST_DELAY_MS));
      return fault;
    };
  },
  meanwhile: async (scene) => {
    let { worker } = scene;
    for (const deed of shuffled(DEEDS, scene.random)) {
      const peaceMs = pick(scene.random, LEAST_PEACE_MS, MOST_PEACE_MS);
      await sleep(peaceMs, undefined, { signal: scene.indexed }).catch(() => undefined);
      if (scene.indexed.aborted) return;
      worker = await deed(scene, worker);
    }
    scene.proxy.plan = () => null;
  },
};

/** Breaks something and mends it. @returns the worker that works from then on */
type Deed = (scene: FaultScene, worker: WorkerProcess) => Promise<WorkerProcess>;

const DEEDS: readonly Deed[] = [
  async ({ startWorker }, worker) => {
    await worker.kill('SIGKILL');
    return await startWorker();
  },
  async ({ startWorker }, worker) => {
    await worker.kill('SIGTERM');
    return await startWorker();
  },
  async ({ startWorker }, worker) => {
    worker.signal('SIGSTOP');
    const other = await startWorker();
    await sleep(ASLEEP_MS);
    worker.signal('SIGCONT');
    await worker.kill('SIGTERM');
    return other;
  },
  ...(['elasticsearch', 'kafka', 'temporal'] as const).map((which): Deed => async ({ killServers }, worker) => {
    await killServers(which);
    return worker;
  }),
  async ({ killServers, startWorker }, worker) => {
    await worker.kill('SIGKILL');
    await killServers('all');
    return await startWorker();
  },
];

function shuffled<T>(all: readonly T[], random: () => number): T[] {
  const left = [...all];
  return all.flatMap(() => left.splice(pick(random, 0, left.length - 1), 1));
}
