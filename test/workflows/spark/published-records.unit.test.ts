import { PublishedRecords } from '../../../workflows/spark/published-records';

const START = [{ ms: 0, records: 0 }];

describe('PublishedRecords', () => {
  it('tells how old the newest finished record is, between two looks as if records came evenly', () => {
    const published = new PublishedRecords(START);
    // 1,000 a second.
    expect(published.ageOf(28_500, 1_500, 30_000)).toBe(1_500);
    expect(published.ageOf(59_000, 1_000, 60_000)).toBe(1_000);
  });

  it('is 0 while no record waits, however long ago the last one came', () => {
    const published = new PublishedRecords(START);
    expect(published.ageOf(10, 0, 30_000)).toBe(0);
    expect(published.ageOf(10, 0, 900_000)).toBe(0);
  });

  it('remembers when a backlog began, and grows while nothing is finished', () => {
    const published = new PublishedRecords(START);
    expect(published.ageOf(10, 0, 30_000)).toBe(0);
    expect(published.ageOf(10, 20, 60_000)).toBe(30_000);
    expect(published.ageOf(10, 40, 90_000)).toBe(60_000);
    expect(published.ageOf(20, 50, 120_000)).toBe(75_000);
    expect(published.ageOf(70, 0, 150_000)).toBe(0);
  });

  it('goes on from the looks of another execution, and forgets those that are finished', () => {
    const before = new PublishedRecords(START);
    before.ageOf(0, 100, 10_000);
    before.ageOf(0, 200, 20_000);
    const published = new PublishedRecords(before.looks);
    expect(published.ageOf(150, 150, 30_000)).toBe(15_000);
    expect(published.looks).toEqual([
      { ms: 10_000, records: 100 },
      { ms: 20_000, records: 200 },
      { ms: 30_000, records: 300 },
    ]);
  });

  it('keeps a bounded number of looks, and counts from the first of them', () => {
    const published = new PublishedRecords([]);
    for (let look = 1; look <= 600; look++) published.ageOf(0, look, look * 1_000);
    expect(published.looks).toHaveLength(500);
    expect(published.ageOf(1, 600, 601_000)).toBe(500_000);
  });
});
