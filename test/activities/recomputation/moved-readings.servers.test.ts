import type { Discrepancy } from '../../../activities/contracts/report';
import { windowId } from '../../../activities/contracts/window';
import { idOf, SeveralRuns, windowsOf, type WrittenReading, type WrittenRun } from './several-runs';

/** What a file says in one zone; the last two readings are in a window with that of another file. */
const IN_UTC: readonly WrittenReading[] = [
  { id: 'a', at: '2026-01-01T10:00:10', temperature: 10 },
  { id: 'b', at: '2026-01-01T10:00:20', temperature: 20 },
  { id: 'c', at: '2026-01-01T10:01:10', temperature: 30 },
];
const OTHER_FILE: readonly WrittenReading[] = [{ id: 'o', at: '2026-01-01T10:01:50', temperature: 40 }];
const IN_TOKYO = IN_UTC.map((reading) => ({ ...reading, at: reading.at.replace('T10', 'T01') }));
const [EMPTIED, SHARED, MOVED] = ['2026-01-01T10:00:00', '2026-01-01T10:01:00', '2026-01-01T01:00:00'] as const;

const opened: SeveralRuns[] = [];
async function open(...options: Parameters<typeof SeveralRuns.open>): Promise<SeveralRuns> {
  const runs = await SeveralRuns.open(...options);
  opened.push(runs);
  return runs;
}
afterAll(async () => {
  for (const runs of opened) await runs.close();
});

async function findings(runs: SeveralRuns, run: WrittenRun, bounded = true): Promise<readonly Discrepancy[]> {
  const { reconciled, examples } = await runs.prove(run, bounded);
  expect(reconciled).toBe(examples.length === 0);
  return examples;
}

describe('a later run that reads other times for the same rows', () => {
  it('is red until the windows that its readings have left are recomputed, down to a count of 0', async () => {
    const runs = await open();
    await runs.finish(await runs.write('2026-01-02T00:00:00Z', IN_UTC));
    await runs.finish(await runs.write('2026-01-02T01:00:00Z', OTHER_FILE));
    const moved = await runs.write('2026-01-02T02:00:00Z', IN_TOKYO);
    await runs.indexWindows();
    const gone = [EMPTIED, SHARED].map((at) => ({ kind: 'window counts readings that are gone', id: idOf(at) }));
    expect(await findings(runs, moved)).toEqual(gone);

    expect(await runs.finish(moved)).toBe(gone.length);
    expect(await runs.window(EMPTIED)).toMatchObject({ id: idOf(EMPTIED), count: 0 });
    expect(await runs.window(SHARED)).toEqual(windowsOf(OTHER_FILE)[0]);
    expect(await runs.window(MOVED)).toMatchObject({ count: 2 });
    expect(await runs.prove(moved)).toMatchObject({ reconciled: true, windows: 4, windowedReadings: 4 });
    expect(await runs.finish(moved)).toBe(0);

    const { windows: index } = moved.request.aliases;
    await runs.elasticsearch.update({ index, id: idOf(EMPTIED), doc: { count: 1 } });
    expect(await findings(runs, moved)).toEqual([{ kind: 'window not expected', id: idOf(EMPTIED) }]);
  });

  it('leaves the windows of an earlier one of another length as they are, and is proven without them', async () => {
    const runs = await open();
    const first = await runs.write('2026-01-02T00:00:00Z', IN_UTC);
    await runs.finish(first);
    const { windows: index } = first.request.aliases;
    const [start, end] = ['2026-01-01T10:00:00.000000Z', '2026-01-01T11:00:00.000000Z'];
    const id = windowId('boiler|1', Date.parse(start), 3_600_000);
    const hour = { id, deviceId: 'boiler|1', windowStart: start, windowEnd: end, count: 3 };
    const provenance = { run: first.run, partition: 0, offset: '0', processedAt: 1, indexedAt: 2 };
    await runs.elasticsearch.index({ index, id, document: { ...hour, provenance } });

    const moved = await runs.write('2026-01-02T01:00:00Z', IN_TOKYO);
    await runs.finish(moved);
    expect(await runs.prove(moved)).toMatchObject({ reconciled: true, windows: 4, windowedReadings: 3 });
    expect((await runs.elasticsearch.get({ index, id }))._source).toMatchObject(hour);
  });

  it('is red if the readings of the earlier one remain in the index of another month', async () => {
    const month = { by: 'month', from: '2025-01', to: '2026-12', keepMonths: null } as const;
    const runs = await open(undefined, { index: month });
    await runs.finish(await runs.write('2026-01-02T00:00:00Z', IN_UTC));
    const moved = await runs.write(
      '2026-01-02T01:00:00Z',
      IN_UTC.map((reading) => ({ ...reading, at: reading.at.replace('2026-01-01', '2025-01-11') })),
    );
    await runs.finish(moved);
    const { discrepancies } = await runs.prove(moved);
    expect(discrepancies).toEqual({ 'indexed twice': 3, 'indexed with other content': 3 });
  });
});

describe('a record that several runs reject', () => {
  const UNREADABLE: WrittenReading = { id: 'u', at: 'never', temperature: 1, isUnreadable: true };

  it('leaves the earlier run proven, though the later one has written its dead letter again', async () => {
    const runs = await open();
    const first = await runs.write('2026-01-02T00:00:00Z', [...IN_UTC, UNREADABLE]);
    await runs.finish(first);
    const second = await runs.write('2026-01-02T01:00:00Z', [...IN_UTC, { ...UNREADABLE, temperature: 2 }]);
    await runs.finish(second);
    expect([await findings(runs, first), await findings(runs, second)]).toEqual([[], []]);
    await runs.elasticsearch.delete({ index: first.request.aliases.deadLetters, id: 'u' });
    const lost = [{ kind: 'dead letter not indexed', id: 'u' }];
    expect([await findings(runs, first), await findings(runs, second)]).toEqual([lost, lost]);
  });

  it('is named if an earlier run has indexed it, wherever in time that was', async () => {
    const runs = await open();
    const first = await runs.write('2026-01-02T00:00:00Z', IN_UTC);
    await runs.finish(first);
    const second = await runs.write('2026-01-02T01:00:00Z', [...OTHER_FILE, { ...UNREADABLE, id: 'a' }]);
    await runs.finish(second);
    const kind = 'indexed by an earlier run but rejected by this one';
    expect([await findings(runs, second), await findings(runs, first)]).toEqual([[{ kind, id: 'a' }], []]);
  });
});

describe('a second run without end over one topic', () => {
  it('is proven with what the first one has processed of it, and no longer if some of that is lost', async () => {
    const runs = await open();
    const first = await runs.write('2026-01-02T00:00:00Z', [
      ...IN_UTC,
      { id: 'u', at: 'never', temperature: 1, isUnreadable: true },
    ]);
    await runs.finish(first);
    const second = await runs.write('2026-01-02T01:00:00Z', OTHER_FILE);
    await runs.finish(second);
    expect(await runs.prove(second, false)).toMatchObject({
      ...{ reconciled: true, published: 5, indexed: 4, deadLetters: 1, discrepancies: {} },
    });
    const { readings, deadLetters } = second.request.aliases;
    await runs.elasticsearch.delete({ index: readings, id: 'a' });
    await runs.elasticsearch.delete({ index: deadLetters, id: 'u' });
    expect(await findings(runs, second, false)).toEqual([
      { kind: 'dead letter not indexed', id: 'u' },
      { kind: 'published but neither indexed nor a dead letter', id: 'a' },
    ]);
  });
});
