import type { ReconcileResult } from '../../../activities/contracts/report';
import { activityEnvironment } from '../sources/activity-environment';
import { idOf, SeveralRuns, windowsOf, type WrittenReading, type WrittenRun } from './several-runs';

/** Two files, one of each hour, of a logger that does not cut exactly at the hour. */
const FIRST_HOUR: readonly WrittenReading[] = [
  { id: 'a', at: '2026-01-01T00:58:30', temperature: 19.5 },
  { id: 'b', at: '2026-01-01T00:59:10', temperature: 20 },
  { id: 'c', at: '2026-01-01T00:59:40', temperature: 21 },
];
const REJECTED: WrittenReading = { id: 'r', at: '2026-01-01T00:59:55', temperature: 30, isRejected: true };
const SECOND_HOUR: readonly WrittenReading[] = [
  { id: 'f', at: '2026-01-01T00:58:50', temperature: 18 },
  { id: 'd', at: '2026-01-01T00:59:50', temperature: 25 },
  REJECTED,
  { id: 'e', at: '2026-01-01T01:00:10', temperature: 26 },
];
const BORDER = '2026-01-01T00:59:00';
const BEFORE = '2026-01-01T00:58:00';
const [ALL_BEFORE, ALL_AT_BORDER] = windowsOf([...FIRST_HOUR, ...SECOND_HOUR]);

let runs: SeveralRuns;
let first: WrittenRun;
let second: WrittenRun;
const crashes: string[] = [];

beforeAll(async () => {
  runs = await SeveralRuns.open((point) => {
    const wanted = crashes.indexOf(point);
    if (wanted >= 0) throw new Error(`killed at ${crashes.splice(wanted, 1).join('')}`);
  });
});
afterAll(async () => {
  await runs.close();
});

async function findings(run: WrittenRun): Promise<ReconcileResult['examples']> {
  const { reconciled, examples } = await runs.prove(run);
  expect(reconciled).toBe(examples.length === 0);
  return examples;
}

describe('recomputeWindows', () => {
  it('finds nothing to do for the first run', async () => {
    first = await runs.write('2026-01-02T00:00:00Z', FIRST_HOUR);
    expect(await runs.finish(first)).toBe(0);
    expect(await runs.window(BORDER)).toEqual(windowsOf(FIRST_HOUR)[1]);
    expect(await runs.prove(first)).toMatchObject({
      reconciled: true,
      windows: 2,
      windowsShared: 0,
      windowedReadings: 3,
    });
  });

  it('is missed by the proof of either run if it is left out', async () => {
    second = await runs.write('2026-01-02T01:00:00Z', SECOND_HOUR);
    await runs.indexWindows();
    const partial = [BEFORE, BORDER].map((at) => ({ kind: 'window with another count', id: idOf(at) }));
    expect(await findings(second)).toEqual(partial);
    expect(await findings(first)).toEqual(partial);
  });

  it('counts the readings of all runs in the windows that they share, once each, and a rejected one too', async () => {
    expect(await runs.finish(second)).toBe(2);
    expect(await runs.window(BEFORE)).toEqual(ALL_BEFORE);
    expect(await runs.window(BORDER)).toEqual(ALL_AT_BORDER);
    expect(await runs.window('2026-01-01T01:00:00')).toEqual(windowsOf(SECOND_HOUR)[2]);
    expect(await runs.prove(second)).toMatchObject({
      ...{ reconciled: true, indexed: 3, deadLetters: 1, windows: 3, windowsShared: 2, windowedReadings: 7 },
    });
    expect(await runs.prove(first)).toMatchObject({ reconciled: true, windowsShared: 2, windowedReadings: 6 });
  });

  it('changes nothing when it is killed, repeated, or the windows are indexed again', async () => {
    crashes.push('recompute-after-publish');
    await expect(runs.recompute(second)).rejects.toThrow('killed');
    expect(await runs.recompute(second)).toBe(2);
    const resumed = activityEnvironment({
      heartbeatDetails: { fromMs: Date.parse('2026-01-01T00:59:00Z'), recomputed: 7 },
    });
    // The window of the rejected reading is looked at again, the pages before are not.
    expect(await runs.recompute(second, resumed)).toBe(8);
    await runs.indexWindows();
    expect(await runs.window(BORDER)).toEqual(ALL_AT_BORDER);
  });

  it('is proven only as it is: a changed count and a deleted reading of the other run are named', async () => {
    const { readings, windows } = second.request.aliases;
    const { _source: window, _version } = await runs.elasticsearch.get<object>({ index: windows, id: idOf(BORDER) });
    const setWindow = (document: object) => runs.elasticsearch.index({ index: windows, id: idOf(BORDER), document });
    const another = [{ kind: 'window with another count', id: idOf(BORDER) }];
    expect(_version).toBeGreaterThan(Number.MAX_SAFE_INTEGER);

    await setWindow({ ...window, count: 3 });
    expect([await findings(second), await findings(first)]).toEqual([another, another]);
    await setWindow({ ...window, temperature: { count: 4, mean: 1, min: 20, max: 30 } });
    expect(await findings(second)).toEqual([{ kind: 'window with other content', id: idOf(BORDER) }]);
    await setWindow(window ?? {});

    const { _source: reading } = await runs.elasticsearch.get<object>({ index: readings, id: 'b' });
    await runs.elasticsearch.delete({ index: readings, id: 'b' });
    expect(await findings(second)).toEqual(another);
    await runs.elasticsearch.index({ index: readings, id: 'b', document: reading ?? {} });
    expect(await findings(second)).toEqual([]);
  });

  it('gives a later and smaller run the whole account again, and the earlier runs stay proven', async () => {
    const third = await runs.write('2026-01-02T02:00:00Z', FIRST_HOUR);
    await runs.indexWindows();
    expect(await runs.window(BORDER)).toMatchObject({ count: 2 });
    expect(await runs.finish(third)).toBe(2);
    expect(await runs.window(BORDER)).toEqual(ALL_AT_BORDER);
    for (const run of [first, second, third]) expect(await findings(run)).toEqual([]);
  });
});

