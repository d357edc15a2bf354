/** `YYYY-MM` in UTC, with a four-digit year, so that alphabetical order is chronological. */
export type Month = string;

export const MONTH_PATTERN = /^\d{4}-(0[1-9]|1[0-2])$/;
const MONTH_INDEX = /^(.+)-(\d{4}-(?:0[1-9]|1[0-2]))$/;

/** Returns the month of an instant (ISO 8601 or epoch ms); null if it is not valid or its year does not have four digits. */
export function monthOf(instant: unknown): Month | null {
  const epochMs = typeof instant === 'string' ? Date.parse(instant) : instant;
  if (typeof epochMs !== 'number' || Number.isNaN(new Date(epochMs).getTime())) return null;
  const month = new Date(epochMs).toISOString().slice(0, 7);
  return MONTH_PATTERN.test(month) ? month : null;
}

/** Returns the month `count` months earlier; a negative count gives a later month. */
export function monthsBefore(month: Month, count: number): Month {
  const [year = 0, number = 1] = month.split('-').map(Number);
  return new Date(Date.UTC(year, number - 1 - count)).toISOString().slice(0, 7);
}

/** Returns the months from `first` to `last`, both included; `first` is not the later one. */
export function monthsBetween(first: Month, last: Month): readonly Month[] {
  const months: Month[] = [];
  // A month after the year 9999 would sort before `last`.
  for (let month = first; month < last; month = monthsBefore(month, -1)) months.push(month);
  return [...months, last];
}

/** Which months a pipeline no longer keeps; null: it keeps all. */
export interface RetentionBounds {
  /** Records of earlier months are expired: they are no longer indexed. */
  readonly expiredBefore: Month | null;
  /** The indices of earlier months are deleted. */
  readonly droppedBefore: Month | null;
}

export const NO_BOUNDS: RetentionBounds = { expiredBefore: null, droppedBefore: null };

/** Returns the first instant of a month in epoch ms. */
export function monthStartMs(month: Month): number {
  return Date.parse(`${month}-01T00:00:00Z`);
}

export function monthIndex(alias: string, month: Month): string {
  return `${alias}-${month}`;
}

/** Returns the month of a backing index of an alias; null if it is not a monthly index. */
export function monthOfIndex(alias: string, index: string): Month | null {
  const [, prefix, month] = MONTH_INDEX.exec(index) ?? [];
  return prefix === alias ? (month ?? null) : null;
}

/** Returns false if either side is null. */
export function isBefore(month: Month | null, bound: Month | null): boolean {
  return month !== null && bound !== null && month < bound;
}
