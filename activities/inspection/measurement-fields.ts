import type { Question } from '../contracts/inspection';
import { isObject, type JsonObject } from '../contracts/json-object';
import type { Measurement } from '../contracts/measurement';
import { sectionAt } from './given-settings';
import { longMeasurements } from './long-measurements';
import type { LongShape } from './long-shape';
import type { MeasurementProposal } from './measurement-proposal';
import { TEMPERATURE } from './quantity';
import type { ColumnProfile, Place } from './sample-column';
import { unitColumn } from './unit-column';
import { likelyUnits } from './unit-of-values';
import { wideMeasurements, type ColumnMeasurement } from './wide-measurements';

/** The measurements of a sample and their fields. */
export interface MeasurementFields {
  readonly measurements: readonly Measurement[];
  readonly fields: JsonObject;
  readonly questions: readonly Question[];
  /** With the values. */
  readonly columns: readonly ColumnProfile[];
}

interface MeasuredSample {
  readonly columns: readonly ColumnProfile[];
  readonly long: LongShape | null;
  readonly given: JsonObject;
  readonly subject: string;
}

/** Proposes the measurements; if some are given, only where those stand. */
export function measurementFields({ columns, long, given, subject }: MeasuredSample): MeasurementFields {
  const wanted = Array.isArray(given['measurements']) ? given['measurements'].map(nameOf) : null;
  if (long !== null) {
    const found = longMeasurements(long, unitColumn(columns, long.value.word, true));
    const kept = found.filter(({ measurement }) => wanted === null || wanted.includes(measurement.name));
    const fields = kept.flatMap(({ measurement, options }) => {
      return Object.keys(options).length === 0 ? [] : [[measurement.name, options] as const];
    });
    return { ...collected(kept), fields: Object.fromEntries(fields), columns: [long.value] };
  }
  const own = Object.keys(sectionAt(given, 'source.fields'));
  const found = wideMeasurements(columns, subject);
  const kept = wanted === null ? found : renamed(found, wanted, own);
  const fields = kept.map(({ column, measurement, options }) => [measurement.name, fieldOf(column.place, options)]);
  const single = kept.length === 1 && wanted === null ? kept.flatMap(otherMeanings) : [];
  return {
    ...collected(kept, single),
    fields: Object.fromEntries(fields) as JsonObject,
    columns: kept.map(({ column }) => column),
  };
}

/** One question asks for all measurements that nobody knows, since its answer is the list of all. */
function collected(
  kept: readonly MeasurementProposal[],
  otherAnswers: readonly JsonObject[] = [],
): Pick<MeasurementFields, 'measurements' | 'questions'> {
  const measurements = kept.map(({ measurement }) => measurement);
  const questions = kept.flatMap((proposal) => proposal.questions);
  const unknown = kept.filter(({ isUnknown }) => isUnknown === true).map(({ measurement }) => measurement.name);
  if (unknown.length === 0) return { measurements, questions };
  const asks =
    `What do these measure, and in which unit: ${unknown.join(', ')}? Their names do not say so; ` +
    '"1" stands for no unit. A measurement that is left out becomes a label.';
  const answers = [{ measurements }, ...otherAnswers];
  return { measurements, questions: [...questions, { setting: 'measurements', asks, answers }] };
}

/** A single measurement that is given, and not found by name, is the single column that is left. */
function renamed(
  found: readonly ColumnMeasurement[],
  wanted: readonly unknown[],
  own: readonly string[],
): ColumnMeasurement[] {
  const kept = found.filter(({ measurement }) => wanted.includes(measurement.name));
  const spare = found.filter((it) => !kept.includes(it));
  const isFound = (name: unknown): boolean => kept.some(({ measurement }) => measurement.name === name);
  const missing = wanted.filter((name) => !isFound(name) && !own.includes(String(name)));
  const [only] = spare;
  if (only === undefined || spare.length > 1 || missing.length !== 1) return kept;
  return [
    ...kept,
    { ...only, measurement: { ...only.measurement, name: String(missing[0]) }, questions: [], isUnknown: false },
  ];
}

/** A single column of values is often a temperature. */
function otherMeanings({ column }: ColumnMeasurement): JsonObject[] {
  const { name, unit: target, min, max } = TEMPERATURE;
  const measurements = [{ name, unit: target, min, max }];
  return likelyUnits(TEMPERATURE, column.numbers ?? []).map((unit) => {
    return {
      measurements,
      source: { fields: { temperature: fieldOf(column.place, unit === target ? {} : { unit }) } },
    };
  });
}

function fieldOf(place: Place, options: JsonObject): unknown {
  if (Object.keys(options).length === 0) return place;
  return typeof place === 'string' ? { column: place, ...options } : { ...place, ...options };
}

function nameOf(measurement: unknown): unknown {
  return isObject(measurement) ? measurement['name'] : null;
}
