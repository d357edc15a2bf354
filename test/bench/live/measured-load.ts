import { setTimeout as sleep } from 'node:timers/promises';
import { latenciesOf, type TimeRange } from './latencies';
import { PARTS, type LoadCost } from './live-cost';
import type { LiveServers } from './live-servers';
import { probeSearches, type SearchableReading } from './searchable-probe';
import { stackUsage, type MeasuredProcesses, type StackUsage } from './stack-usage';

/**
 * Searches cost Elasticsearch a part of a core, which other latencies must not wait for: they follow when the rest is measured.
 */
const PROBED_MS = 60_000;
/** Time for the last readings that are probed to become searchable. */
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
  /** Readings that were published after that. */
  readonly probed: readonly SearchableReading[];
  readonly usage: StackUsage;
}

export async function measureLoad(servers: LiveServers, load: Load): Promise<MeasuredLoad> {
  const { alias, measuredMs } = load;
  const fromMs = Date.now();
  const usage = await stackUsage(servers.stack, load, sleep(measuredMs));
  const toMs = Date.now();
  const probedToMs = toMs + PROBED_MS;
  const found = await probeSearches(servers.elasticsearch, alias, probedToMs + LATE_MS);
  // What was published before the first search may have been searchable before it.
  const probed = found.filter(({ publishedMs }) => publishedMs >= toMs && publishedMs < probedToMs);
  return { range: { fromMs, toMs }, probed, usage };
}

/**
 * To be called when everything is indexed that was published.
 *
 * @throws Error when there is no reading
 */
export async function costOfLoad(
  { elasticsearch }: LiveServers,
  { alias, measuredMs }: Load,
  { range, probed, usage: { cpuMs, elapsedMs } }: MeasuredLoad,
): Promise<LoadCost> {
  const { readings, latencies } = await latenciesOf(elasticsearch, alias, range, probed);
  if (readings === 0)
    throw new Error(`expected readings in ${alias} that were published in the time measured, got none`);
  const readingsPerSecond = readings / (measuredMs / 1_000);
  const used = readingsPerSecond * (elapsedMs / 1_000);
  const micros = Object.fromEntries(PARTS.map((part) => [part, (cpuMs[part] * 1_000) / used]));
  return { readingsPerSecond, latencies, micros: micros as LoadCost['micros'] };
}
