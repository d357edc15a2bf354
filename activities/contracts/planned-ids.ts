import { z } from 'zod';
import { fieldPlaceSchema } from './field-place';
import { dialectShape } from './file-dialect';
import { rowIdentitySchema } from './row-ids';

const count = z.int().min(0);

/** The simulator's sequence numbers `[from, to)`. */
const sequencesSchema = z.object({
  kind: z.literal('sequences'),
  from: count,
  to: count,
  devices: count,
  run: z.string(),
});

/** All rows of a file, counted from 0: for CSV the records after the header, for NDJSON the lines that are not empty. */
const rowsSchema = z.object({
  kind: z.literal('file'),
  path: z.string().describe('Absolute, on the machine that reconciles'),
  format: z.enum(['csv', 'ndjson']),
  ...dialectShape,
  identity: rowIdentitySchema,
  device: fieldPlaceSchema.describe('Where rows have their device: its constants are part of what identifies them'),
  bytes: count.describe(
    'Length of the file before the first row was published; what was appended later was not planned',
  ),
  sha256: z.string().describe('Of these bytes, in hex'),
  to: count.optional().describe('End of the range, exclusive; set only if an operator stopped the source early'),
});

/**
 * Every id that a bounded source was to publish, in a form from which they can be listed without asking the source: event
 * ids of simulated readings, `pipeline-row` of rows.
 */
export const plannedIdsSchema = z.discriminatedUnion('kind', [sequencesSchema, rowsSchema]);

export type PlannedIds = Readonly<z.infer<typeof plannedIdsSchema>>;
export type PlannedRows = Readonly<z.infer<typeof rowsSchema>>;

/** Returns the device of a sequence number; devices take turns. */
export function deviceOf(sequence: number, devices: number): string {
  return `device-${String(sequence % devices).padStart(4, '0')}`;
}

/** Returns the event id of a simulated reading: the same in every retry, different in every run. */
export function simulatedId(run: string, sequence: number, devices: number): string {
  return `${run}-${deviceOf(sequence, devices)}-${sequence}`;
}
