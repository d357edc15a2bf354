import { DEFAULT_MEASUREMENTS } from '../../../activities/contracts/measurement';
import type { PlannedSimulation } from '../../../activities/contracts/plan';
import { deviceOf } from '../../../activities/contracts/planned-ids';
import { ReadingSimulator } from '../../../activities/sources/simulation/simulate-reading';
import type { SourceName } from '../../../kibana/model/source';
import { randomInteger, seededRandom } from '../../support/seeded-random';

const SEED = 20_260_501;
const DEVICES = 200;
/** A million readings then cover ten weeks. */
const INTERVAL_MS = 20 * 60_000;
const WINDOW_MS = 3_600_000;
const READINGS_PER_WINDOW = WINDOW_MS / INTERVAL_MS;
const START_MS = Date.UTC(2026, 4, 1);
const PARTITIONS = 4;
/** Readings of all partitions that are indexed at the same time. */
const BLOCK = 20_000;
const RUNS = 20;
const REASONS = ['BadTimestamp', 'DeviceMissing', 'Empty', 'NotAReading', 'NotUtf8', 'OutOfRange:temperature'];
const PIPELINES = ['greenhouse', 'plant'];
/** From publishing to indexing; most readings take far less. */
const MAX_LATENCY_MS = 8_000;

export interface BenchDocument {
  readonly id: string;
  readonly source: Readonly<Record<string, unknown>>;
}

/** Documents of one bulk request. */
export interface BenchBatch {
  readonly of: SourceName;
  readonly documents: readonly BenchDocument[];
}

/** Returns the range of event times that contains all documents. */
export function timeRange(readings: number): { readonly from: string; readonly to: string } {
  const lengthMs = Math.ceil(readings / DEVICES + 1) * INTERVAL_MS;
  return { from: new Date(START_MS).toISOString(), to: new Date(START_MS + lengthMs).toISOString() };
}

/**
 * Generates the documents that a run over this many simulated readings indexes, always the same: readings in the order in
 * which several partitions are indexed in parallel, then windows, dead letters and reports.
 */
export function* benchBatches(readings: number): Generator<BenchBatch> {
  const random = seededRandom(SEED);
  const simulator = new ReadingSimulator(simulation(readings), DEFAULT_MEASUREMENTS, true);
  for (let first = 0; first < readings; first += BLOCK) {
    const block = simulator
      .records(first, Math.min(first + BLOCK, readings))
      .map(({ sequence, payload }) => readingDocument(sequence, JSON.parse(payload.toString()) as Payload, random));
    for (let partition = 0; partition < PARTITIONS; partition++) {
      yield { of: 'readings', documents: block.filter((_, n) => n % PARTITIONS === partition) };
    }
  }
  for (let start = START_MS; start < START_MS + (readings / DEVICES) * INTERVAL_MS; start += WINDOW_MS) {
    const documents = Array.from({ length: DEVICES }, (_, device) => windowDocument(start, device, random));
    yield { of: 'windows', documents };
  }
  const letters = Array.from({ length: Math.ceil(readings / 100) }, (_, n) => deadLetterDocument(n, readings, random));
  for (let first = 0; first < letters.length; first += BLOCK / PARTITIONS) {
    yield { of: 'deadLetters', documents: letters.slice(first, first + BLOCK / PARTITIONS) };
  }
  yield { of: 'runs', documents: Array.from({ length: RUNS }, (_, n) => runDocument(n)) };
}

interface Payload {
  readonly deviceId: string;
  readonly timestamp: string;
  readonly text: string;
  readonly temperature: number;
  readonly humidity: number;
  readonly place?: string;
}

function simulation(records: number): PlannedSimulation {
  return {
    ...{ kind: 'simulate', records, ratePerSecond: null, seed: SEED, devices: DEVICES, intervalMs: INTERVAL_MS },
    startAt: new Date(START_MS).toISOString(),
    ...{ malformedRatio: 0, repeatRatio: 0, anomalyRatio: 0.002 },
  };
}

