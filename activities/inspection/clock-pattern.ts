import { zoneNamesIn, zoneOfNames } from './zone-names';

/** A time of day as it is written. */
export interface Clock {
  /** Times of one form are read by one pattern. */
  readonly form: string;
  readonly sign: string;
  readonly hour: string;
  readonly second: string;
  /** Sign and digits of the fraction; empty if there is none. */
  readonly fraction: string;
  /** AM or PM with the blank before it; empty on a clock of 24 hours. */
  readonly half: string;
  /** With the blank before it; empty if there is none. */
  readonly zone: string;
}

const CLOCK =
  /^(?<hour>[01]?\d|2[0-3])(?<sign>[:.h])[0-5]\d(?:\k<sign>(?<second>[0-5]\d)(?<fraction>[.,]\d{1,9})?)?(?<half> ?[AaPp][Mm])?(?<zone> ?(?:Z|UTC|GMT|[A-Z]{3,4}|[+-]\d{2}(?::?\d{2})?))?$/;

/** Returns null if a text is no time of day. */
export function clockOf(text: string): Clock | null {
  const groups = CLOCK.exec(text)?.groups as Readonly<Record<string, string | undefined>> | undefined;
  if (groups === undefined) return null;
  const part = (name: string): string => groups[name] ?? '';
  const [half, zone, sign] = [part('half'), part('zone'), part('sign')];
  const form = JSON.stringify([sign, half.length, zoneLetters(zone)]);
  return { form, sign, hour: part('hour'), second: part('second'), fraction: part('fraction'), half, zone };
}

/** Returns the pattern that reads times of one form, with or without seconds and fractions. */
export function clockPattern(clocks: readonly Clock[]): string {
  const [first] = clocks;
  if (first === undefined) return '';
  const sign = first.sign === 'h' ? "'h'" : first.sign;
  const isShort = clocks.some(({ hour }) => hour.length === 1);
  const hours = (first.half === '' ? 'H' : 'h').repeat(isShort ? 1 : 2);
  const half = first.half === '' ? '' : `${first.half.startsWith(' ') ? ' ' : ''}a`;
  return `${hours}${sign}mm${secondPattern(clocks, sign)}${half}${zonePattern(clocks)}`;
}

function secondPattern(clocks: readonly Clock[], sign: string): string {
  const fractions = new Set(clocks.map(({ fraction }) => fractionPattern(fraction)));
  const pattern = `${sign}ss${alternatives([...fractions])}`;
  const withSeconds = clocks.filter(({ second }) => second !== '').length;
  if (withSeconds === 0) return '';
  return withSeconds === clocks.length ? pattern : `[${pattern}]`;
}

/** The longest first, since a pattern takes the first part that fits. */
function alternatives(patterns: readonly string[]): string {
  const [only = '', ...more] = patterns;
  if (more.length === 0) return only;
  const sorted = [...patterns].sort((one, other) => other.length - one.length);
  return sorted.map((pattern) => (pattern === '' ? '' : `[${pattern}]`)).join('');
}

function fractionPattern(fraction: string): string {
  return fraction === '' ? '' : `${fraction.charAt(0)}${'S'.repeat(fraction.length - 1)}`;
}

function zoneLetters(zone: string): string {
  if (zone === '') return '';
  const blank = zone.startsWith(' ') ? ' ' : '';
  const text = zone.trim();
  if (text === 'Z' || /^[+-]\d{2}:\d{2}$/.test(text)) return `${blank}XXX`;
  if (/^[+-]\d{4}$/.test(text)) return `${blank}XX`;
  return /^[+-]\d{2}$/.test(text) ? `${blank}X` : `${blank}z`;
}

/** A name such as IST stands for several zones, and is text: the setting `zone` says which. Two may be those of one zone. */
function zonePattern(clocks: readonly Clock[]): string {
  const [first] = clocks;
  const letters = zoneLetters(first?.zone ?? '');
  const names = zoneNamesIn(clocks.map(({ zone }) => zone.trim()));
  const [name = ''] = names;
  return letters.endsWith('z') && zoneOfNames(names) === null ? letters.replace('z', `'${name}'`) : letters;
}

/** Whether a time of day says what it is in UTC; a name of a zone does not. */
export function hasOffset({ zone }: Clock): boolean {
  return zoneLetters(zone).includes('X');
}
