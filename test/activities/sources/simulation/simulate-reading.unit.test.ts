import fc from 'fast-check';
import { DEFAULT_MEASUREMENTS, type Measurement } from '../../../../activities/contracts/measurement';
import type { PlannedSimulation } from '../../../../activities/contracts/plan';
import {
  isAnomalous,
  isMalformed,
  isRepeated,
  MALFORMED_KINDS,
  malformedKind,
} from '../../../../activities/contracts/simulated-shares';
import { ReadingSimulator, type SimulatedRecord } from '../../../../activities/sources/simulation/simulate-reading';

const SETTINGS: PlannedSimulation = {
  kind: 'simulate',
  records: null,
  ratePerSecond: null,
  seed: 7,
  startAt: '2026-05-01T00:00:00.000Z',
  devices: 50,
  intervalMs: 1_000,
  malformedRatio: 0,
  repeatRatio: 0,
  anomalyRatio: 0,
};

type Reading = Record<string, unknown> & { deviceId: string; timestamp: string; temperature: number; humidity: number };

function simulator(
  changes: Partial<PlannedSimulation> = {},
  measurements: readonly Measurement[] = DEFAULT_MEASUREMENTS,
) {
  return new ReadingSimulator({ ...SETTINGS, ...changes }, measurements, true);
}

/** Fast to compare; matchers compare buffers byte by byte. */
function texts(records: readonly SimulatedRecord[]): string[] {
  return records.map(({ payload, ...rest }) => `${JSON.stringify(rest)} ${payload.toString('latin1')}`);
}

function reading({ payload }: SimulatedRecord): Reading {
  return JSON.parse(payload.toString()) as Reading;
}

function correlation(pairs: readonly (readonly [number, number])[]): number {
  const mean = (of: 0 | 1) => pairs.reduce((sum, pair) => sum + pair[of], 0) / pairs.length;
  const [meanA, meanB] = [mean(0), mean(1)];
  const sum = (term: (a: number, b: number) => number) =>
    pairs.reduce((total, [a, b]) => total + term(a - meanA, b - meanB), 0);
  return sum((a, b) => a * b) / Math.sqrt(sum((a) => a * a) * sum((_, b) => b * b));
}

describe('ReadingSimulator', () => {
  it('generates the same bytes from the same settings', () => {
    expect(texts(simulator().records(0, 2_500))).toEqual(texts(simulator().records(0, 2_500)));
  });

  it('generates other bytes from another seed', () => {
    const [one, other] = [simulator().records(0, 100), simulator({ seed: 8 }).records(0, 100)];
    expect(one.every(({ payload }, index) => !payload.equals(other[index]?.payload ?? Buffer.alloc(0)))).toBe(true);
  });

  it('generates any range as a part of the whole, including repeats', () => {
    const changes = { malformedRatio: 0.05, repeatRatio: 0.05, anomalyRatio: 0.02, records: 2_345 };
    const whole = texts(simulator(changes).records(0, 2_345));
    const cuts = fc.uniqueArray(fc.integer({ min: 1, max: 2_344 }), { maxLength: 6 });
    fc.assert(
      fc.property(cuts, (unsorted) => {
        const bounds = [0, ...unsorted.sort((a, b) => a - b), 2_345];
        const parts = bounds.slice(1).flatMap((to, index) => simulator(changes).records(bounds[index] ?? 0, to));
        expect(texts(parts)).toEqual(whole);
      }),
      { numRuns: 6 },
    );
  });

  it('generates bytes that do not depend on the number of planned readings', () => {
    const open = texts(simulator().records(0, 1_500));
    expect(texts(simulator({ records: 1_500 }).records(0, 1_500))).toEqual(open);
  });

  it('generates exactly the documented fields', () => {
    const [record] = simulator().records(57, 58);
    expect(record?.device).toBe('device-0007');
    expect(record && reading(record)).toEqual({
      deviceId: 'device-0007',
      timestamp: expect.stringMatching(/^2026-05-01T00:00:01\.\d{3}Z$/) as unknown,
      temperature: expect.any(Number) as unknown,
      humidity: expect.any(Number) as unknown,
      text: expect.stringMatching(/\w+ .*\.$/) as unknown,
      place: expect.any(String) as unknown,
    });
  });

  it('omits the place if labels are not kept', () => {
    const [record] = new ReadingSimulator(SETTINGS, DEFAULT_MEASUREMENTS, false).records(0, 1);
    expect(record && Object.keys(reading(record))).toEqual([
      'deviceId',
      'timestamp',
      'temperature',
      'humidity',
      'text',
    ]);
  });

  it('keeps the place of a device', () => {
    const records = simulator({ devices: 3 }).records(0, 3_000);
    for (const device of ['device-0000', 'device-0001', 'device-0002']) {
      const places = records.filter((record) => record.device === device).map((record) => reading(record)['place']);
      expect(new Set(places).size).toBe(1);
    }
  });

  it('is warmer by day, and drier when it is warmer', () => {
    const readings = simulator({ devices: 1, intervalMs: 3_600_000 }).records(0, 240).map(reading);
    const at = (hour: number) =>
      readings
        .filter(({ timestamp }) => new Date(timestamp).getUTCHours() === hour)
        .map(({ temperature }) => temperature);
    expect(Math.min(...at(15))).toBeGreaterThan(Math.max(...at(3)) + 10);
    expect(correlation(readings.map(({ temperature, humidity }) => [temperature, humidity]))).toBeLessThan(-0.9);
  });

  it('gives each device its own offset', () => {
    const first = simulator({ devices: 20 })
      .records(0, 20)
      .map((record) => reading(record).temperature);
    expect(Math.max(...first) - Math.min(...first)).toBeGreaterThan(2);
  });

  it('varies its sentences', () => {
    const sentences = simulator()
      .records(0, 2_000)
      .map((record) => reading(record)['text']);
    expect(new Set(sentences).size).toBeGreaterThan(1_000);
  });

  it('keeps any other measurement within its bounds, on a daily cycle', () => {
    const measurements = [
      { name: 'pressure', unit: 'hPa', min: 900, max: 1_100 },
      { name: 'ph', unit: 'pH', min: 6.9, max: 7.1 },
      { name: 'constant', unit: '1', min: 5, max: 5 },
    ];
    const records = simulator({ devices: 1, intervalMs: 3_600_000, anomalyRatio: 0.1 }, measurements).records(0, 1_000);
    for (const { name, min, max } of measurements) {
      const values = records.map((record) => reading(record)[name] as number);
      expect(Math.min(...values)).toBeGreaterThanOrEqual(min);
      expect(Math.max(...values)).toBeLessThanOrEqual(max);
      if (max > min) expect(new Set(values).size).toBeGreaterThan(20);
    }
  });

  it('generates anomalies that are unlikely but valid', () => {
    const plain = simulator().records(0, 5_000);
    const settings = { ...SETTINGS, anomalyRatio: 0.01 };
    const spiked = simulator({ anomalyRatio: 0.01 }).records(0, 5_000);
    const changed = spiked.filter(({ payload }, index) => !payload.equals(plain[index]?.payload ?? Buffer.alloc(0)));
    expect(changed.map(({ sequence }) => sequence)).toEqual(
      plain.map(({ sequence }) => sequence).filter((sequence) => isAnomalous(settings, sequence)),
    );
    expect(changed.length).toBeGreaterThan(20);
    for (const record of changed) {
      expect(reading(record).temperature).toBeGreaterThan(45);
      expect(reading(record).temperature).toBeLessThanOrEqual(150);
    }
  });

  it('repeats a record within its block, byte for byte', () => {
    const settings = { ...SETTINGS, repeatRatio: 0.02 };
    const records = simulator({ repeatRatio: 0.02 }).records(0, 2_000);
    const original = (sequence: number) => records.find((record) => record.sequence === sequence);
    const repeats = records.filter((record) => record !== original(record.sequence));
    expect(repeats.map(({ sequence }) => sequence)).toEqual(
      Array.from({ length: 2_000 }, (_, sequence) => sequence).filter((sequence) => isRepeated(settings, sequence)),
    );
    for (const { sequence, payload } of repeats) {
      expect(original(sequence)?.payload.equals(payload)).toBe(true);
    }
  });
});

