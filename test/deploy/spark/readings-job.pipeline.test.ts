import { createHash, randomUUID } from 'node:crypto';
import { mkdtemp, readdir, rm, unlink } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Kafka, logLevel, Partitioners } from 'kafkajs';
import { sweepSparkDrivers } from '../../../activities/spark/recorded-drivers';
import type { SparkState } from '../../../activities/spark/types';
import { processFacts } from '../../../activities/spark/process-facts';
import type { WindowAnomaly } from '../../../activities/contracts/record';
import { stackAddresses } from '../../support/stack';
import { caseMessage, LOAD_START_MS, loadMessage } from './job-messages';
import { CASE_FIELDS, CASE_INDEX, CASE_MEASUREMENTS } from './parse-case';
import { PARSE_CASES } from './parse-cases';
import { expectOutcome } from './expect-outcome';
import { recomputedWindows } from './recomputed-windows';
import { simulatedWindows } from './simulated-windows';
import { idOf, lastWindows, planOf, SparkRun, until, type Written } from './spark-run';

const LOAD = 3_000;
const REPEATED = 300;
const PER_BATCH = 2_000;
const ANSWER_MS = 600_000;

jest.setTimeout(ANSWER_MS);

const kafka = new Kafka({ brokers: [...stackAddresses().kafkaBrokers], logLevel: logLevel.NOTHING });
const producer = kafka.producer({ createPartitioner: Partitioners.DefaultPartitioner });
let sparkState: string;
let bounded: SparkRun;

beforeAll(async () => {
  sparkState = await mkdtemp(join(tmpdir(), 'spark-job-test-'));
  bounded = new SparkRun(
    planOf(`bounded-${randomUUID().slice(0, 8)}`, {
      source: { kind: 'file', path: '/none', format: 'csv', fields: CASE_FIELDS },
      measurements: CASE_MEASUREMENTS,
      index: CASE_INDEX,
      spark: { maxRecordsPerBatch: PER_BATCH, driverMemoryMb: 768 },
    }),
    sparkState,
  );
  await producer.connect();
  await bounded.prepareTopics(2);
});
afterAll(async () => {
  await sweepSparkDrivers(sparkState);
  await producer.disconnect();
  await bounded.kafka.close();
  await rm(sparkState, { recursive: true });
});

