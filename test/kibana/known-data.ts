import type { Client } from '@elastic/elasticsearch';
import { DEFAULT_MEASUREMENTS } from '../../activities/contracts/measurement';
import { aliasesOf } from '../../activities/contracts/pipeline-names';
import type { RunReport } from '../../activities/contracts/report';
import { prepareIndices } from '../../activities/preparation/prepare-indices';
import { storeReport } from '../../activities/reconciliation/run-reports';

/** A day that nobody else's documents are of. */
export const DAY = '2031-02-03';
export const RUN = 'run-1';

const at = (time: string): string => `${DAY}T${time}:00.000Z`;

/** Few documents in the indices of a pipeline, written by hand, so that every panel's numbers can be counted by eye. */
export async function writeKnownData(elasticsearch: Client, pipeline: string): Promise<void> {
  const aliases = aliasesOf(pipeline);
  await prepareIndices(elasticsearch, { aliases, measurements: DEFAULT_MEASUREMENTS });
  const provenance = {
    pipeline,
    run: RUN,
    partition: 0,
    offset: '0',
    processedAt: Date.parse(at('00:40')),
    indexedAt: 0,
  };
  const reading = (deviceId: string, time: string, latencyMs: number, rest: object) => ({
    provenance: { ...provenance, latencyMs },
    ...{ deviceId, timestamp: at(time), ...rest },
  });
  const window = (deviceId: string, hour: string, rest: object) => ({
    provenance,
    ...{ deviceId, windowStart: at(`${hour}:00`), windowEnd: at(`${hour}:59`), ...rest },
  });
  const deadLetter = (stage: string, reason: string) => ({ provenance, stage, reason });
  const mean = (...[min, max]: [number, number]) => ({ count: 2, mean: (min + max) / 2, min, max });
  const flagged = (score: number, measurement: string, isAnomaly: boolean) => ({
    anomaly: { score, measurement, isAnomaly },
  });
  const documents: readonly (readonly [string, readonly object[]])[] = [
    [
      aliases.readings,
      [
        reading('d1', '00:10', 100, { temperature: 10, humidity: 40, words: ['frost', 'valve'] }),
        reading('d1', '00:20', 200, { temperature: 20, humidity: 50, words: ['valve'] }),
        reading('d2', '00:30', 300, { temperature: 30 }),
        reading('d2', '02:10', 400, { temperature: 40, humidity: 60, words: ['valve', 'wind'] }),
        { ...reading('d1', '00:10', 900, { temperature: 99 }), timestamp: '2031-02-02T23:59:59.999Z' },
        { ...reading('d1', '00:10', 900, { temperature: 99 }), timestamp: '2031-02-03T04:00:00.000Z' },
      ],
    ],
    [
      aliases.windows,
      [
        window('d1', '00', {
          count: 2,
          temperature: mean(10, 20),
          humidity: mean(40, 50),
          ...flagged(2, 'humidity', false),
        }),
        window('d2', '00', { count: 2, temperature: mean(30, 50), ...flagged(9.5, 'humidity', true) }),
        window('d2', '02', {
          count: 2,
          temperature: mean(40, 40),
          humidity: mean(60, 60),
          ...flagged(12, 'temperature', true),
        }),
      ],
    ],
    [
      aliases.deadLetters,
      [deadLetter('parse', 'BadTimestamp'), deadLetter('parse', 'BadTimestamp'), deadLetter('index', 'Tombstone')],
    ],
  ];
  for (const [index, each] of documents) {
    const operations = each.flatMap((document) => [{ index: {} }, document]);
    const { errors, items } = await elasticsearch.bulk({ index, operations, refresh: true });
    if (errors) throw new Error(`expected documents that fit the mapping, got ${JSON.stringify(items)}`);
  }
  await storeReport(elasticsearch, { report: report(pipeline, 'run-1', '00:00', FLOODED) });
  await storeReport(elasticsearch, { report: report(pipeline, 'run-2', '01:00', NOT_RECONCILED) });
}

const FLOODED = {
  reconciled: true,
  proof: { published: 100, indexed: 40, deadLetters: 60 },
  deadLetterFlood: { deadLetters: 60, records: 100, maxRatio: 0.5, example: null },
};
const NOT_RECONCILED = {
  reconciled: false,
  proof: { published: 100, indexed: 89, deadLetters: 10 },
  deadLetterFlood: null,
};

/** Only what is shown of a report. */
function report(name: string, run: string, time: string, ended: object): RunReport {
  const shown = { name, run, startedAt: at(time), durationMs: 60_000, aliases: aliasesOf(name), ...ended };
  return shown as unknown as RunReport;
}
