/** Digits of each unit beyond those of seconds. */
const UNITS = { s: 1, ms: 1e3, us: 1e6, ns: 1e9 } as const;
const SECONDS_OF_2001 = 978_307_200;
const SECONDS_OF_2100 = 4_102_444_800;
/** Numbers below would be of the first years in every unit. */
const SECONDS_OF_1973 = 94_694_400;

type Unit = keyof typeof UNITS;

/**
 * Returns the unit in which numbers are times since 1970; null if they are none.
 *
 * From 2001 to 2099 the size of a number decides. Older times are believed only if the name of their column speaks of time;
 * then the finer unit, in which they are of the first days of 1970, is another possible one.
 */
export function epochUnit(
  numbers: readonly number[],
  isNamedSo: boolean,
): { readonly format: Unit; readonly others: readonly Unit[] } | null {
  const units = Object.keys(UNITS) as Unit[];
  const inUnit = (unit: Unit, from: number): boolean => {
    const factor = UNITS[unit];
    const isIn = (number: number): boolean => number >= from * factor && number < SECONDS_OF_2100 * factor;
    return numbers.length > 0 && numbers.filter(isIn).length >= numbers.length * 0.8;
  };
  const certain = units.find((unit) => inUnit(unit, SECONDS_OF_2001));
  if (certain !== undefined) return { format: certain, others: [] };
  const old = isNamedSo ? units.find((unit) => inUnit(unit, SECONDS_OF_1973)) : undefined;
  if (old === undefined) return null;
  return { format: old, others: units.slice(units.indexOf(old) + 1, units.indexOf(old) + 2) };
}
