/** `YYYY-MM` in UTC. Months of four-digit years are in the order of time when they are in that of the alphabet. */
export type Month = string;

export const MONTH_PATTERN = /^\d{4}-(0[1-9]|1[0-2])$/;
/** A month's index bears the alias and the month. */
const MONTH_INDEX = /^(.+)-(\d{4}-(?:0[1-9]|1[0-2]))$/;

/**
 * The month of an instant, given as ISO 8601 or in epoch ms; null where it is none, or of a year that has not four
 * digits.
 */
export function monthOf(instant: unknown): Month | null {
  const epochMs = typeof instant === 'string' ? Date.parse(instant) : instant;
  if (typeof epochMs !== 'number' || Number.isNaN(new Date(epochMs).getTime())) return null;
  const month = new Date(epochMs).toISOString().slice(0, 7);
  return MONTH_PATTERN.test(month) ? month : null;
}

/** The month so many months before another. */
export function monthsBefore(month: Month, count: number): Month {
  const [year = 0, number = 1] = month.split('-').map(Number);
  return new Date(Date.UTC(year, number - 1 - count)).toISOString().slice(0, 7);
}

/** What a pipeline has given up of its months; null: nothing. */
export interface Horizon {
  /** Records of earlier months are expired: no index takes them any more. */
  readonly expiredBefore: Month | null;
  /** The indices of earlier months are gone. */
  readonly droppedBefore: Month | null;
}

export const NO_HORIZON: Horizon = { expiredBefore: null, droppedBefore: null };

/** Epoch ms of the first instant of a month. */
export function monthStartMs(month: Month): number {
  return Date.parse(`${month}-01T00:00:00Z`);
}

export function monthIndex(alias: string, month: Month): string {
  return `${alias}-${month}`;
}

/** The month of an index behind an alias; null for one that is no month's. */
export function monthOfIndex(alias: string, index: string): Month | null {
  const [, prefix, month] = MONTH_INDEX.exec(index) ?? [];
  return prefix === alias ? (month ?? null) : null;
}

/** Null on either side: it is not. */
export function isBefore(month: Month | null, bound: Month | null): boolean {
  return month !== null && bound !== null && month < bound;
}
