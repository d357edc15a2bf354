import { percentile } from './percentile';

describe('a percentile', () => {
  it('is a value of the list, whatever its order', () => {
    const values = Array.from({ length: 100 }, (_, n) => 100 - n);
    expect([0, 50, 95, 99].map((percent) => percentile(values, percent))).toEqual([1, 51, 96, 100]);
  });

  it('is the largest value of a list that is too short', () => {
    expect(percentile([2, 1], 99)).toBe(2);
  });

  it('is not a number without values', () => {
    expect(percentile([], 50)).toBeNaN();
  });
});
