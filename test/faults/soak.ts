import { setTimeout as sleep } from 'node:timers/promises';
import type { WorkerProcess } from '../support/worker-process';
import type { FaultCase, FaultContext } from './fault-case';
import type { Fault } from './fault-proxy';
import { randomInteger } from '../support/seeded-random';

/** Every bulk request is delayed by a time in this range, so that work is left for the last disruption. */
const MIN_DELAY_MS = 3_000;
const MAX_DELAY_MS = 9_000;
const FAULTY_SHARE = 0.25;
/** Pause between two disruptions, in which the pipeline recovers and makes progress. */
const MIN_PAUSE_MS = 15_000;
const MAX_PAUSE_MS = 30_000;
const SUSPENDED_MS = 35_000;

const REPLIES: readonly Fault[] = [
  { kind: 'answer', status: 429, retryAfterSeconds: 1 },
  { kind: 'answer', status: 503 },
  { kind: 'items', failure: (_, position) => (position % 20 === 0 ? { status: 503, type: 'busy' } : null) },
  { kind: 'lost' },
  { kind: 'truncated', bytes: 60 },
  { kind: 'garbage' },
  { kind: 'refused' },
];

/** All kinds of faults at once for some minutes, in an order that depends on the seed; then the run ends without faults. */
export const SOAK: FaultCase = {
  name: 'soak: a mix of all for minutes',
  scale: 5,
  poison: 0.001,
  mustHitWork: true,
  arrange: (proxy, random) => {
    proxy.plan = async () => {
      const fault = random() < FAULTY_SHARE ? (REPLIES[randomInteger(random, 0, REPLIES.length - 1)] ?? null) : null;
      await sleep(randomInteger(random, MIN_DELAY_MS, MAX_DELAY_MS));
      return fault;
    };
  },
  meanwhile: async (context) => {
    let { worker } = context;
    for (const disrupt of shuffled(DISRUPTIONS, context.random)) {
      const pauseMs = randomInteger(context.random, MIN_PAUSE_MS, MAX_PAUSE_MS);
      await sleep(pauseMs, undefined, { signal: context.indexed }).catch(() => undefined);
      if (context.indexed.aborted) return;
      worker = await disrupt(context, worker);
    }
    context.proxy.plan = () => null;
  },
};

/** Kills or suspends something and replaces it. @returns the worker from then on */
type Disruption = (context: FaultContext, worker: WorkerProcess) => Promise<WorkerProcess>;

const DISRUPTIONS: readonly Disruption[] = [
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
    await sleep(SUSPENDED_MS);
    worker.signal('SIGCONT');
    await worker.kill('SIGTERM');
    return other;
  },
  ...(['elasticsearch', 'kafka', 'temporal'] as const).map((which): Disruption => async ({ killServers }, worker) => {
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
  const remaining = [...all];
  return all.flatMap(() => remaining.splice(randomInteger(random, 0, remaining.length - 1), 1));
}
