import type { WindowAnomaly } from '../contracts/record';
import { rounded } from './decimals';
import type { MeasuredValues } from './measured-values';

/** As in the Spark job's `Anomaly`, which explains the score and these limits. */
const MIN_READINGS = 10;
const THRESHOLD = 6;
const FLOOR = 0.002;

type Score = Omit<WindowAnomaly, 'isAnomaly'>;

/** Returns the highest leave-one-out z-score of a window, of equal ones that of the last name; null if it has too few readings. */
export function windowAnomaly(measured: readonly MeasuredValues[]): WindowAnomaly | null {
  const scores = measured.filter(({ count }) => count >= MIN_READINGS).flatMap(scoresOf);
  const [first, ...others] = scores;
  if (first === undefined) return null;
  const { score, measurement } = others.reduce(higher, first);
  return { score, measurement, isAnomaly: score > THRESHOLD };
}

function scoresOf(values: MeasuredValues): Score[] {
  return [values.min, values.max].map((end) => ({
    score: scoreOfEnd(values, end),
    measurement: values.measurement.name,
  }));
}

function scoreOfEnd(values: MeasuredValues, value: number): number {
  const { count, squares } = values;
  const end = values.scaled(value);
  const total = values.scaled(values.sum / count) * count;
  const mean = (total - end) / (count - 1);
  const variance = (squares - end * end - (count - 1) * mean * mean) / (count - 2);
  const deviation = Math.sqrt(Math.max(variance, 0));
  return rounded(Math.abs(end - mean) / Math.max(deviation, FLOOR), 3);
}

function higher(one: Score, other: Score): Score {
  if (one.score !== other.score) return one.score > other.score ? one : other;
  return one.measurement > other.measurement ? one : other;
}
