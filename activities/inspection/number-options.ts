import type { Question } from '../contracts/inspection';
import type { JsonObject } from '../contracts/json-object';
import { numberOf } from './cell';
import type { ColumnProfile } from './sample-column';

/** `source.numbers`, and what is not sure about it. */
export interface NumbersProposal {
  readonly numbers: JsonObject;
  readonly questions: readonly Question[];
}

/** Numbers that loggers write for a value that they do not have. */
const SENTINELS = [-9999, -999.9, -999, -99.9, -99, -200, -127, 9999, 99999];
const DECIMAL_SIGN =
  /^[+-]?(?:\d{1,3}(?:\.\d{3})+(,)\d+|\d{1,3}(?:,\d{3})+(\.)\d+|\d{1,3}(?:[' \u00a0\u2009\u202f\u2019]\d{3})+([.,])\d+|\d*([.,])\d*)(?:[eE][+-]?\d+)?$/;
/** A value that is not there is far from all others. */
const FAR = 3;

/** Proposes the decimal sign of measured columns, and the numbers that stand for no value. */
export function numberOptions(measured: readonly ColumnProfile[]): NumbersProposal {
  const texts = measured.flatMap((column) => column.texts);
  const [commas, points] = [',', '.'].map((sign) => texts.filter((text) => isNumberWith(sign, text)).length) as [
    number,
    number,
  ];
  const signs = new Set(texts.flatMap((text) => decimalSign(text) ?? []));
  const questions: Question[] = [];
  const isComma = signs.size === 1 ? signs.has(',') : commas > 0 && commas >= points;
  if (signs.size === 0 && commas + points > 0) {
    const answers = isComma ? [',', '.'] : ['.', ','];
    questions.push({
      setting: 'source.numbers.decimal',
      asks:
        `Is the ${isComma ? 'comma' : 'point'} a decimal sign? All numbers with one have three digits behind it; groups ` +
        'of digits are not read.',
      answers: answers.map((decimal) => ({ source: { numbers: { decimal } } })),
    });
  }
  const absent = SENTINELS.filter((sentinel) => measured.some(({ numbers }) => isFarFromAll(sentinel, numbers ?? [])));
  if (absent.length > 0) {
    questions.push({
      setting: 'source.numbers.absent',
      asks: `Which of these stand for a value that is not there: ${absent.join(', ')}? They are far from all others.`,
      answers: [{ source: { numbers: { absent } } }, { source: { numbers: { absent: [] } } }],
    });
  }
  const decimal = isComma ? { decimal: ',' } : {};
  return { numbers: { ...decimal, ...(absent.length > 0 ? { absent } : {}) }, questions };
}

/** Returns the numbers that are values. */
export function withoutSentinels(numbers: readonly number[]): number[] {
  const absent = SENTINELS.filter((sentinel) => isFarFromAll(sentinel, numbers));
  return numbers.filter((number) => !absent.includes(number));
}

function isNumberWith(sign: string, text: string): boolean {
  return text.includes(sign) && numberOf(text) !== null;
}

/** The decimal sign of a number with a fraction; null if it has none, or if it may be a sign between groups of digits. */
function decimalSign(text: string): string | null {
  if (/^[+-]?[1-9]\d{0,2}[.,]\d{3}$/.test(text)) return null;
  const signs: readonly (string | undefined)[] = DECIMAL_SIGN.exec(text)?.slice(1) ?? [];
  return signs.find((sign) => sign !== undefined) ?? null;
}

function isFarFromAll(sentinel: number, numbers: readonly number[]): boolean {
  if (!numbers.includes(sentinel)) return false;
  const others = numbers.filter((number) => number !== sentinel && !SENTINELS.includes(number));
  if (others.length === 0) return false;
  const [lowest, highest] = [Math.min(...others), Math.max(...others)];
  const distance = sentinel < lowest ? lowest - sentinel : sentinel - highest;
  return distance > FAR * Math.max(highest - lowest, Math.abs(highest), Math.abs(lowest), 1);
}
