import { z } from 'zod';
import { durationFrom } from './duration';
import { MONTH_PATTERN } from './event-month';
import { fieldMappingSchema } from './field-mapping';
import { dialectShape } from './file-dialect';
import { longSchema } from './long-format';
import { DEFAULT_MEASUREMENTS, measurementSchema } from './measurement';
import { numbersSchema } from './number-reading';
import { protectSchema } from './protection';
import { rowIdentitySchema } from './row-ids';

const ratio = (description: string, value: number) => z.number().min(0).max(1).default(value).describe(description);

const duration = (description: string, value: string) => durationFrom(1).default(value).describe(description);

const anyRate = z.number().positive().max(1_000_000).nullable().default(null);
const ratePerSecond = anyRate.describe('Records per second; null publishes as fast as possible');

const int = (min: number, max: number) => z.int().min(min).max(max);

const simulateSchema = z.strictObject({
  kind: z.literal('simulate'),
  records: int(1, 1_000_000_000).nullable().default(50_000).describe('Readings to simulate; null never ends'),
  ratePerSecond,
  seed: int(0, 0xffff_ffff).default(1).describe('The payloads are a function of seed and startAt'),
  startAt: z.iso
    .datetime({ offset: true })
    .optional()
    .describe(
      'Time of the first reading; default: a day or more before the start of the run, or its start if the run has no end',
    ),
  devices: int(1, 100_000).default(50),
  intervalMs: int(1, 86_400_000)
    .optional()
    .describe('Event time in ms between two readings of one device; default: one second, or what matches the rate'),
  malformedRatio: ratio('Share of unusable records, of several kinds', 0.01),
  repeatRatio: ratio('Share of records that are published twice under the same id', 0.005),
  anomalyRatio: ratio('Share of readings with an unlikely value', 0.002),
});

const fileSchema = z.strictObject({
  kind: z.literal('file'),
  path: z.string().min(1).describe('Path on the machine of the worker; relative to its working directory'),
  format: z.enum(['csv', 'ndjson']),
  ...dialectShape,
  identity: rowIdentitySchema
    .default('content')
    .describe(
      'content: rows that are equal, in this file or in another one with the same columns, are one reading, unless ' +
        'fields.eventId tells them apart; row: every row of every file counts',
    ),
  fields: fieldMappingSchema.default({}),
  long: longSchema,
  numbers: numbersSchema,
  ratePerSecond,
});

const topicSchema = z.strictObject({
  kind: z.literal('topic'),
  topic: z
    .string()
    .regex(/^[A-Za-z0-9._-]{1,200}$/, 'expected a Kafka topic name')
    .describe('An existing topic that others write'),
  format: z
    .enum(['json', 'avro'])
    .default('json')
    .describe(
      'Of the values; avro: in the framing of the schema registry that `SCHEMA_REGISTRY_URL` of the worker names',
    ),
  fields: fieldMappingSchema.default({}),
  long: longSchema,
  numbers: numbersSchema,
  follow: z
    .boolean()
    .default(false)
    .describe('false: the records that the topic holds at the start; true: also later ones, until the `stop` command'),
});

const sourceSchema = z.discriminatedUnion('kind', [simulateSchema, fileSchema, topicSchema]);

const month = (description: string, value: string) =>
  z.string().regex(MONTH_PATTERN, 'expected a month such as "2026-11"').default(value).describe(description);

const indexSchema = z.discriminatedUnion('by', [
  z.strictObject({ by: z.literal('none') }),
  z.strictObject({
    by: z.literal('month'),
    from: month('The first month of readings, in UTC; an earlier reading is a dead letter', '2015-01'),
    to: month('The last month of readings, in UTC; a later reading is a dead letter', '2049-12'),
  }),
]);

const liveSchema = z.strictObject({
  allowedLateness: duration('Readings that are later than this are flagged and excluded from windows', '10 minutes'),
  deduplication: duration('How long an event id is kept for deduplication', '10 minutes'),
});

const proveSchema = z.strictObject({
  every: durationFrom(1_000)
    .nullable()
    .default('10 minutes')
    .describe('How often what has come since the last time is proven; null: only at the end'),
  again: int(0, 100).default(3).describe('How many of the latest ranges are proven again every time'),
});

/** The input of `streamingPipeline`; every field has a default, so an empty input is a demo run. */
export const pipelineInputSchema = z
  .strictObject({
    $schema: z.string().optional().describe('Where an editor finds the schema of this file'),
    source: sourceSchema.prefault({ kind: 'simulate' }).describe('Where readings come from'),
    measurements: z
      .array(measurementSchema)
      .min(1)
      .max(20)
      .refine((list) => new Set(list.map(({ name }) => name)).size === list.length, 'expected names that differ')
      .default([...DEFAULT_MEASUREMENTS]),
    partitions: int(1, 100).default(4).describe('Partitions of topics that the pipeline creates'),
    lanes: int(1, 100)
      .default(1)
      .describe('Activities that share the partitions of each indexed topic, so that several workers can'),
    minRetention: duration(
      'A topic that exists already under a name of the pipeline is refused if it deletes records sooner',
      '1 day',
    ),
    window: duration('Event-time window of the statistics', '1 minute'),
    maxClockSkew: duration(
      'A reading whose timestamp is later than its Kafka timestamp and the start of the run by more than this is a dead letter',
      '5 minutes',
    ),
    extraFields: z
      .enum(['label', 'dead-letter'])
      .default('label')
      .describe('What happens to fields that the mapping does not name'),
    protect: protectSchema.optional(),
    index: indexSchema
      .prefault({ by: 'none' })
      .describe('none: one index for all readings; month: one index per month, so that old months can be dropped'),
    sink: z
      .enum(['direct', 'external'])
      .default('direct')
      .describe('external: another program indexes the derived topics; the pipeline waits for it and reconciles'),
    maxDeadLetterRatio: ratio(
      'If the index rejects more than this share of the records of a lane, it is parked until an operator decides',
      0.5,
    ),
    live: liveSchema.prefault({}).describe('For a run without end; a bounded run keeps all state'),
    maxLag: durationFrom(1)
      .nullable()
      .default('1 minute')
      .describe(
        'A run without end whose readings take longer from published to indexed is shown as LAGGING; null: whatever they take',
      ),
    prove: proveSchema
      .prefault({})
      .describe('For a run without end, while it runs; a bounded run is proven at its end'),
    spark: z
      .strictObject({
        driverMemoryMb: int(512, 65_536).default(1_024),
        shufflePartitions: int(1, 1_000).default(2).describe('Cannot change within a checkpoint'),
        maxRecordsPerBatch: int(1, 10_000_000).default(100_000),
        triggerInterval: durationFrom(0)
          .optional()
          .describe(
            'Minimum time between the starts of two micro-batches while the source is still publishing; 0 ms: no pause. ' +
              'Without it, 500 ms in a bounded run, and in a run without end each record is processed as it comes',
          ),
      })
      .prefault({}),
  })
  .prefault({});

export type PipelineInput = z.infer<typeof pipelineInputSchema>;
export type SimulateSource = z.infer<typeof simulateSchema>;
export type ValueFormat = z.infer<typeof topicSchema>['format'];
export type FileSource = z.infer<typeof fileSchema>;
