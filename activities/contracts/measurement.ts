import { z } from 'zod';

/** Names that a reading, a window or an event of Logstash, which may index them, already uses. */
const RESERVED_FIELDS = [
  ...['id', 'deviceId', 'timestamp', 'text', 'words', 'eventId', 'labels', 'late', 'dewPoint', 'provenance'],
  ...['windowStart', 'windowEnd', 'count', 'anomaly'],
  ...['message', 'tags'],
];

/** One measured quantity; Spark columns, index mappings and dashboard panels derive from the list of these. */
export const measurementSchema = z.strictObject({
  name: z
    .string()
    .regex(/^[a-z][A-Za-z0-9]{0,39}$/, 'expected a camelCase name of 1 to 40 letters and digits')
    .refine(
      (name) => !RESERVED_FIELDS.includes(name),
      `expected a name that is not in use already: not ${RESERVED_FIELDS.join(', ')}`,
    )
    .describe('Field name in readings, indices and dashboards'),
  unit: z.string().min(1).max(20).describe('Unit after conversion, for example °C'),
  min: z.number().describe('Smallest valid value; a reading with a smaller one is a dead letter'),
  max: z.number().describe('Largest valid value; a reading with a larger one is a dead letter'),
});

export type Measurement = Readonly<z.infer<typeof measurementSchema>>;

export const DEFAULT_MEASUREMENTS: readonly Measurement[] = [
  { name: 'temperature', unit: '°C', min: -90, max: 150 },
  { name: 'humidity', unit: '%', min: 0, max: 100 },
];
