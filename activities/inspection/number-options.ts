import type { Question } from '../contracts/inspection';
import type { JsonObject } from '../contracts/json-object';
import type { ColumnProfile } from './sample-column';

/** `source.numbers`, and what is not sure about it. */
export interface NumbersProposal {
  readonly numbers: JsonObject;
  readonly questions: readonly Question[];
}

/** Numbers that loggers write for a value that they do not have. */
const SENTINELS = [-9999, -999.9, -999, -99.9, -99, -200, -127, 9999, 99999];
/** A value that is not there is far from all others. */
const FAR = 3;

/** Proposes the decimal sign of measured columns, and the numbers that stand for no value. */
export function numberOptions(measured: readonly ColumnProfile[]): NumbersProposal {
  const commas = measured.reduce((sum, { kinds }) => sum + (kinds['number with decimal comma'] ?? 0), 0);
  const points = measured.flatMap(({ texts }) => texts).filter((text) => /^[+-]?\d*\.\d/.test(text)).length;
  const questions: Question[] = [];
  const isGrouped = commas > 0 && measured.flatMap(({ texts }) => texts).every((text) => !isDecimalComma(text));
  if (isGrouped) {
    questions.push({
      setting: 'source.numbers.decimal',
      asks: 'Is the comma a decimal sign? All numbers with one have three digits behind it; groups of digits are not read.',
      answers: [{ source: { numbers: { decimal: ',' } } }, { source: { numbers: { decimal: '.' } } }],
    });
  }
  if (commas === 0 && points > 0 && measured.flatMap(({ texts }) => texts).every((text) => !isDecimalPoint(text))) {
    questions.push({
      setting: 'source.numbers.decimal',
      asks: 'Is the point a decimal sign? All numbers with one have three digits behind it; groups of digits are not read.',
      answers: [{ source: { numbers: { decimal: '.' } } }, { source: { numbers: { decimal: ',' } } }],
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
  const decimal = commas > 0 && commas >= points ? { decimal: ',' } : {};
  return { numbers: { ...decimal, ...(absent.length > 0 ? { absent } : {}) }, questions };
}

/** Returns the numbers that are values. */
export function withoutSentinels(numbers: readonly number[]): number[] {
  const absent = SENTINELS.filter((sentinel) => isFarFromAll(sentinel, numbers));
  return numbers.filter((number) => !absent.includes(number));
}

function isDecimalPoint(text: string): boolean {
  return text.includes('.') && !/^[+-]?[1-9]\d{0,2}\.\d{3}$/.test(text);
}

/** No group of thousands looks like this. */
function isDecimalComma(text: string): boolean {
  return text.includes(',') && !/^[+-]?[1-9]\d{0,2},\d{3}$/.test(text);
}

function isFarFromAll(sentinel: number, numbers: readonly number[]): boolean {
  if (!numbers.includes(sentinel)) return false;
  const others = numbers.filter((number) => number !== sentinel && !SENTINELS.includes(number));
  if (others.length === 0) return false;
  const [lowest, highest] = [Math.min(...others), Math.max(...others)];
  const distance = sentinel < lowest ? lowest - sentinel : sentinel - highest;
  return distance > FAR * Math.max(highest - lowest, Math.abs(highest), Math.abs(lowest), 1);
}
