import { z } from 'zod';
import {
  headersOf,
  placeKinds,
  placeShape,
  resolvePlace,
  type FieldPlace,
  type PlaceInput,
  type PlaceKind,
} from './field-place';
import { nameOptions, nameProblems, type LongFormat } from './long-format';
import type { Measurement } from './measurement';
import { numberOptions, numbersSchema, resolveNumberReading, type NumberReading } from './number-reading';
import { placeProblems, type PlaceRule, type RecordSource } from './place-problems';
import {
  resolveTimestampReading,
  timestampOptions,
  timestampProblems,
  type TimestampReading,
} from './timestamp-reading';
import { conversion, convertibleTo } from './unit-conversion';

const fieldOptionsSchema = z.strictObject({
  ...placeShape,
  ...nameOptions,
  unit: z.string().min(1).optional().describe('Of the values of a measurement; default: the unit of the measurement'),
  ...numberOptions,
  ...timestampOptions,
});

/** Maps fields of a reading to places in a record: a column name, or a place and how its values are written. */
export const fieldMappingSchema = z
  .record(z.string(), z.union([z.string().min(1).max(200), fieldOptionsSchema]))
  .describe('Field of a reading → where it stands; fields left out are read from the column of the same name');

type FieldOptions = z.infer<typeof fieldOptionsSchema>;
type FieldMappingInput = z.infer<typeof fieldMappingSchema>;

/** The part of a source's input that says how its records are read. */
export interface MappingInput {
  readonly fields: FieldMappingInput;
  readonly long?: LongFormat;
  readonly numbers?: z.infer<typeof numbersSchema>;
}

/** How a measurement is read; `value * scale + offset` converts its values to the unit of the measurement. */
interface MeasurementField extends NumberReading {
  readonly name: string;
  readonly place: FieldPlace;
  /** In long format: what its name is in the source, where * stands for any text. */
  readonly names: readonly string[];
  readonly scale: number;
  readonly offset: number;
}

const PLAIN_FIELDS = ['deviceId', 'timestamp', 'text', 'eventId'] as const;
type PlainField = (typeof PLAIN_FIELDS)[number];

/** A complete mapping; the Spark job applies it to file and topic sources alike. */
export interface FieldMapping extends Readonly<Record<PlainField, FieldPlace>> {
  readonly time: TimestampReading;
  /** Where the name of a measurement stands in long format; null: each measurement has a place of its own. */
  readonly measurementName: FieldPlace | null;
  /** In the order of the measurements of the input. */
  readonly measurements: readonly MeasurementField[];
}

const ID_SEPARATOR = '|';
const TEXT_SEPARATOR = ' ';

const SCALAR_KINDS: readonly PlaceKind[] = ['column', 'path', 'key', 'header'];
const MEASUREMENT_RULE: PlaceRule = { kinds: SCALAR_KINDS };
const NAME_RULE: PlaceRule = { kinds: [...SCALAR_KINDS, 'join'] };
const RULES: Readonly<Record<PlainField, PlaceRule>> = {
  deviceId: { kinds: [...SCALAR_KINDS, 'constant', 'join'], isId: true },
  timestamp: NAME_RULE,
  text: { kinds: [...SCALAR_KINDS, 'constant', 'join'] },
  eventId: { kinds: [...SCALAR_KINDS, 'join'], isId: true },
};

/** Completes a mapping without problems: unmapped fields keep their own name, and units are resolved. */
export function resolveFieldMapping(
  { fields, long, numbers = numbersSchema.parse(undefined) }: MappingInput,
  measurements: readonly Measurement[],
): FieldMapping {
  const plain = (field: PlainField): FieldPlace =>
    resolvePlace(fields[field], field, RULES[field].isId === true ? ID_SEPARATOR : TEXT_SEPARATOR);
  const placeOf = (given: PlaceInput | undefined, field: string): FieldPlace =>
    resolvePlace(given, field, TEXT_SEPARATOR);
  return {
    deviceId: plain('deviceId'),
    timestamp: plain('timestamp'),
    text: plain('text'),
    eventId: plain('eventId'),
    time: resolveTimestampReading(optionsOf(fields['timestamp'])),
    measurementName: long === undefined ? null : placeOf(long.name, 'name'),
    measurements: measurements.map(({ name, unit }) => {
      const own = optionsOf(fields[name]);
      return {
        name,
        place: long === undefined ? placeOf(fields[name], name) : placeOf(long.value, 'value'),
        names: long === undefined ? [] : (own.names ?? [name]),
        ...conversion(own.unit ?? unit, unit),
        ...resolveNumberReading(numbers, own),
      };
    }),
  };
}

