import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Client } from '@elastic/elasticsearch';
import type { RangeRequest, RangeVerdict } from '../../../activities/contracts/proof-range';
import type { ReconcileResult } from '../../../activities/contracts/report';
import { createKafkaGateway } from '../../../activities/kafka';
import { activitiesWith } from '../../support/activities';
import { stackAddresses } from '../../support/stack';
import { activityEnvironment } from '../sources/activity-environment';
import { WINDOW_MS, WrittenRanges } from './written-ranges';
import type { Servers } from './written-run';

const START_MS = Date.parse('2026-01-01T00:00:00Z');
const NEXT_MS = START_MS + WINDOW_MS;

let servers: Servers;
let activities: ReturnType<typeof activitiesWith>;
let folder: string;

beforeAll(async () => {
  const { kafkaBrokers, elasticsearchNode } = stackAddresses();
  folder = await mkdtemp(join(tmpdir(), 'ranges-test-'));
  servers = {
    kafka: createKafkaGateway({ brokers: kafkaBrokers, clientId: 'ranges-test' }),
    elasticsearch: new Client({ node: elasticsearchNode, maxRetries: 0 }),
  };
  activities = activitiesWith({ ...servers, scratchFolder: join(folder, 'scratch') });
});
afterAll(async () => {
  await servers.kafka.close();
  await servers.elasticsearch.close();
  await rm(folder, { recursive: true });
});

async function newRanges(): Promise<WrittenRanges> {
  const ranges = new WrittenRanges(servers);
  await ranges.prepare();
  return ranges;
}

async function run<T>(work: () => Promise<T>): Promise<T> {
  const result: unknown = await activityEnvironment().run(work);
  return result as T;
}

const prove = (request: RangeRequest): Promise<RangeVerdict> =>
  run(() => activities.proveRange({ request, proofTaskQueue: 'q' }));

const proveAgain = (ranges: WrittenRanges, number: number): Promise<Omit<RangeVerdict, 'next'> | null> =>
  run(() => activities.proveRangeAgain({ runs: ranges.aliases.runs, run: ranges.run, number }));

const resultOf = (request: RangeRequest): Promise<ReconcileResult> => run(() => activities.reconcileRun(request));

/** Readings with these names at these seconds after the start. */
const readingsAt = (seconds: Readonly<Record<string, number>>) =>
  Object.entries(seconds).map(([id, second]) => ({ id, atMs: START_MS + second * 1_000 }));

