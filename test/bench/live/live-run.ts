import { setTimeout as sleep } from 'node:timers/promises';
import { aliasesOf } from '../../../activities/contracts/pipeline-names';
import type { RunReport } from '../../../activities/contracts/report';
import { groupCpuMs } from '../process-cost';
import type { LiveCost } from './live-cost';
import type { LiveServers } from './live-servers';
import { costOfLoad, measureLoad, type Load } from './measured-load';
import { searchableAtMs } from './searchable-probe';

const NAME = 'live';
const WARM_UP_MS = 60_000;

/** Starts a pipeline that simulates readings, measures it once it is warm, and ends it with its proof. */
export async function liveRunCost(
  servers: LiveServers,
  options: Pick<Load, 'ratePerSecond' | 'measuredMs'>,
): Promise<Omit<LiveCost, 'idle'>> {
  const { stack, elasticsearch } = servers;
  const { readings: alias } = aliasesOf(NAME);
  const startedMs = Date.now();
  const source = { kind: 'simulate', records: null, ratePerSecond: options.ratePerSecond };
  const handle = await servers.startPipeline(NAME, { source });
  const firstSearchableMs = (await searchableAtMs(elasticsearch, alias, 1)) - startedMs;
  await sleep(WARM_UP_MS);
  const load = { ...options, alias, pipeline: NAME, workerCpuMs: () => groupCpuMs(stack.pidOf('worker')) };
  const measured = await measureLoad(servers, load);
  await handle.executeUpdate('stop');
  const report = (await handle.result()) as RunReport;
  if (!report.reconciled) throw new Error(`the run of ${stack.commit} was not reconciled`);
  const { actionsPerHour } = measured.usage;
  return { ...(await costOfLoad(servers, load, measured)), firstSearchableMs, actionsPerHour };
}
