import { z } from 'zod';

/** Names that a reading or a window uses for something else. */
const RESERVED_FIELDS = [
  ...['id', 'deviceId', 'timestamp', 'text', 'words', 'eventId', 'labels', 'late', 'dewPoint', 'provenance'],
  ...['windowStart', 'windowEnd', 'count', 'anomaly'],
] as const;

/** One measured quantity; Spark's columns, the index mappings and the dashboard panels all derive from this list. */
export const measurementSchema = z.strictObject({
  name: z
    .string()
    .regex(/^[a-z][A-Za-z0-9]{0,39}$/, 'expected a camelCase name of 1 to 40 letters and digits')
    .refine(
      (name) => !RESERVED_FIELDS.some((reserved) => reserved === name),
      'expected a name a reading does not use already',
    )
    .describe('Field name in readings, indices and dashboards'),
  unit: z.string().min(1).max(20).describe('Unit after conversion, for example °C'),
  min: z.number().describe('Smallest value taken for real; below it the reading is a dead letter'),
  max: z.number().describe('Largest value taken for real; above it the reading is a dead letter'),
});

export type Measurement = Readonly<z.infer<typeof measurementSchema>>;

export const DEFAULT_MEASUREMENTS: readonly Measurement[] = [
  { name: 'temperature', unit: '°C', min: -90, max: 150 },
  { name: 'humidity', unit: '%', min: 0, max: 100 },
];
