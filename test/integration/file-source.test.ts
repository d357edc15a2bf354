import { copyFile, mkdtemp, rm, appendFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { readFileSync } from 'node:fs';
import { stackAddresses } from '../stack';
import { ownFailure, PipelineDriver, until } from './pipeline-driver';
import { openGate } from './server-gate';

const EXAMPLES = join(__dirname, '..', '..', 'deploy', 'examples');
const GREENHOUSE = join(EXAMPLES, 'greenhouse.csv');
const { source: exampleSource } = JSON.parse(readFileSync(join(EXAMPLES, 'file-csv.json'), 'utf8')) as {
  source: { fields: Record<string, string | { column: string }> };
};

let driver: PipelineDriver;
let folder: string;
beforeAll(async () => {
  driver = await PipelineDriver.open();
  // Its run ends before Spark has anything to do.
  await driver.startWorker({ SPARK_PYTHON: join('no', 'python') });
  folder = await mkdtemp(join(tmpdir(), 'file-source-'));
}, 120_000);
afterAll(async () => {
  await driver.close();
  await rm(folder, { recursive: true, force: true });
}, 60_000);

/** Rows of the sample, and those of them without a usable measurement or time, judged by the test itself. */
function sampleRows(): { rows: number; dead: number } {
  const [header = '', ...lines] = readFileSync(GREENHOUSE, 'utf8').trimEnd().split(/\r?\n/);
  const columns = header.split(',');
  const at = (field: string): number => {
    const mapped = exampleSource.fields[field] ?? field;
    return columns.indexOf(typeof mapped === 'string' ? mapped : mapped.column);
  };
  const isNumber = (text = ''): boolean => text !== '' && Number.isFinite(Number(text));
  const dead = lines.filter((line) => {
    const cells = line.split(',');
    const hasMeasurement = isNumber(cells[at('temperature')]) || isNumber(cells[at('humidity')]);
    return !hasMeasurement || Number.isNaN(Date.parse(cells[at('timestamp')] ?? ''));
  });
  return { rows: lines.length, dead: dead.length };
}

describe('a file', () => {
  it('arrives whole, though Elasticsearch is down at the start and a row is over the limit of Kafka', async () => {
    const { rows, dead } = sampleRows();
    expect(dead).toBeGreaterThan(0);
    const path = join(folder, 'with-a-large-row.csv');
    await copyFile(GREENHOUSE, path);
    await appendFile(path, `tomato-north,2026-06-08T00:00:00+02:00,55.2,80,0,${'x'.repeat(2_000_000)}\n`);
    const own = await PipelineDriver.open();
    const gate = await openGate(stackAddresses().elasticsearchNode);
    try {
      gate.close();
      await own.startWorker({ ELASTICSEARCH_NODE: gate.address });
      const name = own.newName('file');
      const handle = await own.start(name, { source: { ...exampleSource, path } });
      await until('the workflow shows for whom it waits', async () => {
        const { pendingActivities } = (await handle.describe()).raw;
        return (pendingActivities ?? []).some(
          ({ activityType, attempt, lastFailure }) =>
            activityType?.name === 'prepareIndices' &&
            Number(attempt) >= 3 &&
            (lastFailure?.message ?? '').includes('Elasticsearch'),
        );
      });
      gate.open();
      const report = await handle.result();
      if (report === null) throw new Error('expected a report, since a file has an end');
      expect(report.proof).toMatchObject({
        reconciled: true,
        planned: rows + 1,
        published: rows,
        indexed: rows - dead,
        deadLetters: dead + 1,
        windowedReadings: rows - dead,
      });
      expect(report.proof.deadLettersByReason).toMatchObject({ 'source:TooLarge': 1 });
      expect(await own.count(`${name}-readings`, report.run)).toBe(rows - dead);
    } finally {
      await own.close();
      await gate.end();
    }
  }, 600_000);

  it('that changes while it is read ends the run instead of mixing two files', async () => {
    const path = join(folder, 'changing.csv');
    await copyFile(GREENHOUSE, path);
    const name = driver.newName('changed');
    const handle = await driver.start(name, { source: { ...exampleSource, path, ratePerSecond: 10 } });
    await until('the first rows are published', async () => {
      const progress = await handle.query<{ produced: number }>('progress').catch(() => ({ produced: 0 }));
      return progress.produced > 0;
    });
    await appendFile(path, 'one more line\n');
    const error: unknown = await handle.result().catch((reason: unknown) => reason);
    const failure = ownFailure(error);
    expect(failure).toMatchObject({ type: 'SourceChanged' });
    expect(String(failure)).toContain(path);
  }, 600_000);
});