describe('a bounded run of the Spark job', () => {
  const simulated = simulatedWindows();
  let enriched: readonly Written[];
  let deadLetters: readonly Written[];
  let windows: readonly Written[];
  let final: SparkState;
  let killedInBatch: number;

  beforeAll(async () => {
    const { raw, enriched: enrichedTopic } = bounded.plan.topics;
    const load = Array.from({ length: LOAD }, (_, n) => loadMessage(n, bounded.plan.run));
    for (const messages of [load.slice(0, LOAD / 2), load.slice(0, REPEATED), load.slice(LOAD / 2)]) {
      await producer.send({ topic: raw, messages });
    }
    await producer.send({ topic: raw, messages: load.slice(0, REPEATED) });
    await producer.send({ topic: raw, messages: simulated.messages.map((message) => ({ ...message })) });
    for (const parseCase of PARSE_CASES) await producer.send({ topic: raw, messages: [caseMessage(parseCase)] });
    const now = Date.now();
    const inMinutes = (minutes: number) => JSON.stringify({ origin: 'clock', time: now + minutes * 60_000, temp: 50 });
    await producer.send({
      topic: raw,
      messages: [
        { key: 'future', value: inMinutes(9), headers: { 'event-id': 'future' } },
        { key: 'skewed', value: inMinutes(4), headers: { 'event-id': 'skewed' } },
        { key: 'foreign', value: inMinutes(0), headers: { 'event-id': 'foreign', 'pipeline-run': 'another run' } },
      ],
    });
    const redriven = { 'pipeline-redrive': '2', 'pipeline-run': bounded.plan.run };
    await producer.send({
      topic: raw,
      messages: [
        { key: 'again', value: inMinutes(0), headers: { 'event-id': 'redriven', ...redriven } },
        { key: 'again', value: '{', headers: { 'event-id': 'refused-again', ...redriven } },
      ],
    });
    const rawUntil = await bounded.ends(raw);
    const beyond = { key: 'x', value: inMinutes(0), headers: { 'event-id': 'beyond' } };
    await producer.send({ topic: raw, messages: [beyond] });

    const first = {
      plan: bounded.plan,
      rawFrom: { '0': '0', '1': '0' },
      rawUntil,
      trigger: 'available-now',
      start: 0,
    } as const;
    // In many small micro-batches, so that one of them can be caught half written however busy the machine is.
    const small = { ...bounded.plan, spark: { ...bounded.plan.spark, maxRecordsPerBatch: PER_BATCH / 5 } };
    const killed = await bounded.submit({ ...first, plan: small });
    let seen: { batch: number | null; written: string } = { batch: null, written: '' };
    await until(async () => {
      process.kill(killed.pid, 'SIGSTOP');
      const { running, lastBatch } = await bounded.watch({ handle: killed, plan: small, until: null, maxMs: 0 });
      if (!running) throw new Error('expected the driver to work on');
      const written = JSON.stringify(await bounded.ends(enrichedTopic));
      if (lastBatch !== seen.batch) seen = { batch: lastBatch, written };
      // Part of the batch after the last committed one is written.
      const isInBatch = lastBatch !== null && written !== seen.written;
      process.kill(killed.pid, isInBatch ? 'SIGKILL' : 'SIGCONT');
      return isInBatch;
    }, 10);
    const state = await bounded.ended(killed);
    killedInBatch = Math.max(
      ...(await readdir(join(bounded.checkpoint, 'offsets'))).filter((n) => /^\d+$/.test(n)).map(Number),
    );
    expect(state).toMatchObject({ exitOk: false, lastBatch: killedInBatch - 1 });

    const second = await bounded.submit({ ...first, start: 1 });
    expect(await bounded.submit({ ...first, start: 1 })).toEqual(second);
    // As if the worker had died before it recorded the driver: the second driver finds the lock taken.
    await unlink(join(second.runFolder, 'driver.json'));
    const other = await bounded.submit({ ...first, start: 1 });
    final = await bounded.ended(other);
    await until(async () => (await processFacts(second.pid)) === null && (await processFacts(other.pid)) === null);

    [enriched, deadLetters, windows] = (await Promise.all(
      [enrichedTopic, bounded.plan.topics.deadLetter, bounded.plan.topics.windows].map((topic) => bounded.read(topic)),
    )) as [Written[], Written[], Written[]];
  });

  it('succeeds with everything committed, for any number of drivers', async () => {
    const { end } = await bounded.kafka.offsets(bounded.plan.topics.raw);
    const passed = Object.values(end).reduce((sum, offset) => sum + Number(offset), 0);
    expect(final).toMatchObject({
      running: false,
      exitOk: true,
      committed: end,
      inputRows: passed,
      droppedByWatermark: 0,
    });
  });

  it.each(PARSE_CASES.map((parseCase) => [parseCase.name, parseCase] as const))('decides %s', (_, parseCase) => {
    expectOutcome(parseCase, { enriched, deadLetters });
  });

  it('keeps the original of a dead letter, truncated to 256 KiB', () => {
    const original = PARSE_CASES.find(({ name }) => name === 'large-malformed')?.value ?? '';
    const large = deadLetters.find(({ key }) => key === 'large-malformed')?.value ?? {};
    expect(large['originalLength']).toBe(Buffer.byteLength(original));
    expect(large['originalSha256']).toBe(createHash('sha256').update(original).digest('hex'));
    expect(Buffer.from(String(large['original']), 'base64').toString()).toBe(String(original).slice(0, 256 * 1024));
    const tombstone = deadLetters.find(({ key }) => key === 'tombstone')?.value;
    expect(tombstone).toMatchObject({ originalLength: 0, original: '' });
    expect(deadLetters.filter(({ value }) => String(value['original']).includes('\n'))).toEqual([]);
    expect(JSON.stringify(deadLetters.map(({ value }) => value['detail']))).not.toMatch(/secret|origin\W*:|"x"/);
  });

  it('accepts a timestamp within the clock skew and rejects a later one', () => {
    expect(deadLetters.find(({ key }) => key === 'future')?.value).toMatchObject({ reason: 'FromTheFuture' });
    expect(enriched.some((record) => idOf(record) === 'skewed')).toBe(true);
  });

  it('ignores what another run published, and what is after its end', () => {
    const ids = [...enriched, ...deadLetters].map(idOf);
    expect(ids.filter((id) => ['foreign', 'beyond'].includes(id))).toEqual([]);
  });

  it('writes a batch again after a kill, byte for byte', () => {
    const copies = new Map<string, Set<string>>();
    for (const record of enriched) copies.set(idOf(record), (copies.get(idOf(record)) ?? new Set()).add(record.bytes));
    expect(killedInBatch).toBeGreaterThan(0);
    // The raw topic contains the repeats twice more; the rest was written by both drivers.
    const fromRaw = copies.size + 2 * REPEATED;
    expect(enriched.length).toBeGreaterThan(fromRaw);
    expect([...copies].filter(([, bytes]) => bytes.size > 1)).toEqual([]);
  });

  it('writes run and raw coordinates to the headers of enriched readings', () => {
    const reading = enriched.find((record) => idOf(record) === 'load-17');
    expect(reading?.key).toBe('device-7');
    expect(reading?.headers).toEqual({
      'event-id': 'load-17',
      'pipeline-run': bounded.plan.run,
      'pipeline-raw': expect.stringMatching(/^[01]:\d+:\d{13}$/) as string,
    });
  });

  it('copies the redrive count to the headers of output records, not to their values', () => {
    const again = [...enriched, ...deadLetters].filter(({ headers }) => 'pipeline-redrive' in headers);
    // The killed driver may have written them too, in the micro-batch that the next one repeats.
    expect(new Set(again.map(idOf))).toEqual(new Set(['redriven', 'refused-again']));
    expect(new Set(again.map(({ headers }) => headers['pipeline-redrive']))).toEqual(new Set(['2']));
    expect(again.filter(({ bytes }) => bytes.includes('redrive"'))).toEqual([]);
  });

  it('counts every distinct reading in one window, once', async () => {
    const ends = Object.values(await bounded.ends(bounded.plan.topics.raw));
    const raw = ends.reduce((sum, end) => sum + Number(end), 0);
    const distinct = new Set(enriched.filter(({ bytes }) => bytes !== '').map(idOf)).size;
    expect(raw).toBe(LOAD + 2 * REPEATED + simulated.messages.length + PARSE_CASES.length + 6);
    const last = lastWindows(windows);
    const total = [...last.values()].reduce((sum, { value }) => sum + Number(value['count']), 0);
    expect(total).toBe(distinct);
  });

  it('has the statistics of each measurement in a window', () => {
    const minute = 120;
    const id = `device-3|${LOAD_START_MS + minute * 1_000}|60000`;
    const readings = [123, 133, 143, 153, 163, 173];
    const celsius = readings.map((n) => Number(((32 + (n % 97) / 10 - 32) * (5 / 9)).toFixed(6)));
    const window = lastWindows(windows).get(id);
    expect(window?.headers).toMatchObject({ 'event-id': id, 'pipeline-run': bounded.plan.run });
    expect(window?.key).toBe('device-3');
    expect(window?.value).toMatchObject({
      deviceId: 'device-3',
      windowStart: '2024-01-01T00:02:00.000000Z',
      windowEnd: '2024-01-01T00:03:00.000000Z',
      count: 6,
      temperature: {
        count: 6,
        min: Math.min(...celsius),
        max: Math.max(...celsius),
        mean: expect.closeTo(celsius.reduce((sum, x) => sum + x, 0) / 6, 5) as number,
      },
      humidity: { count: 6, min: 12.3, max: 17.3, mean: 14.8 },
    });
  });

  it('is what a recomputation makes of the same readings, digit by digit', () => {
    expect(lastWindows(windows)).toEqual(recomputedWindows(bounded.plan, enriched));
  });

  it('flags exactly the windows with an unlikely value of the simulator', () => {
    const scored = [...lastWindows(windows).values()].filter(({ key }) => key.startsWith('simulated-'));
    const flagged = scored.filter(({ value }) => anomalyOf(value)?.isAnomaly);
    const keys = flagged.map(({ key, value }) => `${key}|${Date.parse(String(value['windowStart']))}`);
    expect(new Set(keys)).toEqual(simulated.anomalous);
    expect(simulated.anomalous.size).toBeGreaterThan(5);
    expect(new Set(flagged.map(({ value }) => anomalyOf(value)?.measurement))).toEqual(new Set(['temperature']));
    const quiet = scored.filter((window) => !flagged.includes(window));
    expect(Math.max(...quiet.map(({ value }) => anomalyOf(value)?.score ?? 0))).toBeLessThan(6);
    // Two in one window partly mask each other.
    expect(Math.min(...flagged.map(({ value }) => anomalyOf(value)?.score ?? 0))).toBeGreaterThan(7);
  });

  it('scores the most unlikely reading of a window against the others', () => {
    const { device, windowStart, anomaly } = simulated.first;
    const isFirst = ({ key, value }: Written) => key === device && value['windowStart'] === windowStart;
    expect([...lastWindows(windows).values()].find(isFirst)?.value['anomaly']).toEqual({
      ...anomaly,
      score: expect.closeTo(anomaly.score, 2) as number,
    });
  });

  it('gives no score to a window of fewer than ten readings', () => {
    const few = [...lastWindows(windows).values()].filter(({ value }) => Number(value['count']) < 10);
    expect(few.length).toBeGreaterThan(100);
    expect(few.filter(({ value }) => 'anomaly' in value)).toEqual([]);
  });

  it('keeps windows before 1970, and omits a measurement that no reading had', () => {
    const find = (device: string) => [...lastWindows(windows).values()].find(({ key }) => key === device)?.value;
    expect(find('year-1900')).toMatchObject({ windowStart: '1900-01-01T00:00:00.000000Z', count: 1 });
    expect(find('before-1970')).toMatchObject({ windowStart: '1969-12-31T23:59:00.000000Z' });
    expect(find('measurement-null')).not.toHaveProperty('temperature');
  });

  it('only increases the count of a window', () => {
    const versions = new Map<string, number>();
    for (const window of windows) {
      const count = Number(window.value['count']);
      expect(count).toBeGreaterThanOrEqual(versions.get(idOf(window)) ?? 0);
      versions.set(idOf(window), count);
    }
  });

  function anomalyOf(value: Written['value']): WindowAnomaly | undefined {
    return value['anomaly'] as WindowAnomaly | undefined;
  }
});
