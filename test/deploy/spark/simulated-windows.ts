import { DEFAULT_MEASUREMENTS } from '../../../activities/contracts/measurement';
import type { WindowAnomaly } from '../../../activities/contracts/record';
import type { PlannedSimulation } from '../../../activities/contracts/plan';
import { isAnomalous } from '../../../activities/contracts/simulated-shares';
import { ReadingSimulator } from '../../../activities/sources/simulation/simulate-reading';

const MINUTE_MS = 60_000;
const START_MS = Date.parse('2025-01-01T00:00:00Z');
const SIMULATION: PlannedSimulation = {
  kind: 'simulate',
  records: 2_400,
  ratePerSecond: null,
  seed: 5,
  startAt: new Date(START_MS).toISOString(),
  devices: 10,
  intervalMs: 1_000,
  malformedRatio: 0,
  repeatRatio: 0,
  anomalyRatio: 0.004,
};
/** A thousandth of the distance between the limits: a smaller deviation counts as this. */
const FLOORS = { temperature: 0.24, humidity: 0.1 } as const;

interface Reading {
  readonly deviceId: string;
  readonly timestamp: string;
  readonly temperature: number;
  readonly humidity: number;
}

/** Readings of the simulator with the column names of the parse cases, and the expected anomalies. */
export interface SimulatedWindows {
  readonly messages: readonly {
    readonly key: string;
    readonly value: string;
    readonly headers: { readonly 'event-id': string };
  }[];
  /** Windows into which an unlikely value was put, as `<device>|<start in epoch ms>`. */
  readonly anomalous: ReadonlySet<string>;
  /** The first window of a device, computed from its readings one by one. */
  readonly first: { readonly device: string; readonly windowStart: string; readonly anomaly: WindowAnomaly };
}

export function simulatedWindows(): SimulatedWindows {
  const records = new ReadingSimulator(SIMULATION, DEFAULT_MEASUREMENTS, true).records(0, SIMULATION.records ?? 0);
  const readings = records.map(({ sequence, payload }) => {
    const { deviceId, timestamp, ...values } = JSON.parse(payload.toString()) as Reading;
    return { sequence, key: `simulated-${deviceId}`, time: Date.parse(timestamp), ...values };
  });
  const anomalous = readings.filter(({ sequence }) => isAnomalous(SIMULATION, sequence));
  const device = 'simulated-device-0003';
  const first = readings.filter(({ key, time }) => key === device && time < START_MS + MINUTE_MS);
  return {
    messages: readings.map(({ sequence, key, time, temperature, humidity }) => ({
      key,
      value: JSON.stringify({ origin: key, time, temp: temperature * 1.8 + 32, humid: humidity }),
      headers: { 'event-id': `simulated-${sequence}` },
    })),
    anomalous: new Set(anomalous.map(({ key, time }) => `${key}|${Math.floor(time / MINUTE_MS) * MINUTE_MS}`)),
    first: { device, windowStart: '2025-01-01T00:00:00.000000Z', anomaly: anomalyOf(first) },
  };
}

function anomalyOf(readings: readonly Pick<Reading, 'temperature' | 'humidity'>[]): WindowAnomaly {
  const [best] = (['temperature', 'humidity'] as const)
    .map((measurement) => {
      const values = readings.map((reading) => reading[measurement]);
      return { measurement, score: leaveOneOutScore(values, FLOORS[measurement]) };
    })
    .toSorted((a, b) => b.score - a.score);
  if (best === undefined) throw new Error('expected measurements');
  return { ...best, isAnomaly: best.score > 6 };
}

/** `|e - m| / max(s, floor)` of the lowest and the highest value against the mean and deviation of the others. */
function leaveOneOutScore(values: readonly number[], floor: number): number {
  const sorted = values.toSorted((a, b) => a - b);
  const score = (end: number, others: readonly number[]): number => {
    const mean = others.reduce((sum, x) => sum + x, 0) / others.length;
    const variance = others.reduce((sum, x) => sum + (x - mean) ** 2, 0) / (others.length - 1);
    return Math.abs(end - mean) / Math.max(Math.sqrt(variance), floor);
  };
  return Math.max(score(sorted.at(0) ?? 0, sorted.slice(1)), score(sorted.at(-1) ?? 0, sorted.slice(0, -1)));
}
