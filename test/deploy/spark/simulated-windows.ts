import { DEFAULT_MEASUREMENTS } from '../../../activities/contracts/measurement';
import { isAnomalous, type PlannedSimulation } from '../../../activities/contracts/simulated-shares';
import { ReadingSimulator } from '../../../activities/sources/simulation/simulate-reading';

const MINUTE_MS = 60_000;
const SIMULATION: PlannedSimulation = {
  kind: 'simulate',
  records: 6_000,
  ratePerSecond: null,
  seed: 5,
  startAt: '2025-01-01T00:00:00.000Z',
  devices: 10,
  intervalMs: 1_000,
  malformedRatio: 0,
  repeatRatio: 0,
  anomalyRatio: 0.002,
};

/** A reading of the simulator in the vocabulary of the parse cases. */
export interface SimulatedMessage {
  readonly key: string;
  readonly value: string;
  readonly headers: { readonly 'event-id': string };
}

/** Readings of the simulator, and the windows into which it put an unlikely value, as `<device>|<start in epoch ms>`. */
export function simulatedWindows(): {
  readonly messages: readonly SimulatedMessage[];
  readonly anomalous: ReadonlySet<string>;
} {
  const records = new ReadingSimulator(SIMULATION, DEFAULT_MEASUREMENTS, true).records(0, SIMULATION.records ?? 0);
  const anomalous = new Set<string>();
  const messages = records.map(({ sequence, payload }) => {
    const { deviceId, timestamp, temperature, humidity } = JSON.parse(payload.toString()) as Record<string, string>;
    const [key, time] = [`simulated-${String(deviceId)}`, Date.parse(timestamp)];
    if (isAnomalous(SIMULATION, sequence)) anomalous.add(`${key}|${Math.floor(time / MINUTE_MS) * MINUTE_MS}`);
    const value = JSON.stringify({ origin: key, time, temp: Number(temperature) * 1.8 + 32, humid: humidity });
    return { key, value, headers: { 'event-id': `simulated-${sequence}` } };
  });
  return { messages, anomalous };
}

/** `|e - m| / max(s, floor)` of the lowest and the highest value against the mean and deviation of the others. */
export function leaveOneOutScore(values: readonly number[], floor: number): number {
  const sorted = values.toSorted((a, b) => a - b);
  const score = (end: number, others: readonly number[]): number => {
    const mean = others.reduce((sum, x) => sum + x, 0) / others.length;
    const variance = others.reduce((sum, x) => sum + (x - mean) ** 2, 0) / (others.length - 1);
    return Math.abs(end - mean) / Math.max(Math.sqrt(variance), floor);
  };
  return Math.max(score(sorted.at(0) ?? 0, sorted.slice(1)), score(sorted.at(-1) ?? 0, sorted.slice(0, -1)));
}
