import type { ColumnProfile } from './sample-column';

/** Groups of digits by another sign than the decimal one, or a short unit behind. */
const GROUPED = /^[+-]?\d{1,3}(?:[.,' \u00a0\u202f\u2019]\d{3})+(?:[.,]\d+)?$/;
const WITH_UNIT = /^[+-]?\d+(?:[.,]\d+)?\s?(?:%|°?[A-Za-zµΩ]{1,3}(?:\/[a-z]{1,2}[²³]?)?)$/;
/** Other software writes a minus sign of its own. */
const MINUS = /^\u2212/;

/** Says which columns have numbers in a form that no setting reads, and what to do. */
export function writtenNumberNotes(columns: readonly ColumnProfile[]): string[] {
  return columns.flatMap(({ name, numbers, time, texts }) => {
    if (numbers !== null || time !== null || texts.length === 0) return [];
    const found = (pattern: RegExp): boolean => texts.some((text) => pattern.test(text));
    const isNumber = (text: string): boolean =>
      [GROUPED, WITH_UNIT, MINUS].some((pattern) => pattern.test(text)) || /^[+-]?\d+(?:[.,]\d+)?$/.test(text);
    if (!texts.every(isNumber)) return [];
    const why = [
      ...(found(GROUPED) ? ['signs between groups of digits'] : []),
      ...(found(WITH_UNIT) ? ['a unit behind the digits'] : []),
      ...(found(MINUS) ? ['a minus sign that is no hyphen'] : []),
    ];
    return why.length === 0
      ? []
      : [`The numbers in "${name}" have ${why.join(' and ')}, which no setting reads: write them as plain numbers.`];
  });
}
