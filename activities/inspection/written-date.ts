import { clockOf, type Clock } from './clock-pattern';

/** A date as it is written; `order` tells which parts its numbers are. */
export interface WrittenDate {
  readonly order: 'y-m-d' | '?-?-y' | 'd-mon-y' | 'mon-d-y';
  readonly parts: readonly [string, string, string];
  /** Between the parts. */
  readonly signs: readonly [string, string];
  /** Between the date and the time of day. */
  readonly gap: string;
  readonly clock: Clock | null;
  /** Dates of one form are read by one pattern. */
  readonly form: string;
}

const GAP = String.raw`(?:(?<gap>T|t|, ?| - | {1,2}|_|-)(?<clock>\d.*))?$`;
const YEAR_FIRST = String.raw`^(?<a>\d{4})(?<s>[-/. ])(?<b>\d{1,2})\k<s>(?<c>\d{1,2})\.?${GAP}`;
const YEAR_LAST = String.raw`^(?<a>\d{1,2})(?<s>[-/. ])(?<b>\d{1,2})\k<s>(?<c>\d{4}|\d{2})\.?${GAP}`;
const DAY_MONTH = String.raw`^(?<a>\d{1,2})(?<s>[-/. ])(?<b>[A-Za-z]{3,9})(?<t>[-/., ]{1,2})(?<c>\d{4}|\d{2})${GAP}`;
const MONTH_DAY = String.raw`^(?<a>[A-Za-z]{3,9})(?<s>[-/. ])(?<b>\d{1,2})(?<t>,? ?)(?<c>\d{4})${GAP}`;

const ORDERS: readonly (readonly [order: WrittenDate['order'], pattern: RegExp])[] = [
  ['y-m-d', new RegExp(YEAR_FIRST)],
  ['?-?-y', new RegExp(YEAR_LAST)],
  ['d-mon-y', new RegExp(DAY_MONTH)],
  ['mon-d-y', new RegExp(MONTH_DAY)],
];

/** Patterns read months in English only. */
const MONTH =
  /^(?:jan(?:uary)?|feb(?:ruary)?|mar(?:ch)?|apr(?:il)?|may|june?|july?|aug(?:ust)?|sep(?:tember)?|oct(?:ober)?|nov(?:ember)?|dec(?:ember)?)$/i;

/** Returns null if a text is no date, perhaps with a time of day. */
export function writtenDate(text: string): WrittenDate | null {
  for (const [order, pattern] of ORDERS) {
    const groups = pattern.exec(text)?.groups as Readonly<Record<string, string | undefined>> | undefined;
    if (groups !== undefined) return dateOf(order, groups);
  }
  return null;
}

function dateOf(order: WrittenDate['order'], groups: Readonly<Record<string, string | undefined>>): WrittenDate | null {
  const part = (name: string): string => groups[name] ?? '';
  const [a, b, c, sign, gap] = [part('a'), part('b'), part('c'), part('s'), part('gap')];
  const clock = clockOf(part('clock'));
  if (groups['clock'] !== undefined && clock === null) return null;
  const signs = [sign, groups['t'] ?? sign] as const;
  const name = order === 'd-mon-y' ? b : order === 'mon-d-y' ? a : '';
  if (name !== '' && !MONTH.test(name)) return null;
  const form = JSON.stringify([order, c.length === 4, monthLetters(name), signs, gap, clock?.form ?? null]);
  return { order, parts: [a, b, c], signs, gap, clock, form };
}

/** Returns the letters of a month that is written as a name. */
export function monthLetters(name: string): string {
  return name.length > 3 ? 'MMMM' : 'MMM';
}