/** Returns the names of the headers that the fields are read from. */
export function mappedHeaders({ measurementName, measurements, ...fields }: FieldMapping): string[] {
  const places = [
    ...PLAIN_FIELDS.map((field) => fields[field]),
    ...(measurementName === null ? [] : [measurementName]),
    ...measurements.map(({ place }) => place),
  ];
  return [...new Set(places.flatMap(headersOf))];
}

/** Returns one line per problem: `source.fields.<field>: expected …, got …`. */
export function mappingProblems(
  { fields, long }: MappingInput,
  source: RecordSource,
  measurements: readonly Measurement[],
): string[] {
  const known: string[] = [...PLAIN_FIELDS, ...measurements.map(({ name }) => name)];
  const names = measurements.map(({ name }) => [name, optionsOf(fields[name]).names ?? [name]] as const);
  return [
    ...Object.entries(fields).flatMap(([field, given]) => {
      if (!known.includes(field)) return [`source.fields.${field}: expected one of ${known.join(', ')}`];
      const measurement = measurements.find(({ name }) => name === field);
      return [
        ...unusedOptions(field, given, measurement),
        ...(measurement === undefined ? [] : shapeProblems(field, given, long)),
        ...prefixed(`source.fields.${field}`, placeProblems(given, ruleOf(field), source)),
        ...(field === 'timestamp' ? prefixed('source.fields.timestamp.', timestampProblems(optionsOf(given))) : []),
        ...(measurement === undefined ? [] : unitProblems(optionsOf(given), measurement)),
      ];
    }),
    ...(long === undefined ? [] : [...longProblems(long, source), ...nameProblems(names)]),
  ];
}

function longProblems({ name, value }: NonNullable<LongFormat>, source: RecordSource): string[] {
  const rules = [
    ['name', name, NAME_RULE],
    ['value', value, MEASUREMENT_RULE],
  ] as const;
  return rules.flatMap(([field, place, rule]) => {
    const problems = placeKinds(place).length === 0 ? [': expected one place, got none'] : [];
    return prefixed(`source.long.${field}`, [...problems, ...placeProblems(place, rule, source)]);
  });
}

/** In long format a measurement has names, otherwise a place. */
function shapeProblems(field: string, given: PlaceInput | FieldOptions, long: LongFormat): string[] {
  const [place] = placeKinds(given);
  if (long === undefined && optionsOf(given).names !== undefined) {
    return [`source.fields.${field}.names: expected none without source.long, which says where names and values stand`];
  }
  if (long === undefined || place === undefined) return [];
  return [`source.fields.${field}: expected names instead of a place, since source.long has one for all, got ${place}`];
}

function unusedOptions(field: string, given: PlaceInput | FieldOptions, measurement: Measurement | undefined) {
  const own = field === 'timestamp' ? Object.keys(timestampOptions) : [];
  const known = measurement === undefined ? own : ['unit', ...Object.keys(numberOptions), ...Object.keys(nameOptions)];
  const unused = Object.keys(optionsOf(given)).filter((option) => !(option in placeShape) && !known.includes(option));
  if (unused.length === 0) return [];
  const expected = known.length === 0 ? 'a place without options' : `no options but ${known.join(', ')}`;
  return [`source.fields.${field}: expected ${expected}, got ${unused.join(', ')}`];
}

function unitProblems({ unit: given }: FieldOptions, { name, unit }: Measurement): string[] {
  const units = convertibleTo(unit);
  if (given === undefined || units.includes(given)) return [];
  return [`source.fields.${name}.unit: expected one of ${units.join(', ')}, got ${given}`];
}

function ruleOf(field: string): PlaceRule {
  return PLAIN_FIELDS.find((plain) => plain === field) === undefined ? MEASUREMENT_RULE : RULES[field as PlainField];
}

function optionsOf(given: PlaceInput | FieldOptions | undefined): FieldOptions {
  return given === undefined || typeof given === 'string' ? {} : given;
}

function prefixed(prefix: string, problems: readonly string[]): string[] {
  return problems.map((problem) => prefix + problem);
}