describe('recomputeWindows over many windows before 1970', () => {
  it('takes them page by page, none twice and none left out', async () => {
    const WINDOWS = 1_100;
    const firstMs = Date.parse('1969-12-31T00:00:00Z');
    const everyMinute = (id: string, offsetMs: number) =>
      Array.from({ length: WINDOWS }, (_, minute) => ({
        ...{ id: `${id}-${minute}`, temperature: minute % 40 },
        at: new Date(firstMs + minute * 60_000 + offsetMs).toISOString().slice(0, 19),
      }));
    const many = await SeveralRuns.open();
    try {
      await many.finish(await many.write('2026-01-02T00:00:00Z', everyMinute('a', 0)));
      const later = await many.write('2026-01-02T01:00:00Z', everyMinute('b', 59_000));
      const environment = activityEnvironment();
      const heartbeats: string[] = [];
      environment.on('heartbeat', (details) => heartbeats.push(JSON.stringify(details)));
      expect(await many.recompute(later, environment)).toBe(WINDOWS);
      // The last window of a page of 1,000 may have more devices; a heartbeat names none.
      expect(heartbeats).toContain(JSON.stringify({ fromMs: firstMs + 999 * 60_000, recomputed: 999 }));
      for (const heartbeat of new Set(heartbeats)) {
        const heartbeatDetails: unknown = JSON.parse(heartbeat);
        expect(Object.keys(heartbeatDetails as object)).toEqual(['fromMs', 'recomputed']);
        expect(await many.recompute(later, activityEnvironment({ heartbeatDetails }))).toBe(WINDOWS);
      }
      await many.indexWindows();
      expect(await many.prove(later)).toMatchObject({
        ...{ reconciled: true, windows: WINDOWS, windowsShared: WINDOWS, windowedReadings: 2 * WINDOWS },
      });
    } finally {
      await many.close();
    }
  });

  it('finds nothing to do before the first month is opened, since no record of the run is a reading', async () => {
    const months = await SeveralRuns.open(undefined, { index: { by: 'month', from: '2020-01', to: '2030-12' } });
    try {
      const unreadable = { id: 'u', at: '2026-01-01T00:00:00', temperature: 20, isUnreadable: true } as const;
      const written = await months.write('2026-01-02T00:00:00Z', [unreadable]);
      expect(await months.recompute(written)).toBe(0);
      expect(await months.prove(written)).toMatchObject({ reconciled: true, indexed: 0, deadLetters: 1 });
    } finally {
      await months.close();
    }
  });
});
