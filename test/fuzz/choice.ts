import { randomInteger } from '../support/seeded-random';

/** Random choices that repeat for the same generator. */
export class Choice {
  constructor(readonly random: () => number) {}

  of<T>(values: readonly [T, ...T[]]): T {
    return values[randomInteger(this.random, 0, values.length - 1)] ?? values[0];
  }

  /** Whether something happens that has this share. */
  happens(share: number): boolean {
    return this.random() < share;
  }

  times<T>(min: number, max: number, make: (at: number) => T): T[] {
    return Array.from({ length: randomInteger(this.random, min, max) }, (_, at) => make(at));
  }
}
