import type { Measurement } from '../contracts/measurement';
import { decimalOf, doubleOf, DIGITS, rounded } from './decimals';

/** Of a scaled value's square. */
const SQUARE_SCALE = 12;

/** Statistics of one measurement as a window's document has them. */
export interface Statistics {
  readonly count: number;
  readonly mean: number;
  readonly min: number;
  readonly max: number;
}

/** The values of one measurement in a window as exact sums, so that the result does not depend on their order. */
export class MeasuredValues {
  count = 0;
  min = Number.POSITIVE_INFINITY;
  max = Number.NEGATIVE_INFINITY;
  #sum = 0n;
  #squares = 0n;

  constructor(readonly measurement: Measurement) {}

  add(value: number): void {
    this.count += 1;
    this.min = Math.min(this.min, value);
    this.max = Math.max(this.max, value);
    this.#sum += decimalOf(value, DIGITS);
    const scaled = this.scaled(value);
    this.#squares += decimalOf(scaled * scaled, SQUARE_SCALE);
  }

  get sum(): number {
    return doubleOf(this.#sum, DIGITS);
  }

  /** Sum of the squares of the scaled values. */
  get squares(): number {
    return doubleOf(this.#squares, SQUARE_SCALE);
  }

  get statistics(): Statistics {
    const { count, min, max } = this;
    return { count, mean: rounded(this.sum / count, DIGITS), min, max };
  }

  /** Returns a value in halves of the distance between the limits, from their middle. */
  scaled(value: number): number {
    const { min, max } = this.measurement;
    const half = max / 2 - min / 2;
    return (value - (min / 2 + max / 2)) / (half > 0 ? half : Number.POSITIVE_INFINITY);
  }
}
