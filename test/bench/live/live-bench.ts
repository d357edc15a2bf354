/**
 * `npm run bench -- live [--against COMMIT] [--minutes N] [--rate N] [--silence N]`: what a run without end of this commit and
 * of another one needs under load and while it is idle, each in the local stack of its own commit, one after the other; and a
 * naive loop at the same rate on the servers of this commit.
 *
 * @module
 */
import { idleRunCost } from './idle-run';
import type { LiveCost, LoadCost } from './live-cost';
import { liveRunCost } from './live-run';
import { LiveServers } from './live-servers';
import { liveTable } from './live-table';
import { naiveRunCost } from './naive-run';

const MINUTE_MS = 60_000;

interface LiveBenchOptions {
  readonly minutes: number;
  readonly silentMinutes: number;
  readonly ratePerSecond: number;
}

export async function liveBench(
  commits: readonly string[],
  { minutes, silentMinutes, ratePerSecond }: LiveBenchOptions,
): Promise<void> {
  const costs = new Map<string, LiveCost>();
  const naive: LoadCost[] = [];
  const load = { ratePerSecond, measuredMs: minutes * MINUTE_MS };
  for (const commit of commits) {
    const servers = await LiveServers.start(commit);
    try {
      servers.say(`${ratePerSecond} readings per second`);
      const live = await liveRunCost(servers, load);
      servers.say('a silent topic');
      costs.set(commit, { ...live, idle: await idleRunCost(servers, silentMinutes * MINUTE_MS) });
      if (commit !== commits.at(-1)) continue;
      servers.say('the naive loop');
      naive.push(await naiveRunCost(servers, load));
    } finally {
      await servers.stop();
    }
  }
  for (const loop of naive) process.stdout.write(liveTable(costs, loop));
}
