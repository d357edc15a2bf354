import { z } from 'zod';
import type { Measurement } from './measurement';

const columnSchema = z.string().min(1).max(200);

/** Maps fields of a reading to columns of a source: a column name, or a column and the unit of its values. */
export const fieldMappingSchema = z
  .record(z.string(), z.union([columnSchema, z.strictObject({ column: columnSchema, unit: z.string().min(1) })]))
  .describe('Field of a reading → column of the source; fields left out are read from the column of the same name');

type FieldMappingInput = z.infer<typeof fieldMappingSchema>;

/** The column of a measurement; `value * scale + offset` converts its values to the unit of the measurement. */
interface MeasurementColumn {
  readonly name: string;
  readonly column: string;
  readonly scale: number;
  readonly offset: number;
}

const PLAIN_FIELDS = ['deviceId', 'timestamp', 'text', 'eventId'] as const;

/** A complete mapping; the Spark job applies it to file and topic sources alike. */
export interface FieldMapping extends Readonly<Record<(typeof PLAIN_FIELDS)[number], string>> {
  /** In the order of the measurements of the input. */
  readonly measurements: readonly MeasurementColumn[];
}

const CONVERSIONS: Readonly<Record<string, { readonly scale: number; readonly offset: number }>> = {
  '°F→°C': { scale: 5 / 9, offset: -160 / 9 },
  '°C→°F': { scale: 9 / 5, offset: 32 },
  'K→°C': { scale: 1, offset: -273.15 },
  '°C→K': { scale: 1, offset: 273.15 },
};

/** Completes a mapping without problems: unmapped fields keep their own name, and units are resolved. */
export function resolveFieldMapping(given: FieldMappingInput, measurements: readonly Measurement[]): FieldMapping {
  const column = (field: string): string => {
    const value = given[field] ?? field;
    return typeof value === 'string' ? value : value.column;
  };
  return {
    deviceId: column('deviceId'),
    timestamp: column('timestamp'),
    text: column('text'),
    eventId: column('eventId'),
    measurements: measurements.map(({ name, unit }) => {
      const value = given[name];
      const from = typeof value === 'object' ? value.unit : unit;
      const { scale, offset } = CONVERSIONS[`${from}→${unit}`] ?? { scale: 1, offset: 0 };
      return { name, column: column(name), scale, offset };
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
    if (measurement === undefined)
      return [`source.fields.${field}: expected a column name, since only a measurement has a unit`];
    if (value.unit === measurement.unit || `${value.unit}→${measurement.unit}` in CONVERSIONS) return [];
    const from = Object.keys(CONVERSIONS).filter((name) => name.endsWith(`→${measurement.unit}`));
    const units = [measurement.unit, ...from.map((name) => name.split('→')[0])].join(', ');
    return [`source.fields.${field}.unit: expected one of ${units}, got ${value.unit}`];
  });
}
