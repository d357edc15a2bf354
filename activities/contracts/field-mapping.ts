import { z } from 'zod';
import type { Measurement } from './measurement';
import { numberOptions, numbersSchema, resolveNumberReading, type NumberReading } from './number-reading';
import {
  resolveTimestampReading,
  timestampOptions,
  timestampProblems,
  type TimestampReading,
} from './timestamp-reading';
import { conversion, convertibleTo } from './unit-conversion';

const columnSchema = z.string().min(1).max(200);

const columnOptionsSchema = z.strictObject({
  column: columnSchema,
  unit: z.string().min(1).optional().describe('Of the values of a measurement; default: the unit of the measurement'),
  ...numberOptions,
  ...timestampOptions,
});

/** Maps fields of a reading to columns of a source: a column name, or a column and how its values are written. */
export const fieldMappingSchema = z
  .record(z.string(), z.union([columnSchema, columnOptionsSchema]))
  .describe('Field of a reading → column of the source; fields left out are read from the column of the same name');

type ColumnOptions = z.infer<typeof columnOptionsSchema>;
type FieldMappingInput = z.infer<typeof fieldMappingSchema>;

/** The column of a measurement; `value * scale + offset` converts its values to the unit of the measurement. */
interface MeasurementColumn extends NumberReading {
  readonly name: string;
  readonly column: string;
  readonly scale: number;
  readonly offset: number;
}

const PLAIN_FIELDS = ['deviceId', 'timestamp', 'text', 'eventId'] as const;

/** A complete mapping; the Spark job applies it to file and topic sources alike. */
export interface FieldMapping extends Readonly<Record<(typeof PLAIN_FIELDS)[number], string>> {
  readonly time: TimestampReading;
  /** In the order of the measurements of the input. */
  readonly measurements: readonly MeasurementColumn[];
}

/** Completes a mapping without problems: unmapped fields keep their own name, and units are resolved. */
export function resolveFieldMapping(
  given: FieldMappingInput,
  measurements: readonly Measurement[],
  numbers = numbersSchema.parse(undefined),
): FieldMapping {
  const options = (field: string): ColumnOptions => {
    const value = given[field] ?? field;
    return typeof value === 'string' ? { column: value } : value;
  };
  return {
    deviceId: options('deviceId').column,
    timestamp: options('timestamp').column,
    text: options('text').column,
    eventId: options('eventId').column,
    time: resolveTimestampReading(options('timestamp')),
    measurements: measurements.map(({ name, unit }) => {
      const own = options(name);
      const fromColumn = conversion(own.unit ?? unit, unit);
      return { name, column: own.column, ...fromColumn, ...resolveNumberReading(numbers, own) };
    }),
  };
}

/** Returns one line per problem: `source.fields.<field>: expected …, got …`. */
export function mappingProblems(given: FieldMappingInput, measurements: readonly Measurement[]): string[] {
  const known: string[] = [...PLAIN_FIELDS, ...measurements.map(({ name }) => name)];
  return Object.entries(given).flatMap(([field, value]) => {
    if (!known.includes(field)) return [`source.fields.${field}: expected one of ${known.join(', ')}`];
    if (typeof value === 'string') return [];
    const measurement = measurements.find(({ name }) => name === field);
    return [
      ...unusedOptions(field, value, measurement),
      ...(field === 'timestamp' ? timestampProblems(value).map((line) => `source.fields.${field}.${line}`) : []),
      ...(measurement === undefined ? [] : unitProblems(value, measurement)),
    ];
  });
}

function unusedOptions(field: string, options: ColumnOptions, measurement: Measurement | undefined): string[] {
  const own = field === 'timestamp' ? Object.keys(timestampOptions) : [];
  const known = measurement === undefined ? own : ['unit', ...Object.keys(numberOptions)];
  const unused = Object.keys(options).filter((option) => option !== 'column' && !known.includes(option));
  if (unused.length === 0) return [];
  const expected = known.length === 0 ? 'a column name without options' : `no options but ${known.join(', ')}`;
  return [`source.fields.${field}: expected ${expected}, got ${unused.join(', ')}`];
}

function unitProblems({ unit: given }: ColumnOptions, { name, unit }: Measurement): string[] {
  const units = convertibleTo(unit);
  if (given === undefined || units.includes(given)) return [];
  return [`source.fields.${name}.unit: expected one of ${units.join(', ')}, got ${given}`];
}