/** Like a document that the Spark job has enriched and the indexer has written. */
function readingDocument(sequence: number, payload: Payload, random: () => number): BenchDocument {
  const { deviceId, timestamp, text, temperature, humidity, place } = payload;
  const id = `01a20d8b-c89b-7cd6-bfe4-471e67cc1435-${deviceId}-${sequence}`;
  const words = [...new Set(text.toLowerCase().split(/[^\p{L}]+/u))].filter((word) => word.length >= 3).sort();
  const dewPoint = Math.round((temperature - (100 - humidity) / 5) * 100) / 100;
  const source = {
    provenance: provenance(sequence, Date.parse(timestamp), random, true),
    ...{ id, deviceId, timestamp: timestamp.replace('Z', '000Z'), temperature, humidity, dewPoint, text, words },
    ...(place === undefined ? {} : { labels: { place } }),
  };
  return { id, source };
}

function windowDocument(startMs: number, device: number, random: () => number): BenchDocument {
  const deviceId = deviceOf(device, DEVICES);
  const id = `01a20d8b-c89b-7cd6-bfe4-471e67cc1435|${deviceId}|${startMs}|${WINDOW_MS}`;
  const statistics = (middle: number): object => {
    const [low, high] = [middle - random(), middle + random()];
    return { count: READINGS_PER_WINDOW, mean: round((low + high) / 2, 6), min: round(low, 2), max: round(high, 2) };
  };
  const score = round(random() * 8, 2);
  const source = {
    provenance: provenance(device, startMs + WINDOW_MS, random, false),
    ...{ id, deviceId, windowStart: iso(startMs), windowEnd: iso(startMs + WINDOW_MS), count: READINGS_PER_WINDOW },
    anomaly: { score, measurement: random() < 0.5 ? 'temperature' : 'humidity', isAnomaly: score > 7.5 },
    ...{ temperature: statistics(10 + random() * 20), humidity: statistics(40 + random() * 40) },
  };
  return { id, source };
}

function deadLetterDocument(n: number, readings: number, random: () => number): BenchDocument {
  const id = `01a20d8b-c89b-7cd6-bfe4-471e67cc1435-${deviceOf(n, DEVICES)}-${n * 100}`;
  const original = Buffer.from(`{"deviceId":"${deviceOf(n, DEVICES)}","n":${Math.floor(random() * 1e9)}`);
  const processedMs = START_MS + Math.floor(((n * 100) / readings) * (readings / DEVICES) * INTERVAL_MS);
  const source = {
    provenance: provenance(n, processedMs, random, false),
    ...{ id, stage: random() < 0.9 ? 'parse' : 'index', reason: REASONS[randomInteger(random, 0, REASONS.length - 1)] },
    detail: 'expected one JSON object and nothing after it, with a number for every measurement',
    ...{ topic: 'plant.raw', partition: n % PARTITIONS, offset: String(n), publishedAt: processedMs - 500 },
    ...{ originalLength: original.length, originalSha256: 'e3b0c44298fc1c149afbf4c8996fb924'.repeat(2) },
    original: original.toString('base64'),
  };
  return { id, source };
}

function runDocument(n: number): BenchDocument {
  const id = `run-${n}`;
  const proof = { published: 50_000 + n, indexed: 49_474, deadLetters: 526, repeats: 3, conflicts: 0, windows: 850 };
  const [startedAt, endedAt] = [iso(START_MS + n * WINDOW_MS), iso(START_MS + (n + 1) * WINDOW_MS)];
  const name = PIPELINES[n % PIPELINES.length];
  return {
    id,
    source: {
      name,
      run: id,
      source: 'simulate',
      reconciled: n % 7 > 0,
      startedAt,
      endedAt,
      durationMs: WINDOW_MS,
      proof,
    },
  };
}

function provenance(n: number, publishedAt: number, random: () => number, isReading: boolean): object {
  const latencyMs = Math.floor(random() ** 3 * MAX_LATENCY_MS) + 40;
  const indexedAt = publishedAt + latencyMs;
  return {
    ...{ pipeline: PIPELINES[n % DEVICES < DEVICES / 2 ? 0 : 1], run: '01a20d8b-c89b-7cd6-bfe4-471e67cc1435' },
    ...{ partition: n % PARTITIONS, offset: String(Math.floor(n / PARTITIONS)) },
    ...(isReading ? { publishedAt, latencyMs } : {}),
    ...{ processedAt: publishedAt + Math.floor(latencyMs / 2), indexedAt },
  };
}

function iso(epochMs: number): string {
  return new Date(epochMs).toISOString().replace('Z', '000Z');
}

function round(value: number, decimals: number): number {
  return Math.round(value * 10 ** decimals) / 10 ** decimals;
}
