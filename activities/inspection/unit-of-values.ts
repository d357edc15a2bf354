import type { Quantity } from './quantity';

/** Where the middle of a sample lies in each unit, and how sure that is. */
const MIDDLES: Readonly<Record<string, readonly (readonly [from: number, to: number, units: readonly string[]])[]>> = {
  temperature: [
    [-60, 45, ['°C', '°F', 'K']],
    [45, 130, ['°F', '°C', 'K']],
    [200, 350, ['K', '°C', '°F']],
  ],
  humidity: [
    [0, 1, ['ratio', '%']],
    [1, 100.1, ['%']],
  ],
  pressure: [
    [850, 1_100, ['hPa']],
    [85_000, 110_000, ['Pa']],
    [25, 32, ['inHg', 'kPa']],
    [85, 110, ['kPa']],
    [600, 800, ['mmHg', 'hPa']],
  ],
};

/** Returns the units that values of a quantity may have, the likeliest first; a single one if no other is plausible. */
export function likelyUnits({ name, unit, spellings }: Quantity, numbers: readonly number[]): readonly string[] {
  const middle = [...numbers].sort((one, other) => one - other)[Math.floor(numbers.length / 2)];
  const found = middle === undefined ? undefined : MIDDLES[name]?.find(([from, to]) => middle >= from && middle < to);
  return found?.[2] ?? [...new Set([unit, ...Object.values(spellings)])];
}