describe('simulated shares', () => {
  it.each([0.001, 0.01, 0.5])('come close to a ratio of %d', (ratio) => {
    const settings = { ...SETTINGS, malformedRatio: ratio, repeatRatio: ratio };
    const sequences = Array.from({ length: 100_000 }, (_, sequence) => sequence);
    for (const holds of [isMalformed, isRepeated]) {
      const share = sequences.filter((sequence) => holds(settings, sequence)).length / sequences.length;
      expect(Math.abs(share - ratio)).toBeLessThan(4 * Math.sqrt((ratio * (1 - ratio)) / sequences.length));
    }
  });

  it('are all or none at the ends', () => {
    const sequences = Array.from({ length: 1_000 }, (_, index) => index * 7_919);
    expect(sequences.every((sequence) => isMalformed({ ...SETTINGS, malformedRatio: 1 }, sequence))).toBe(true);
    expect(sequences.some((sequence) => isMalformed({ ...SETTINGS, malformedRatio: 0 }, sequence))).toBe(false);
  });
});

describe('malformed records', () => {
  const settings = { ...SETTINGS, malformedRatio: 1 };
  const records = simulator({ malformedRatio: 1 }).records(0, 1_000);

  const faults: Record<string, (payload: Buffer) => boolean> = {
    truncated: (payload) => payload.toString().startsWith('{') && !isJson(payload),
    wrongType: (payload) => parsed(payload)['temperature'] === 'hot',
    missingDevice: (payload) => isJson(payload) && !('deviceId' in parsed(payload)),
    badTimestamp: (payload) => !/(Z|[+-]\d\d:\d\d)$/.test(parsed(payload)['timestamp'] as string),
    outOfRange: (payload) => (parsed(payload)['temperature'] as number) > 150,
    noMeasurement: (payload) => !('temperature' in parsed(payload)) && !('humidity' in parsed(payload)),
    binary: (payload) => !Buffer.from(payload.toString()).equals(payload),
    empty: (payload) => payload.length === 0,
  };

  it.each([...MALFORMED_KINDS])('of kind %s cannot be used', (kind) => {
    const ofKind = records.filter(({ sequence }) => malformedKind(settings, sequence) === kind);
    expect(ofKind.length).toBeGreaterThan(50);
    expect(ofKind.every(({ payload }) => faults[kind]?.(payload))).toBe(true);
  });
});

function isJson(payload: Buffer): boolean {
  try {
    JSON.parse(payload.toString());
    return true;
  } catch {
    return false;
  }
}

function parsed(payload: Buffer): Record<string, unknown> {
  return JSON.parse(payload.toString()) as Record<string, unknown>;
}
