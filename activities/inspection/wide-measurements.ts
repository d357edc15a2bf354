import { isTimeName } from './about-time';
import { isDeviceNumber } from './device-field';
import { plainName } from './name-words';
import { measurementName, measurementProposal, type MeasurementProposal } from './measurement-proposal';
import { withoutSentinels } from './number-options';
import { quantityOf } from './quantity';
import type { ColumnProfile } from './sample-column';
import { timeReading } from './time-reading';
import { unitColumn } from './unit-column';

/** A measurement with the column that it stands in. */
export interface ColumnMeasurement extends MeasurementProposal {
  readonly column: ColumnProfile;
}

const MAX_MEASUREMENTS = 20;
/** Numbers that measure nothing: ids, counters, flags, places and parts of dates. */
const NO_QUANTITY =
  /(^|_|\b)(id|no|nr|num|number|index|idx|row|record|recno|seq|sequence|count(er)?|epoch|year|month|day|hour|minute|second|lat(itude)?|lon(gitude)?|lng|version|code|port|zip|plz|uptime|rssi|snr|location|table|group|channel)(\b|_|$)|id$/i;

/**
 * Returns the measurements of a source that has a column for each: the quantities that are known, then other numbers.
 *
 * @param subject - name of the source, which may tell what a single column of values is
 */
export function wideMeasurements(columns: readonly ColumnProfile[], subject: string): ColumnMeasurement[] {
  const found = columns.filter(isMeasured);
  const ofSubject = found.length === 1 ? quantityOf(subject) : null;
  const measured = found
    .map((column) => ({ column, known: quantityOf(column.word) ?? ofSubject }))
    .sort((one, other) => Number(other.known !== null) - Number(one.known !== null))
    .slice(0, MAX_MEASUREMENTS);
  const names: string[] = [];
  return measured.map(({ column, known }) => {
    const ofQuantity = measured.filter((other) => other.known?.quantity === known?.quantity);
    const isMain = known !== null && (ofQuantity.length === 1 || isOnlyExact(known, ofQuantity));
    const name = measurementName(isMain ? known.quantity.name : column.word, names);
    names.push(name);
    const { word, numbers } = column;
    const units = unitColumn(columns, word, found.length === 1)?.distinct ?? [];
    return {
      column,
      ...measurementProposal({
        word,
        numbers: withoutSentinels(numbers ?? []),
        quantity: known?.quantity ?? null,
        name,
        units: [...units],
      }),
    };
  });
}

type Known = ReturnType<typeof quantityOf>;

/** Of several columns of one quantity, the one whose name says no more has its plain name. */
function isOnlyExact(known: NonNullable<Known>, all: readonly { readonly known: Known }[]): boolean {
  return known.isExact && all.filter((other) => other.known?.isExact === true).length === 1;
}

function isMeasured(column: ColumnProfile): boolean {
  const { place, word, numbers, texts } = column;
  if (typeof place !== 'string' && !('path' in place)) return false;
  if (quantityOf(word) !== null) return numbers !== null || texts.length === 0;
  return numbers !== null && !isOtherNumber(column);
}

/** A device, a time, a flag or the number of the row. */
function isOtherNumber({ word, texts, cells, distinct }: ColumnProfile): boolean {
  if (isDeviceNumber(word, texts) || isTimeName(word) || timeReading(cells, false) !== null || isFlag(distinct))
    return true;
  return plainName(word) === '' || NO_QUANTITY.test(word) || isRunningNumber(texts);
}

function isFlag(distinct: ReadonlySet<string>): boolean {
  return [...distinct].every((text) => text === '0' || text === '1');
}

function isRunningNumber(texts: readonly string[]): boolean {
  return texts.length > 2 && texts.every((text, index) => index === 0 || Number(text) === Number(texts[index - 1]) + 1);
}
