import type { CellKind } from '../contracts/inspection';
import { isObject } from '../contracts/json-object';
import { isAboutTime } from './about-time';
import { kindOf, numberOf, textOf, type Cell } from './cell';
import type { TimeReading } from './time-format';
import { timeReading } from './time-reading';

/** Where values stand in a record, as a field mapping names it. */
export type Place = string | Readonly<Record<string, unknown>>;

/** Returns the places that one is made of; a join cannot stand in another one. */
export function partsOf(place: unknown): readonly unknown[] {
  return isObject(place) && Array.isArray(place['join']) ? (place['join'] as unknown[]) : [place];
}

/** The values of one place in the records of a sample, in their order. */
export interface SampleColumn {
  readonly place: Place;
  /** For people: the column, the dotted path, `the key` or `header NAME`. */
  readonly name: string;
  /** The last part of the name, by which its meaning is recognised. */
  readonly word: string;
  readonly cells: readonly Cell[];
}

/** A column, and what its values look like. */
export interface ColumnProfile extends SampleColumn {
  readonly kinds: Readonly<Partial<Record<CellKind, number>>>;
  /** Cells that have a value. */
  readonly present: number;
  readonly texts: readonly string[];
  readonly distinct: ReadonlySet<string>;
  /** Null unless nearly all values are numbers. */
  readonly numbers: readonly number[] | null;
  /** How to read nearly all values as times; null if they are none. */
  readonly time: TimeReading | null;
}

/** A few values of another kind do not change what a column is. */
export const NEARLY_ALL = 0.8;

export function profileOf(column: SampleColumn): ColumnProfile {
  const texts = column.cells.flatMap((cell) => textOf(cell) ?? []);
  const present = texts.length;
  const numbers = column.cells.flatMap((cell) => numberOf(cell) ?? []);
  const time = timeReading(column.cells, isAboutTime(column.word));
  return {
    ...column,
    kinds: kindsOf(column.cells, time),
    present,
    texts,
    distinct: new Set(texts),
    numbers: present > 0 && numbers.length >= present * NEARLY_ALL ? numbers : null,
    time,
  };
}

function kindsOf(cells: readonly Cell[], time: TimeReading | null): ColumnProfile['kinds'] {
  const kinds: Partial<Record<CellKind, number>> = {};
  for (const cell of cells) {
    const kind = kindOf(cell);
    const shown = time !== null && kind !== 'absent' && time.reads(cell) ? 'time' : kind;
    kinds[shown] = (kinds[shown] ?? 0) + 1;
  }
  return kinds;
}
