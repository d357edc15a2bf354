import { plainName } from './name-words';
import { quantityAtEnd, quantityOf } from './quantity';
import type { ColumnProfile } from './sample-column';

/** The columns of a source that has a row for each value. */
export interface LongShape {
  readonly name: ColumnProfile;
  readonly value: ColumnProfile;
}

const VALUE_NAMES = [
  'value',
  'val',
  'v',
  'state',
  'reading',
  'measuredvalue',
  'wert',
  'messwert',
  'valor',
  'valeur',
  'valore',
];
const NAMES_OF_NAMES = [
  ...['field', 'metric', 'metricname', 'measurement', 'measurementname', 'measurementtype', 'variable', 'parameter'],
  ...[
    'property',
    'attribute',
    'quantity',
    'observedproperty',
    'valuetype',
    'sensortype',
    'type',
    'kind',
    'entityid',
    'messgröße',
    'größe',
  ],
  ...['channel', 'signal', 'tag', 'key', 'name', 'datapoint', 'point', 'series', 'item'],
];
/** In a source with a row for each value every name occurs often. */
const MAX_NAMES = 100;

/** Returns null for a source that has a column for each measurement. */
export function longShape(columns: readonly ColumnProfile[]): LongShape | null {
  const value = columns.find(({ word, present, numbers, kinds }) => {
    // Of some names, all values may be texts.
    const hasNumbers =
      numbers !== null || kinds.number !== undefined || kinds['number with decimal comma'] !== undefined;
    return VALUE_NAMES.includes(plainName(word)) && (present === 0 || hasNumbers);
  });
  if (value === undefined) return null;
  const others = columns.filter((column) => column !== value && column.numbers !== null);
  if (others.some(({ word }) => quantityOf(word) !== null)) return null;
  const texts = columns.filter((column) => {
    const { numbers, time, distinct, present } = column;
    return column !== value && numbers === null && time === null && present > 0 && distinct.size <= MAX_NAMES;
  });
  const rank = ({ word, distinct }: ColumnProfile): number => {
    const known = [...distinct].filter((text) => quantityAtEnd(text) !== null).length;
    const named = NAMES_OF_NAMES.indexOf(plainName(word));
    return known * 2 + (named < 0 ? 0 : 1 - named / 100);
  };
  const [name] = texts.filter((column) => rank(column) > 0.5).sort((one, other) => rank(other) - rank(one));
  return name === undefined || !isOfNames(name) ? null : { name, value };
}

/** A device beside a value is no name of a measurement, unless it speaks of what it measures. */
function isOfNames({ word, distinct }: ColumnProfile): boolean {
  const speaks = [...distinct].some((text) => quantityAtEnd(text) !== null);
  return speaks || NAMES_OF_NAMES.slice(0, 14).includes(plainName(word));
}
