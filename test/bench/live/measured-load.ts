import { setTimeout as sleep } from 'node:timers/promises';
import { latenciesOf, type TimeRange } from './latencies';
import { PARTS, type LoadCost } from './live-cost';
import type { LiveServers } from './live-servers';
import { probeSearches, type SearchableReading } from './searchable-probe';
import { stackUsage, type MeasuredProcesses, type StackUsage } from './stack-usage';

/** Time for the last readings that are measured to become searchable. */
const LATE_MS = 20_000;

/** Readings that come at a rate into the index behind an alias. */
export interface Load extends MeasuredProcesses {
  readonly alias: string;
  readonly ratePerSecond: number;
  readonly measuredMs: number;
}

export interface MeasuredLoad {
  /** When the readings were published that count. */
  readonly range: TimeRange;
  readonly found: readonly SearchableReading[];
  readonly usage: StackUsage;
}

export async function measureLoad(servers: LiveServers, load: Load): Promise<MeasuredLoad> {
  const { alias, measuredMs } = load;
  const fromMs = Date.now();
  const toMs = fromMs + measuredMs;
  const [usage, found] = await Promise.all([
    stackUsage(servers.stack, load, sleep(measuredMs)),
    probeSearches(servers.elasticsearch, alias, toMs + LATE_MS),
  ]);
  return { range: { fromMs, toMs }, found, usage };
}

/**
 * To be called when everything is indexed that was published.
 *
 * @throws Error when there is no reading
 */
export async function costOfLoad(
  { elasticsearch }: LiveServers,
  { alias, measuredMs }: Load,
  { range, found, usage: { cpuMs, elapsedMs } }: MeasuredLoad,
): Promise<LoadCost> {
  const { readings, latencies } = await latenciesOf(elasticsearch, alias, range, found);
  if (readings === 0)
    throw new Error(`expected readings in ${alias} that were published in the time measured, got none`);
  const readingsPerSecond = readings / (measuredMs / 1_000);
  const used = readingsPerSecond * (elapsedMs / 1_000);
  const micros = Object.fromEntries(PARTS.map((part) => [part, (cpuMs[part] * 1_000) / used]));
  return { readingsPerSecond, latencies, micros: micros as LoadCost['micros'] };
}
