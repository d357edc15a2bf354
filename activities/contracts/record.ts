/**
 * The Kafka records of a pipeline: headers, sizes and ids. Values are UTF-8 JSON, one object on one line.
 *
 * | topic         | key              | headers                                                    | value                  |
 * | ------------- | ---------------- | ---------------------------------------------------------- | ---------------------- |
 * | `raw`         | device           | `event-id`, `pipeline-run` (both optional)                 | a reading, as mapped   |
 * | `enriched`    | device           | `event-id`, `pipeline-run`, `pipeline-raw`                 | `EnrichedReading`      |
 * | `windows`     | device           | `event-id` (the window's id), `pipeline-run`, `pipeline-version` | `DeviceWindow`   |
 * | `dead-letter` | the record's own | `event-id`, `pipeline-run`                                 | `DeadLetter`           |
 *
 * `event-id` is for users' producers, too; the others are the pipeline's own. Every record that a redrive leads to, raw,
 * enriched or dead letter, carries `pipeline-redrive`.
 *
 * @module
 */
export const EVENT_ID_HEADER = 'event-id';
export const RUN_HEADER = 'pipeline-run';
/** `<partition>:<offset>:<publishing time in epoch ms>` of the raw record an enriched one was made of. */
export const RAW_HEADER = 'pipeline-raw';
/** Distinct readings in a window; grows, so it orders a window's versions. */
export const VERSION_HEADER = 'pipeline-version';
/** How often the record was redriven as a dead letter, 1 to `MAX_REDRIVES`; goes with all that is made of it. */
export const REDRIVE_HEADER = 'pipeline-redrive';
export const MAX_REDRIVES = 3;

/** Key and value of a raw record together; Kafka's own default limit of 1,048,588 bytes less room for headers and framing. */
export const MAX_RAW_RECORD_BYTES = 1_040_000;
/** Topic limit of raw topics, Kafka's own default. */
export const MAX_RAW_MESSAGE_BYTES = 1_048_588;
/** Topic limit of derived topics: JSON escaping and base64 let a record grow. */
export const MAX_DERIVED_MESSAGE_BYTES = 4 * 1_048_588;
/** Originals in dead letters are cut here; their length and sha256 stay. */
export const MAX_ORIGINAL_BYTES = 256 * 1024;

/** A usable event id is a string of 1 to 400 bytes of UTF-8. */
export const MAX_EVENT_ID_BYTES = 400;

/** What the header `redrive` says; 0 where it is missing or no count of ours. */
export function redriveCount(header: Buffer | undefined): number {
  const count = Number(header?.toString('latin1'));
  return Number.isInteger(count) && count >= 1 && count <= MAX_REDRIVES ? count : 0;
}

/** Id of a record that brings none. */
export function coordinatesId(topic: string, partition: number, offset: string): string {
  return `${topic}-${String(partition)}-${offset}`;
}

/**
 * A valid reading, typed, with derived values; a pure function of the raw bytes and the field mapping.
 *
 * @public the Spark job writes it
 */
export interface EnrichedReading {
  readonly id: string;
  readonly deviceId: string;
  /** ISO 8601 in UTC, six fractional digits. */
  readonly timestamp: string;
  readonly text?: string;
  /** The distinct words of the text as a keyword: lower case, 3 to 30 letters, no stop words, at most 50, sorted. */
  readonly words?: readonly string[];
  /** °C; only where temperature in °C and humidity in % are both there. */
  readonly dewPoint?: number;
  /** Fields no mapping names, as text. */
  readonly labels?: Readonly<Record<string, string>>;
  /** Live runs only: the reading came later than the allowed lateness and is in no window. */
  readonly late?: boolean;
  /** One number per measurement, under its name; at least one is there. */
  readonly [measurement: string]: unknown;
}

/**
 * Statistics of one device over `[windowStart, windowEnd)` of event time.
 *
 * @public the Spark job writes it
 */
export interface DeviceWindow {
  /** `<generation>|<device>|<window start in epoch ms>|<window length in ms>` */
  readonly id: string;
  readonly deviceId: string;
  readonly windowStart: string;
  readonly windowEnd: string;
  /** Distinct readings. */
  readonly count: number;
  /** How far its most unlikely reading stands out of the others; absent where they are too few to say. */
  readonly anomaly?: WindowAnomaly;
  /** `{count, mean, min, max}` per measurement, under its name; absent where no reading had it. */
  readonly [measurement: string]: unknown;
}

/**
 * The highest leave-one-out z-score of a window's readings.
 *
 * @public the Spark job writes it
 */
export interface WindowAnomaly {
  /** Distance of the reading from the mean of the others, in standard deviations of the others. */
  readonly score: number;
  /** The measurement in which it stands out. */
  readonly measurement: string;
  readonly isAnomaly: boolean;
}

export type DeadLetterStage = 'source' | 'parse' | 'index';

/** A record that could not be used, and why. */
export interface DeadLetter {
  readonly id: string;
  readonly stage: DeadLetterStage;
  /** A short code in PascalCase, for example `BadTimestamp` or `OutOfRange:humidity`. */
  readonly reason: string;
  /** One sentence for people; holds no value of the record. */
  readonly detail?: string;
  /** Where the record was read from, or (stage `source`) should have gone. */
  readonly topic: string;
  /** Absent at stage `source`. */
  readonly partition?: number;
  /** Decimal offset; at stage `source` the position in the source, for example `row 17`. */
  readonly offset: string;
  /** Kafka time in epoch ms; at stage `source` absent. */
  readonly publishedAt?: number;
  readonly originalLength: number;
  readonly originalSha256: string;
  /** Base64 of the first bytes, at most `MAX_ORIGINAL_BYTES` of them. */
  readonly original: string;
  /** Of the headers of an enriched record or a window those that a redrive needs again, as they were. */
  readonly headers?: { readonly raw?: string; readonly version?: string };
}
