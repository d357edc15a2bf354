import type { Question } from '../contracts/inspection';
import type { JsonObject } from '../contracts/json-object';
import { measurementSchema, type Measurement } from '../contracts/measurement';
import { camelCase } from './name-words';
import type { Quantity } from './quantity';
import type { ColumnProfile } from './sample-column';
import { bracketedUnit, unitOfName, unitOfText } from './unit-of-name';
import { likelyUnits } from './unit-of-values';

/** A measurement, how its field is mapped beside its place, and what is not sure about it. */
export interface MeasurementProposal {
  readonly measurement: Measurement;
  readonly options: JsonObject;
  readonly questions: readonly Question[];
  /** Whether neither its quantity nor its unit is known. */
  readonly isUnknown?: boolean;
}

/** A measurement of a sample, as far as its name is understood. */
export interface MeasuredColumn extends Pick<ColumnProfile, 'word'> {
  readonly numbers: readonly number[];
  readonly quantity: Quantity | null;
  /** Of the measurement: that of the quantity, or one made of the column's own name. */
  readonly name: string;
  /** Distinct texts of the column that holds the units of these values. */
  readonly units?: readonly string[];
}

const SEVERAL_UNITS =
  'The column of units has several, and a measurement has one: all others are read as if they had it.';
/** Of values whose unit nobody knows. */
const NO_UNIT = '1';
/** Of a quantity that nobody knows: the rows behind the sample may have any value. */
const NO_LIMITS = { min: -1e12, max: 1e12 };

/** Limits enclose the sample, and all values that are physically possible. */
export function measurementProposal({
  word,
  numbers,
  quantity,
  name,
  units = [],
}: MeasuredColumn): MeasurementProposal {
  const written = quantity === null ? [] : [...new Set(units.flatMap((text) => unitOfText(text, quantity) ?? []))];
  const isOtherUnit = units.length === 1 && written.length === 0;
  if (quantity === null || isOtherUnit) return unknownQuantity(name, word, numbers, units);
  return knownQuantity({ name, word, numbers, quantity, written });
}

interface KnownQuantity {
  readonly name: string;
  readonly word: string;
  readonly numbers: readonly number[];
  readonly quantity: Quantity;
  /** Units in the column of units. */
  readonly written: readonly string[];
}

function knownQuantity({ name, word, numbers, quantity, written }: KnownQuantity): MeasurementProposal {
  const units = written.length > 0 ? written : unitsWithoutColumn(word, numbers, quantity);
  const [unit = quantity.unit] = units;
  const measurement = { name, unit: quantity.unit, ...limitsOf(unit === quantity.unit ? numbers : [], quantity) };
  // What is asked is shown, even if it is the default.
  const options: JsonObject = unit === quantity.unit && units.length === 1 ? {} : { unit };
  if (units.length === 1) return { measurement, options, questions: [] };
  const why = written.length > 1 ? SEVERAL_UNITS : 'Its name does not say so.';
  const question: Question = {
    setting: `source.fields.${name}.unit`,
    asks: `Which unit do the values of "${word}" have? ${why}`,
    answers: units.slice(0, 4).map((own) => ({ source: { fields: { [name]: { unit: own } } } })),
  };
  return { measurement, options, questions: [question] };
}

function unitsWithoutColumn(word: string, numbers: readonly number[], quantity: Quantity): readonly string[] {
  const named = unitOfName(word, quantity);
  return named === null ? likelyUnits(quantity, numbers) : [named];
}

function unknownQuantity(
  name: string,
  word: string,
  numbers: readonly number[],
  texts: readonly string[],
): MeasurementProposal {
  const [text = '', ...others] = texts;
  const isUnit = others.length === 0 && measurementSchema.shape.unit.safeParse(text).success;
  const unit = isUnit ? text : bracketedUnit(word);
  const measurement = { name, unit: unit ?? NO_UNIT, ...limitsOf(numbers, NO_LIMITS) };
  if (unit !== null) return { measurement, options: {}, questions: [] };
  return { measurement, options: {}, questions: [], isUnknown: true };
}

/** Powers of ten beyond the known limits, so that they say nothing about single values. */
function limitsOf(
  numbers: readonly number[],
  quantity: Pick<Quantity, 'min' | 'max'>,
): Pick<Measurement, 'min' | 'max'> {
  const [lowest, highest] = [Math.min(0, ...numbers), Math.max(0, ...numbers)];
  if (lowest >= quantity.min && highest <= quantity.max) {
    return { min: quantity.min, max: quantity.max };
  }
  const size = 10 ** (Math.ceil(Math.log10(Math.max(-lowest, highest, 1))) + 1);
  return {
    min: Math.min(quantity.min, lowest < 0 ? -size : 0),
    max: Math.max(quantity.max, size),
  };
}

/** Returns a name that a measurement may have and no other one has. */
export function measurementName(wanted: string, taken: readonly string[]): string {
  const isFree = (name: string): boolean => {
    return !taken.includes(name) && measurementSchema.shape.name.safeParse(name).success;
  };
  const name = camelCase(wanted);
  if (isFree(name)) return name;
  const prefixed = `measured${name.charAt(0).toUpperCase()}${name.slice(1)}`.slice(0, 38);
  if (isFree(prefixed)) return prefixed;
  for (let number = 2; ; number++) if (isFree(`${prefixed}${number}`)) return `${prefixed}${number}`;
}
