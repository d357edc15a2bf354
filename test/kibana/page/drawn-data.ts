import type { Client } from '@elastic/elasticsearch';
import { DEFAULT_MEASUREMENTS } from '../../../activities/contracts/measurement';
import { aliasesOf } from '../../../activities/contracts/pipeline-names';
import type { RunReport } from '../../../activities/contracts/report';
import { prepareIndices } from '../../../activities/preparation/prepare-indices';
import { storeReport } from '../../../activities/reconciliation/run-reports';

/** The first of somewhat more than two hours. */
const START = Date.parse('2031-05-06T06:00:00.000Z');
const MINUTE_MS = 60_000;
const MINUTES = 125;
const DEVICES = 24;
const WORDS = ['valve', 'frost', 'wind', 'pump', 'filter', 'leak', 'noise', 'rain', 'battery', 'door', 'sensor', 'mud'];
const REASONS = ['BadTimestamp', 'DeviceMissing', 'Empty', 'NotAReading', 'NotUtf8', 'OutOfRange:temperature'];

/** Two dozen devices that begin one after the other, the same each time, so that every chart has something to draw. */
export async function writeDrawnData(elasticsearch: Client, pipeline: string): Promise<void> {
  const aliases = aliasesOf(pipeline);
  await prepareIndices(elasticsearch, { aliases, measurements: DEFAULT_MEASUREMENTS });
  const provenance = { pipeline, run: 'run-1', partition: 0, offset: '0', processedAt: START, indexedAt: START };
  const readings: object[] = [];
  const windows: object[] = [];
  for (let device = 0; device < DEVICES; device++) {
    const deviceId = `device-${String(device).padStart(4, '0')}`;
    for (let minute = device; minute < MINUTES; minute += 1 + (device % 2)) {
      const timestamp = new Date(START + minute * MINUTE_MS).toISOString();
      const temperature = wave(18 + device / 6, 5, 3 * minute + device * 7);
      const humidity = wave(58, 12, minute * 2 + device * 11);
      const latencyMs = Math.round(wave(900, 500, minute * 3 + device * 29));
      // Zipf's law: the n-th word stands in every n-th reading.
      const words = WORDS.filter((_, index) => (minute + device) % (index + 1) === 0);
      readings.push({ provenance: { ...provenance, latencyMs }, deviceId, timestamp, temperature, humidity, words });
      const isAnomaly = (minute * DEVICES + device) % 211 === 7;
      const spread = isAnomaly ? 25 : 1.5;
      windows.push({
        ...{ provenance, deviceId, windowStart: timestamp, count: 3 },
        windowEnd: new Date(Date.parse(timestamp) + MINUTE_MS).toISOString(),
        temperature: { count: 3, mean: temperature, min: temperature - 1.5, max: temperature + spread },
        humidity: { count: 3, mean: humidity, min: humidity - 4, max: humidity + 4 },
        anomaly: { score: spread * (1 + device / DEVICES), measurement: 'temperature', isAnomaly },
      });
    }
  }
  const deadLetters = REASONS.flatMap((reason, index) =>
    Array.from({ length: 40 - index * 6 }, () => ({ provenance, stage: index === 2 ? 'index' : 'parse', reason })),
  );
  for (const [index, documents] of [
    [aliases.readings, readings],
    [aliases.windows, windows],
    [aliases.deadLetters, deadLetters],
  ] as const) {
    const operations = documents.flatMap((document) => [{ index: {} }, document]);
    const { errors } = await elasticsearch.bulk({ index, operations, refresh: true });
    if (errors) throw new Error(`expected documents that fit the mapping of ${index}`);
  }
  for (let run = 1; run <= 4; run++) await storeReport(elasticsearch, { report: report(pipeline, run) });
}

function wave(middle: number, height: number, phase: number): number {
  return Math.round((middle + height * Math.sin(phase / 40)) * 100) / 100;
}

/** Only what is shown of a report. */
function report(name: string, number: number): RunReport {
  const proof = { published: 12_500 * number, indexed: 12_375 * number, deadLetters: 125 * number };
  const startedAt = new Date(START + number * 30 * MINUTE_MS).toISOString();
  const run = `01a2142c-b54c-7446-ad06-00000000000${number}`;
  const shown = { name, run, reconciled: true, startedAt, durationMs: 51_600 + 900 * number, proof };
  return { ...shown, aliases: aliasesOf(name) } as unknown as RunReport;
}
