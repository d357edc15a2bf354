import { setTimeout as sleep } from 'node:timers/promises';
import type { ServerName } from '../support/stack-process';
import type { FaultCase, FaultScene } from './fault-case';
import { pick } from './seeded';

/** Longer than the heartbeat timeout of indexing. */
const ZOMBIE_MS = 20_000;

const POINTS = ['index-before-read', 'index-after-bulk', 'index-after-heartbeat', 'index-before-result'] as const;

/** The worker kills itself with SIGKILL at a point of the indexer, and another takes over. */
export const WORKER_KILLS: readonly FaultCase[] = [
  ...POINTS.map((point): FaultCase => {
    return {
      name: `kill -9 of the worker, ${point.replace('index-', '').replaceAll('-', ' ')}`,
      mustHitWork: true,
      worker: (random) => ({ PIPELINE_CRASH_AT: `${point}:${pick(random, 1, 2)}` }),
      meanwhile: async ({ worker, startWorker }: FaultScene): Promise<void> => {
        await worker.ended;
        await startWorker();
      },
    };
  }),
  {
    name: 'SIGTERM of the worker',
    sendsNothingAgain: true,
    meanwhile: async ({ worker, startWorker, proxy }: FaultScene): Promise<void> => {
      await seen(proxy, 2);
      await worker.kill('SIGTERM');
      await startWorker();
    },
  },
  {
    name: 'worker asleep past its heartbeat timeout, replaced, awake again',
    mustHitWork: true,
    meanwhile: async ({ worker, startWorker, proxy }: FaultScene): Promise<void> => {
      await beforeAnswer(proxy, 2, () => {
        worker.signal('SIGSTOP');
      });
      await startWorker();
      await sleep(ZOMBIE_MS);
      worker.signal('SIGCONT');
      await sleep(2_000);
    },
  },
];

/** A server dies while a bulk request is being applied, and comes back with what it had. */
export const SERVER_KILLS: readonly FaultCase[] = (['elasticsearch', 'kafka', 'temporal', 'all'] as const).map(
  (which): FaultCase => ({
    name: which === 'all' ? 'power loss: kill -9 of everything' : `kill -9 of ${which}`,
    mustHitWork: which !== 'kafka' && which !== 'temporal',
    meanwhile: (scene) => killInFlight(scene, which),
  }),
);

async function killInFlight(
  { proxy, killServers, worker, startWorker, random }: FaultScene,
  which: ServerName | 'all',
): Promise<void> {
  let killed: Promise<void> = Promise.resolve();
  await beforeAnswer(proxy, pick(random, 1, 3), () => {
    killed = (async () => {
      if (which === 'all') await worker.kill('SIGKILL');
      await killServers(which);
    })();
  });
  await killed;
  if (which === 'all') await startWorker();
}

type Proxy = FaultScene['proxy'];

/** Acts when Elasticsearch has applied that many requests and the worker does not know of the last yet. */
async function beforeAnswer(proxy: Proxy, requests: number, act: () => void): Promise<void> {
  await new Promise<void>((resolve) => {
    proxy.onApplied = (number) => {
      if (number !== requests) return;
      act();
      resolve();
    };
  });
}

async function seen(proxy: Proxy, requests: number): Promise<void> {
  await beforeAnswer(proxy, requests, () => undefined);
}
