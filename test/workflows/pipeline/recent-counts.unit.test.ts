import { RecentCounts } from '../../../workflows/pipeline/recent-counts';

function recentOf(...counts: readonly (readonly [records: number, deadLetters: number])[]): readonly [number, number] {
  const recent = new RecentCounts();
  for (const [records, deadLetters] of counts) recent.add({ records, deadLetters, absent: deadLetters });
  expect(recent.recent.absent).toBe(recent.recent.deadLetters);
  return [recent.recent.records, recent.recent.deadLetters];
}

describe('the counts of the latest records', () => {
  it('are of all records while those are fewer than a thousand', () => {
    expect(recentOf([10, 10])).toEqual([10, 10]);
    expect(recentOf([10, 10], [400, 20], [900, 30])).toEqual([900, 30]);
  });

  it('leave out what is before the latest thousand', () => {
    expect(recentOf([500, 500], [1_200, 510], [1_500, 520])).toEqual([1_000, 20]);
    expect(recentOf([500, 500], [1_499, 520])).toEqual([1_499, 520]);
    expect(recentOf([500, 500], [90_000, 520])).toEqual([89_500, 20]);
  });

  it('ignore what a stage reports late, and change nothing while nothing is processed', () => {
    expect(recentOf([500, 500], [100, 0], [2_000, 600], [2_000, 600], [1_000, 500])).toEqual([1_500, 100]);
  });
});
