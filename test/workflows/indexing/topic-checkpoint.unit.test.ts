import type { LaneProgress } from '../../../activities/indexing/lane';
import { NO_TOTALS } from '../../../workflows/control/progress';
import { TopicCheckpoint } from '../../../workflows/indexing/topic-checkpoint';

const NONE = { totals: NO_TOTALS, skipped: 0, last: {} };

function progress(next: Readonly<Record<string, number>>, read: number, lag = 0): LaneProgress {
  const positions = Object.entries(next).map(([partition, offset]) => [
    partition,
    { next: String(offset), last: null },
  ]);
  return {
    positions: Object.fromEntries(positions) as LaneProgress['positions'],
    counts: { read, indexed: read, stale: 0, deadLetters: 0, expired: 0, absent: 0, bytes: 0 },
    lag,
    latency: read === 0 ? {} : { 40: read },
  };
}

describe('TopicCheckpoint', () => {
  it('counts each record once, however often an activity tells of it', () => {
    const checkpoint = new TopicCheckpoint({ 0: '0', 1: '0' }, NONE);
    checkpoint.begin(0);
    checkpoint.advance(0, progress({ 0: 5, 1: 2 }, 7), 1);
    checkpoint.advance(0, progress({ 0: 5, 1: 2 }, 7), 2);
    checkpoint.advance(0, progress({ 0: 9, 1: 2 }, 11), 3);
    expect(checkpoint).toMatchObject({ next: { 0: '9', 1: '2' }, totals: { in: 11, out: 11 } });
    expect(checkpoint.latency?.records).toBe(11);
  });

  it('ignores what comes late of an activity that has ended', () => {
    const checkpoint = new TopicCheckpoint({ 0: '0' }, NONE);
    checkpoint.begin(0);
    checkpoint.advance(0, progress({ 0: 8 }, 8), 1);
    checkpoint.begin(0);
    checkpoint.advance(0, progress({ 0: 6 }, 6), 2);
    checkpoint.advance(0, progress({ 0: 10 }, 2), 3);
    expect(checkpoint).toMatchObject({ next: { 0: '10' }, totals: { in: 10 } });
  });

  it('goes on where the last report was after an activity that has failed, and counts a repeated attempt once', () => {
    const checkpoint = new TopicCheckpoint({ 0: '0' }, NONE);
    checkpoint.begin(0);
    checkpoint.advance(0, progress({ 0: 6 }, 6), 1);
    // The next attempt began at an older heartbeat.
    checkpoint.advance(0, progress({ 0: 4 }, 4), 2);
    checkpoint.advance(0, progress({ 0: 9 }, 9), 3);
    expect(checkpoint).toMatchObject({ next: { 0: '9' }, totals: { in: 9 } });
    expect(checkpoint.positions(['0'])).toEqual({ 0: { next: '9', last: null } });
  });

  it('is behind by the age of the newest record that is indexed while others wait, and not at all once none does', () => {
    const checkpoint = new TopicCheckpoint({ 0: '0', 1: '0' }, NONE);
    const at = (partition: string, offset: number, lag: number, timestamp: string): LaneProgress => {
      const last = { offset: String(offset - 1), timestamp, hash: 'h' };
      return { ...progress({}, offset, lag), positions: { [partition]: { next: String(offset), last } } };
    };
    checkpoint.advance(0, at('0', 1, 5, '9000'), 10_000);
    expect(checkpoint.totals).toMatchObject({ lag: 5, behindMs: 1_000 });
    checkpoint.advance(1, at('1', 1, 7, '9700'), 10_100);
    expect(checkpoint.totals).toMatchObject({ lag: 12, behindMs: 400 });
    checkpoint.advance(0, at('0', 6, 0, '9800'), 10_200);
    checkpoint.advance(1, at('1', 8, 0, '9900'), 10_300);
    expect(checkpoint.totals).toMatchObject({ lag: 0, behindMs: 0 });
  });

  it('adds the lags of all lanes, and reads new partitions from their beginning', () => {
    const checkpoint = new TopicCheckpoint({ 0: '0', 1: '0' }, NONE);
    checkpoint.advance(0, progress({ 0: 1 }, 1, 5), 1);
    checkpoint.advance(1, progress({ 1: 1 }, 1, 7), 2);
    expect(checkpoint.totals.lag).toBe(12);
    checkpoint.grow(4);
    expect(checkpoint.next).toEqual({ 0: '1', 1: '1', 2: '0', 3: '0' });
  });

  it('counts the offsets that an operator skips, and none when the operator goes back', () => {
    const checkpoint = new TopicCheckpoint(
      { 0: '10' },
      { ...NONE, last: { 0: { offset: '9', timestamp: '0', hash: '' } } },
    );
    checkpoint.skip('0', '15');
    expect(checkpoint).toMatchObject({ next: { 0: '15' }, skipped: 5 });
    checkpoint.skip('0', '0');
    expect(checkpoint).toMatchObject({ next: { 0: '0' }, skipped: 5 });
    expect(checkpoint.positions(['0'])).toEqual({ 0: { next: '0', last: null } });
  });
});
