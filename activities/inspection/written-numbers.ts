import { numberOf } from './cell';
import { quantityOf } from './quantity';
import type { ColumnProfile } from './sample-column';

/** Signs between groups of digits, or a short unit behind. */
const GROUPED = /^[+-]?\d{1,3}(?:[.,' \u00a0\u2009\u202f\u2019]\d{3})+(?:[.,]\d+)?$/;
const WITH_UNIT = /^[+-]?\d+(?:[.,]\d+)?\s?(?:%|°?[A-Za-zµΩ]{1,3}(?:\/[a-z]{1,2}[²³]?)?)$/;
/** Other software writes a minus sign of its own. */
const MINUS = /^\u2212/;

const FORMS: readonly (readonly [pattern: RegExp, form: string])[] = [
  [GROUPED, 'signs between groups of digits'],
  [WITH_UNIT, 'a unit behind the digits'],
  [MINUS, 'a minus sign that is no hyphen'],
];

/**
 * Says which columns have numbers in a form that no setting reads, and what to do.
 *
 * @param measured - those whose other values are numbers with this decimal sign
 */
export function writtenNumberNotes(
  columns: readonly ColumnProfile[],
  measured: readonly ColumnProfile[],
  decimal: string,
): string[] {
  return columns.flatMap((column) => {
    const { name, numbers, time, texts } = column;
    if (time !== null || (numbers !== null && !measured.includes(column))) return [];
    const isRead = (text: string): boolean => numberOf(text) !== null && !text.includes(decimal === ',' ? '.' : ',');
    const others = texts.filter((text) => (numbers === null ? numberOf(text) === null : !isRead(text)));
    const why = FORMS.flatMap(([pattern, form]) => (others.some((text) => pattern.test(text)) ? [form] : []));
    const isOther = (text: string): boolean => !FORMS.some(([pattern]) => pattern.test(text));
    if (numbers === null && others.some(isOther)) return textNotes(column, others.length);
    if (why.length === 0) return [];
    const all = numbers === null ? 'The' : 'Some';
    return [
      `${all} numbers in "${name}" have ${why.join(' and ')}, which no setting reads: write them as plain numbers.`,
    ];
  });
}

/** Of a quantity by its name, with numbers and more texts than a few. */
function textNotes({ name, word, texts }: ColumnProfile, others: number): string[] {
  if (quantityOf(word) === null || others === texts.length) return [];
  return [
    `"${name}" is called like a measurement, and many of its values are texts: source.numbers.absent names those that stand ` +
      'for no value.',
  ];
}
