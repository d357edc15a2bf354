import { isZone } from '../contracts/timestamp-reading';
import type { ColumnProfile } from './sample-column';
import { zoneColumns } from './zone-column';
import { zoneNamesIn, zoneOfNames } from './zone-names';

/** The likeliest zone of times whose values have no offset. */
export interface ZoneOfTimes {
  readonly zone: string;
  /** Null if the times or the name of their column say it; else the likeliest zone is the first. */
  readonly question: { readonly asks: string; readonly zones: readonly string[] } | null;
}

const MAX_SHOWN = 4;
const UNSAID = 'They do not say so; a place such as Europe/Berlin has summer time.';
const SEVERAL = 'A name such as EST stands for several zones, or for one part of the year.';
const OF_ONE_ZONE = 'Both are names of one zone; other zones have them too.';
const OTHERS =
  'One input reads those of one name or one zone, and the others become dead letters: write offsets instead.';
/** Names of zones as mail has them (RFC 822), and those of Europe and Japan. */
const OFFSETS: Readonly<Record<string, string>> = {
  ...{ EST: '-05:00', EDT: '-04:00', CST: '-06:00', CDT: '-05:00', MST: '-07:00', MDT: '-06:00', PST: '-08:00' },
  ...{ PDT: '-07:00', WET: 'UTC', WEST: '+01:00', CET: '+01:00', CEST: '+02:00', EET: '+02:00', EEST: '+03:00' },
  ...{ MSK: '+03:00', JST: '+09:00', UTC: 'UTC', GMT: 'UTC' },
};
const ZONE_IN_NAME = /\b(?:GMT|UTC)\s*([+-]\d{1,2}(?::?\d{2})?)?/i;

/**
 * Looks at the times, at the names of their columns, and at a column of zones beside them.
 *
 * @param format - a pattern has the name of a zone as text in quotes at its end, and several of one zone as the letter z
 */
export function zoneOfTimes(
  columns: readonly ColumnProfile[],
  format: string,
  all: readonly ColumnProfile[],
): ZoneOfTimes {
  const written = /['z]$/.test(format) ? zoneNamesIn(columns.flatMap((column) => column.texts)) : [];
  const isUtc = written.length === 1 && offsetOf(written) === 'UTC';
  const certain = isUtc ? 'UTC' : zoneInName(columns);
  if (certain !== null) return { zone: certain, question: null };
  const beside = zoneColumns(all).flatMap(({ distinct }) => [...distinct]);
  const names = written.length > 0 ? written : beside;
  const zone = zoneOfNames(names) ?? offsetOf(names) ?? 'UTC';
  const because = meaningOf(names, format);
  // The last is the zone of this machine.
  const zones = [...new Set([zone, new Intl.DateTimeFormat().resolvedOptions().timeZone])];
  return { zone, question: { asks: `In which zone are the times? ${because}`, zones } };
}

/** Of the first name. */
function offsetOf([name = '']: readonly string[]): string | null {
  return isZone(name) ? name : (OFFSETS[name] ?? null);
}

function meaningOf(names: readonly string[], format: string): string {
  if (names.length === 0) return UNSAID;
  const meaning = names.length === 1 ? SEVERAL : format.endsWith('z') ? OF_ONE_ZONE : OTHERS;
  return `They say ${names.slice(0, MAX_SHOWN).join(', ')}. ${meaning}`;
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