describe('the proof of ranges', () => {
  it('leaves to the next range what Spark had written of it before the range was closed', async () => {
    const ranges = await newRanges();
    const [first, second] = [readingsAt({ a: 1, b: 2 }), readingsAt({ c: 3 })];
    await ranges.pass(first);
    const offsets = await ranges.raw(second);
    await ranges.enriched(second, offsets);
    const one = await prove(await ranges.close(START_MS, 2));
    expect(one).toMatchObject({ number: 1, reconciled: true, published: 2, next: { enriched: { 0: '2' } } });

    ranges.continueAt(one.next);
    await ranges.documents(second, offsets);
    const request = await ranges.close(START_MS);
    expect(await prove(request)).toMatchObject({ number: 2, reconciled: true, published: 1 });
    expect(await resultOf(request)).toMatchObject({ published: 1, enriched: 1, indexed: 1, repeats: 0 });
  });

  it('names what was altered, deleted or added later, when the range is proven again', async () => {
    const ranges = await newRanges();
    const first = readingsAt({ a: 1, b: 2, c: 3 });
    const [offset] = await ranges.pass(first);
    expect(await prove(await ranges.close(START_MS))).toMatchObject({ reconciled: true });
    expect(await proveAgain(ranges, 1)).toMatchObject({ number: 1, reconciled: true, published: 3 });

    await ranges.documents([{ ...first[0], id: 'a', atMs: START_MS, value: { temperature: 99 } }], [Number(offset)]);
    await servers.elasticsearch.delete({ index: ranges.aliases.readings, id: 'b' });
    await ranges.documents([{ id: 'added', atMs: START_MS }], [1]);
    expect(await proveAgain(ranges, 1)).toMatchObject({
      reconciled: false,
      discrepancies: {
        'indexed with other content': 1,
        'published but neither indexed nor a dead letter': 1,
        'indexed but not published': 1,
      },
    });
    const stored = await servers.elasticsearch.get<object>({ index: ranges.aliases.runs, id: `${ranges.run}-range-1` });
    expect(stored._source).toMatchObject({ reconciled: false, rangeOf: ranges.run, range: { number: 1 } });
  });

  it('reads no topic again while the index is as it was, and everything once it is not', async () => {
    const ranges = await newRanges();
    await ranges.pass(readingsAt({ a: 1, b: 2 }));
    await ranges.window(START_MS, 2);
    await prove(await ranges.close(NEXT_MS));
    const readRange = (): Promise<never> => Promise.reject(new Error('a topic is read'));
    const kafka = { ...servers.kafka, readRange };
    const withoutTopics = activitiesWith({ ...servers, kafka, scratchFolder: join(folder, 'scratch') });
    const again = { runs: ranges.aliases.runs, run: ranges.run, number: 1 };
    const check = (): Promise<unknown> => run(() => withoutTopics.proveRangeAgain(again));
    expect(await check()).toMatchObject({ reconciled: true, published: 2 });

    const place = { index: ranges.aliases.windows, id: ranges.windowId(START_MS) };
    const { _source: window = {} } = await servers.elasticsearch.get<object>(place);
    await ranges.index('windows', place.id, { ...window, count: 3 });
    await expect(check()).rejects.toThrow('a topic is read');
    expect(await proveAgain(ranges, 1)).toMatchObject({ discrepancies: { 'window with another count': 1 } });
    await ranges.index('windows', place.id, window);
    expect(await proveAgain(ranges, 1)).toMatchObject({ reconciled: true });
    expect(await check()).toMatchObject({ reconciled: true });

    // Its document is that of a later range then, which a checksum of this one does not have.
    await ranges.pass(readingsAt({ a: 1 }));
    expect(await proveAgain(ranges, 1)).toMatchObject({ reconciled: true });
    await expect(check()).rejects.toThrow('a topic is read');
  });

  it('takes an id that comes again in a later range for one reading, and for a conflict if its content is another', async () => {
    const ranges = await newRanges();
    await ranges.pass(readingsAt({ a: 1, b: 2 }));
    const one = await ranges.close(START_MS);
    const { next } = await prove(one);
    ranges.continueAt(next);

    const late = { id: 'a', atMs: START_MS + 1_000, value: { late: true } };
    await ranges.pass([late]);
    const two = await ranges.close(START_MS);
    expect(await prove(two)).toMatchObject({ reconciled: true, published: 1 });
    expect(await resultOf(two)).toMatchObject({ repeats: 0 });
    expect(await resultOf(one)).toMatchObject({ reconciled: true, indexed: 2, repeats: 1 });

    await ranges.pass([{ id: 'b', atMs: START_MS + 2_000, value: { temperature: 1 } }]);
    expect(await prove(await ranges.close(START_MS))).toMatchObject({ reconciled: true });
    expect(await resultOf(one)).toMatchObject({
      reconciled: false,
      examples: [{ kind: 'indexed with other content', id: 'b' }],
    });
  });

  it('counts a window that spans ranges in the one in which it closed', async () => {
    const ranges = await newRanges();
    await ranges.pass(readingsAt({ a: 1, b: 2 }));
    const id = await ranges.window(START_MS, 2);
    const { reconciled, next } = await prove(await ranges.close(START_MS));
    expect({ reconciled, next }).toMatchObject({ reconciled: true, next: { windowsFromMs: START_MS } });
    ranges.continueAt(next);

    await ranges.pass(readingsAt({ c: 3, d: 61 }));
    await ranges.window(START_MS, 3);
    await ranges.window(NEXT_MS, 1);
    const closed = await ranges.close(NEXT_MS);
    expect(await prove(closed)).toMatchObject({ reconciled: true, next: { windowsFromMs: NEXT_MS } });
    expect(await resultOf(closed)).toMatchObject({ windows: 2, windowedReadings: 4 });

    const window = { deviceId: 'device-0', windowStart: new Date(START_MS).toISOString() };
    const provenance = { run: ranges.run, partition: 0, offset: 1 };
    await ranges.index('windows', id, { provenance, id, ...window, count: 4 });
    expect((await resultOf(closed)).examples).toEqual([{ kind: 'window with another count', id }]);
    await servers.elasticsearch.delete({ index: ranges.aliases.windows, id });
    expect((await resultOf(closed)).examples).toEqual([{ kind: 'window missing', id }]);
  });

  it('leaves a window to a later range while that has readings or an account of it', async () => {
    const ranges = await newRanges();
    await ranges.pass(readingsAt({ a: 1 }));
    await ranges.window(START_MS, 1);
    const first = await ranges.close(NEXT_MS);
    await ranges.pass(readingsAt({ b: 2 }));
    expect(await prove(first)).toMatchObject({ reconciled: true, next: { windowsFromMs: START_MS } });
    ranges.continueAt((await prove(first)).next);
    // Its account was lost on the way.
    const second = await ranges.close(NEXT_MS);
    expect((await resultOf(second)).examples).toEqual([
      { kind: 'window with another count', id: ranges.windowId(START_MS) },
    ]);
  });

  it('accounts for dead letters of parsing and of the index, and counts a rejected reading in its window or not', async () => {
    const ranges = await newRanges();
    const [good, refused, unusable] = readingsAt({ a: 1, b: 2, c: 3 });
    if (good === undefined || refused === undefined || unusable === undefined) throw new Error('expected three');
    const [, second = 0, third = 0] = await ranges.raw([good, refused, unusable]);
    await ranges.enriched([good, refused], [0, 1]);
    await ranges.documents([good], [0]);
    await ranges.deadLetter(refused, 'index', second);
    await ranges.deadLetter(unusable, 'parse', third);
    await ranges.window(START_MS, 2);
    const request = await ranges.close(NEXT_MS);
    expect(await prove(request)).toMatchObject({ reconciled: true });
    expect(await resultOf(request)).toMatchObject({ published: 3, indexed: 1, deadLetters: 2, windows: 1 });

    await servers.elasticsearch.delete({ index: ranges.aliases.deadLetters, id: 'c' });
    expect((await resultOf(request)).examples).toEqual([{ kind: 'dead letter not indexed', id: 'c' }]);
  });

  it('finds a range by its number to prove it by hand, and no longer one that nobody has proven', async () => {
    const ranges = await newRanges();
    await ranges.pass(readingsAt({ a: 1 }));
    const request = await ranges.close(START_MS);
    await prove(request);
    const { name } = request.scope;
    const found = await activities.findRun({ input: { name, range: 1 } });
    expect(found).toMatchObject({ scope: request.scope, range: request.range, proofTaskQueue: 'q' });
    await expect(activities.findRun({ input: { name, range: 2 } })).rejects.toThrow('expected a proven range');
    // A range is no run.
    await expect(activities.findRun({ input: { name } })).rejects.toThrow('expected a pipeline with a report');
    expect(await proveAgain(ranges, 2)).toBeNull();
  });
});
