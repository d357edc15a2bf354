import { isZone } from '../contracts/timestamp-reading';
import type { ColumnProfile } from './sample-column';

/** The likeliest zone of times whose values have no offset. */
export interface ZoneOfTimes {
  readonly zone: string;
  /** Null if the times or the name of their column say it; else the likeliest zone is the first. */
  readonly question: { readonly asks: string; readonly zones: readonly string[] } | null;
}

const UNSAID = 'They do not say so; a place such as Europe/Berlin has summer time.';
const SEVERAL = 'Such a name stands for several zones, or for one part of the year.';
/** Names of zones as mail has them (RFC 822), and those of Europe and Japan. */
const OFFSETS: Readonly<Record<string, string>> = {
  ...{ EST: '-05:00', EDT: '-04:00', CST: '-06:00', CDT: '-05:00', MST: '-07:00', MDT: '-06:00', PST: '-08:00' },
  ...{ PDT: '-07:00', WET: 'UTC', WEST: '+01:00', CET: '+01:00', CEST: '+02:00', EET: '+02:00', EEST: '+03:00' },
  ...{ MSK: '+03:00', JST: '+09:00', UTC: 'UTC', GMT: 'UTC' },
};
const ZONE_COLUMN = /^(?:time[ _-]?zone|tz|zone|utc[ _-]?offset)$/i;
const ZONE_IN_NAME = /\b(?:GMT|UTC)\s*([+-]\d{1,2}(?::?\d{2})?)?/i;

/**
 * Looks at the times, at the names of their columns, and at a column of zones beside them.
 *
 * @param format - a pattern has the name of a zone, which no letter reads, as text in quotes at its end
 */
export function zoneOfTimes(
  columns: readonly ColumnProfile[],
  format: string,
  all: readonly ColumnProfile[],
): ZoneOfTimes {
  const name = /'([A-Z]{3,4})'$/.exec(format)?.[1];
  const said = name === undefined ? null : (OFFSETS[name] ?? null);
  const certain = said === 'UTC' ? said : zoneInName(columns);
  if (certain !== null) return { zone: certain, question: null };
  const likely = [...zonesInColumn(all), said ?? 'UTC'];
  const [zone = 'UTC'] = likely;
  const because = name === undefined ? UNSAID : `They say ${name}. ${SEVERAL}`;
  // The last is the zone of this machine.
  const zones = [...new Set([...likely, new Intl.DateTimeFormat().resolvedOptions().timeZone])];
  return { zone, question: { asks: `In which zone are the times? ${because}`, zones } };
}

/** `Date Time, GMT+02:00` names the offset of its values. */
function zoneInName(columns: readonly ColumnProfile[]): string | null {
  for (const { word } of columns) {
    const found = ZONE_IN_NAME.exec(word.replaceAll('_', ' '));
    if (found === null) continue;
    const [, offset] = found;
    if (offset === undefined) return 'UTC';
    const [, sign = '+', hours = '0', minutes = '00'] = /^([+-])(\d{1,2}):?(\d{2})?$/.exec(offset) ?? [];
    return `${sign}${hours.padStart(2, '0')}:${minutes}`;
  }
  return null;
}

/** Of a column such as `timezone`, if all rows have the same one. */
function zonesInColumn(columns: readonly ColumnProfile[]): string[] {
  const named = columns.filter(({ word, distinct }) => ZONE_COLUMN.test(word) && distinct.size === 1);
  return named.flatMap(({ distinct }) => [...distinct]).filter(isZone);
}
