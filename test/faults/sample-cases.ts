import { randomInteger } from '../support/seeded-random';
import type { FaultCase } from './fault-case';

/** Too slow for every test run; only the whole fault matrix includes them. */
const LONG = [
  'refused for 30 s',
  'write block, lifted after 5 s',
  'alias without write index, restored after 5 s',
  'worker asleep past its heartbeat timeout, replaced, awake again',
];

/** Returns one of the cases that are short enough for a test run. */
export function sampleOf(cases: readonly FaultCase[], random: () => number): FaultCase {
  const short = cases.filter(({ name }) => !LONG.includes(name));
  const { [randomInteger(random, 0, short.length - 1)]: chosen } = short;
  if (chosen === undefined) throw new Error('expected a case that is short enough, got none');
  return chosen;
}
