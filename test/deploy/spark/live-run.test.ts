import { randomUUID } from 'node:crypto';
import { mkdtemp, readFile, rm, utimes } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { sweepSparkDrivers } from '../../../activities/spark';
import { processFacts } from '../../../activities/spark/process-life';
import { CASE_FIELDS, CASE_MEASUREMENTS } from './parse-cases';
import { idOf, lastWindows, planOf, SparkRun, until } from './spark-run';

const ANSWER_MS = 600_000;

jest.setTimeout(ANSWER_MS);

let sparkState: string;
let live: SparkRun;

beforeAll(async () => {
  sparkState = await mkdtemp(join(tmpdir(), 'spark-job-test-'));
  const source = { kind: 'topic', topic: `live-${randomUUID()}`, follow: true, fields: CASE_FIELDS };
  const input = { source, measurements: CASE_MEASUREMENTS, extraFields: 'dead-letter', spark: { driverMemoryMb: 768 } };
  live = new SparkRun(planOf(`live-${randomUUID().slice(0, 8)}`, input), sparkState);
  await live.prepareTopics(1);
});
afterAll(async () => {
  await sweepSparkDrivers(sparkState);
  await live.kafka.close();
  await rm(sparkState, { recursive: true });
});

async function rowsRead(runFolder: string): Promise<number> {
  return (JSON.parse(await readFile(join(runFolder, 'progress.json'), 'utf8')) as { inputRows: number }).inputRows;
}

describe('a run without end', () => {
  it('flags what comes late, keeps it out of windows, and ends when nobody watches', async () => {
    const { plan } = live;
    const now = Date.now();
    const reading = (id: string, minutesAgo: number, extra: object = {}) => ({
      key: 'd',
      value: JSON.stringify({ origin: 'd', time: now - minutesAgo * 60_000, temp: 50, ...extra }),
      headers: { 'event-id': id },
    });
    const onTime = [reading('a', 0), reading('b', 4), reading('a', 0)];
    const others = [reading('late', 11), reading('ancient', 60 * 24 * 365 * 60), reading('extra', 0, { room: 'x' })];
    await live.kafka.publish(plan.topics.raw, [...onTime, ...others]);

    const handle = await live.submit({ plan, rawFrom: 'earliest', trigger: 'continuous', start: 0 });
    const end = await live.ends(plan.topics.raw);
    expect(await live.watch({ handle, plan, until: end, maxMs: ANSWER_MS })).toMatchObject({
      running: true,
      committed: end,
    });
    await live.kafka.publish(plan.topics.raw, [reading('b', 4), reading('c', 0)]);
    const more = await live.ends(plan.topics.raw);
    const state = await live.watch({ handle, plan, until: more, maxMs: ANSWER_MS });
    expect(state).toMatchObject({ running: true, exitOk: null, committed: more, inputRows: 8, droppedByWatermark: 0 });
    await until(async () => (await rowsRead(handle.runFolder)) >= 8);
    // Once, though both the readings and the windows are made of it.
    expect(await rowsRead(handle.runFolder)).toBe(8);

    const enriched = await live.read(plan.topics.enriched);
    const flagged = enriched.filter(({ value }) => value['late'] === true).map(idOf);
    expect(flagged.sort()).toEqual(['ancient', 'late']);
    const windows = await live.read(plan.topics.windows);
    const counts = [...lastWindows(windows).values()].map(({ value }) => Number(value['count']));
    expect(counts.reduce((sum, count) => sum + count, 0)).toBe(3); // a, b and c, repeats left out
    const letters = await live.read(plan.topics.deadLetter);
    expect(letters.map(({ value }) => value['reason'])).toEqual(['ExtraField']);

    const { python } = JSON.parse(await readFile(join(handle.runFolder, 'claim.json'), 'utf8')) as { python: number };
    // As if two minutes had gone by.
    await utimes(join(handle.runFolder, 'lease'), 0, 0);
    await until(async () => (await processFacts(handle.pid)) === null && (await processFacts(python)) === null);
    expect(await live.ended(handle)).toMatchObject({ running: false, exitOk: false, committed: more });
    await live.stop({ handle, graceMs: 1_000 });
  });
});
