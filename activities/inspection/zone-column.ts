import type { JsonObject } from '../contracts/json-object';
import { isZone } from '../contracts/timestamp-reading';
import { datePattern } from './date-pattern';
import { partsOf, type ColumnProfile } from './sample-column';
import type { TimeCandidate } from './time-candidate';
import { zoneOfNames } from './zone-names';

const ZONE_COLUMN = /^(?:time[ _-]?zone|tz|zone|utc[ _-]?offset)$/i;

/** Returns the columns that hold the zone of each row's time. */
export function zoneColumns(columns: readonly ColumnProfile[]): ColumnProfile[] {
  return columns.filter(({ word, present }) => ZONE_COLUMN.test(word) && present > 0);
}

/** Joins a time without a zone to a column that has several, if one pattern reads both and no given setting does. */
export function withZoneColumn(
  candidate: TimeCandidate,
  all: readonly ColumnProfile[],
  given: JsonObject,
): TimeCandidate {
  const zones = zoneColumns(all).find((column) => column.distinct.size > 1);
  const letters = zones === undefined ? null : zoneLetters([...zones.distinct]);
  const pattern = patternOf(candidate);
  const isGiven = given['format'] !== undefined || (given['zone'] !== undefined && letters !== 'z');
  if (zones === undefined || letters === null || pattern === null || isGiven || candidate.reading.hasZone) {
    return candidate;
  }
  const separator = separatorOf(candidate) ?? ' ';
  const withZone = (format: string): string => `${format}${separator}${letters}`;
  return {
    columns: [...candidate.columns, zones],
    place: { join: [...partsOf(candidate.place), zones.place], separator },
    reading: {
      format: withZone(pattern),
      others: candidate.reading.others.map(withZone),
      hasZone: letters !== 'z',
    },
  };
}

/** The letters that read all texts; null if none do. */
function zoneLetters(texts: readonly string[]): string | null {
  if (texts.every((text) => /^[+-]\d{4}$/.test(text))) return 'XX';
  if (texts.every((text) => isZone(text) && !/^[+-]\d{4}$/.test(text))) return 'VV';
  return zoneOfNames(texts) === null ? null : 'z';
}

/** ISO 8601 is no pattern that could have more behind it; null if the time has no other form either. */
function patternOf({ columns, reading }: TimeCandidate): string | null {
  if (reading.format !== 'iso') return reading.format;
  const [dates, clocks] = columns;
  const texts = (dates?.texts ?? []).map((text, row) => (clocks === undefined ? text : `${text} ${clocks.texts[row]}`));
  return datePattern(texts)?.format ?? null;
}

function separatorOf({ place }: TimeCandidate): string | null {
  return typeof place !== 'string' && typeof place['separator'] === 'string' ? place['separator'] : null;
}
