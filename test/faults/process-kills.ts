import { setTimeout as sleep } from 'node:timers/promises';
import type { ServerName } from '../support/stack-process';
import type { FaultCase, FaultContext } from './fault-case';
import { randomInteger } from '../support/seeded-random';

/** Longer than the heartbeat timeout of indexing. */
const SUSPENDED_MS = 20_000;

const POINTS = ['index-before-read', 'index-after-bulk', 'index-after-heartbeat', 'index-before-result'] as const;

/** A worker is stopped, most often by its own SIGKILL at a point of the indexer, and another one continues. */
export const WORKER_KILLS: readonly FaultCase[] = [
  ...POINTS.map((point): FaultCase => {
    return {
      name: `kill -9 of the worker, ${point.replace('index-', '').replaceAll('-', ' ')}`,
      mustHitWork: true,
      worker: (random) => ({ PIPELINE_CRASH_AT: `${point}:${randomInteger(random, 1, 2)}` }),
      meanwhile: async ({ worker, startWorker }: FaultContext): Promise<void> => {
        await worker.ended;
        await startWorker();
      },
    };
  }),
  {
    name: 'SIGTERM of the worker',
    sendsNothingAgain: true,
    meanwhile: async ({ worker, startWorker, proxy }: FaultContext): Promise<void> => {
      await bulkRequests(proxy, 2);
      await worker.kill('SIGTERM');
      await startWorker();
    },
  },
  {
    name: 'worker asleep past its heartbeat timeout, replaced, awake again',
    mustHitWork: true,
    meanwhile: async ({ worker, startWorker, proxy }: FaultContext): Promise<void> => {
      await beforeAnswer(proxy, 2, () => {
        worker.signal('SIGSTOP');
      });
      await startWorker();
      await sleep(SUSPENDED_MS);
      worker.signal('SIGCONT');
      await sleep(2_000);
    },
  },
];

/** Servers are killed while a bulk request is being applied, and restarted with their data. */
export const SERVER_KILLS: readonly FaultCase[] = (['elasticsearch', 'kafka', 'temporal', 'all'] as const).map(
  (which): FaultCase => ({
    name: which === 'all' ? 'power loss: kill -9 of everything' : `kill -9 of ${which}`,
    mustHitWork: which !== 'kafka' && which !== 'temporal',
    meanwhile: (context) => killInFlight(context, which),
  }),
);

async function killInFlight(
  { proxy, killServers, worker, startWorker, random }: FaultContext,
  which: ServerName | 'all',
): Promise<void> {
  let killed: Promise<void> = Promise.resolve();
  await beforeAnswer(proxy, randomInteger(random, 1, 3), () => {
    killed = (async () => {
      if (which === 'all') await worker.kill('SIGKILL');
      await killServers(which);
    })();
  });
  await killed;
  if (which === 'all') await startWorker();
}

type Proxy = FaultContext['proxy'];

/** Calls `act` when Elasticsearch has applied this many requests and the worker has not got the last response yet. */
async function beforeAnswer(proxy: Proxy, requests: number, act: () => void): Promise<void> {
  await new Promise<void>((resolve) => {
    proxy.onApplied = (number) => {
      if (number !== requests) return;
      act();
      resolve();
    };
  });
}

async function bulkRequests(proxy: Proxy, requests: number): Promise<void> {
  await beforeAnswer(proxy, requests, () => undefined);
}
