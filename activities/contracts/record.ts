/**
 * The Kafka records of a pipeline: headers, sizes and ids. Values are UTF-8 JSON, one object on one line.
 *
 * | topic         | key              | headers                                                    | value                  |
 * | ------------- | ---------------- | ---------------------------------------------------------- | ---------------------- |
 * | `raw`         | device           | `event-id`, `pipeline-run`, `pipeline-row`, `pipeline-position` (all optional) | a reading, as mapped |
 * | `enriched`    | device           | `event-id`, `pipeline-run`, `pipeline-raw`                 | `EnrichedReading`      |
 * | `enriched`    | none             | `event-id`, `pipeline-run`, `pipeline-raw`, `pipeline-absent` | none: an absent record |
 * | `windows`     | device           | `event-id` (the window's id), `pipeline-run`, `pipeline-version` | `DeviceWindow`   |
 * | `dead-letter` | the record's own | `event-id`, `pipeline-run`, and `pipeline-row`, `pipeline-position` of a raw record | `DeadLetter`       |
 *
 * Whatever else a raw record may be, the job and the proof agree on it:
 *
 * | what                                                      | outcome                                                        |
 * | --------------------------------------------------------- | -------------------------------------------------------------- |
 * | no key, or any bytes for a key                            | no matter: the device is a field                               |
 * | no value                                                  | dead letter `Tombstone`                                        |
 * | a value in the framing of a schema registry               | dead letter, unless it is Avro and the format of the source    |
 * | a header without a value                                  | as if it were not there                                        |
 * | several headers of one name                               | the first counts; if it has no value, there is none            |
 * | `event-id` empty, longer than 400 bytes, or not UTF-8     | dead letter `BadEventId`, its coordinates as id                |
 * | `pipeline-run` in a topic that the pipeline does not fill | no matter                                                      |
 * | `pipeline-redrive` that is not 1, 2 or 3                  | counts as 0                                                    |
 * | any other header, of any length and with any name         | no matter                                                      |
 * | a field name with NUL, or of more than 32 KB              | a label that the index refuses: dead letter of stage `index`   |
 *
 * An absent record is no reading and no dead letter: none of its measurements has a value, or, in long format, it has the
 * name of no measurement.
 *
 * Producers of raw records may set `event-id`; the other headers are internal. The raw record of a row has `pipeline-row`
 * instead, since the row may bring an event id, and `pipeline-position` with its number; a row that cannot become a record is a dead letter with that id. Every record
 * that results from a redrive (raw, enriched or dead letter) has `pipeline-redrive`. Every derived record of a pipeline that
 * protects values has `pipeline-protected`; its dead letters have their own id as key, and no `pipeline-row`.
 *
 * `EnrichedReading`, a pure function of the raw bytes and the field mapping: `id`, `deviceId`, `timestamp` (ISO 8601 in UTC,
 * six fractional digits) and one number per measurement, at least one. Optional: `text`; `words`, the distinct words of
 * the text (lower case, 3 to 30 letters, no stop words, at most 50, sorted); `dewPoint` in °C, if there is a temperature
 * in °C and a humidity in %; `labels`, the fields that the mapping does not name, as text; `late`, true if a live reading
 * was later than the allowed lateness and so is not in any window.
 *
 * `DeviceWindow`, the statistics of one device for the event time `[windowStart, windowEnd)`: `id`
 * (`<device>|<window start in epoch ms>|<window length in ms>`, of a simulated run with the run in front), `deviceId`,
 * `windowStart`, `windowEnd`, `count` of distinct readings, and `{count, mean, min, max}` per measurement that any reading
 * had. Optional: `anomaly`, if there are enough readings for a score.
 *
 * @module
 */
export const EVENT_ID_HEADER = 'event-id';
export const RUN_HEADER = 'pipeline-run';
/** Id of a row of a file, see `RowIds`; the event id of a row that brings none. */
export const ROW_HEADER = 'pipeline-row';
/** Where that row stands in the file as people count rows, for example `row 17`; the detail of a dead letter repeats it. */
export const POSITION_HEADER = 'pipeline-position';
/** `<partition>:<offset>:<Kafka timestamp in epoch ms>` of the raw record that an enriched one was made from. */
export const RAW_HEADER = 'pipeline-raw';
/**
 * Orders the versions of a window, see `windowVersion`; of 18 digits, which a JS number cannot hold. The index keeps the
 * document with the highest one.
 */
export const VERSION_HEADER = 'pipeline-version';
/** Marks a record without key and value: in its raw record no measurement has a value. */
export const ABSENT_HEADER = 'pipeline-absent';
/** Fingerprint of the key, on every derived record of a pipeline that protects values. */
export const PROTECTED_HEADER = 'pipeline-protected';
/** How many times the record was redriven, 1 to `MAX_REDRIVES`; copied to all records made from it. */
export const REDRIVE_HEADER = 'pipeline-redrive';
export const MAX_REDRIVES = 3;

/** Key and value of a raw record together: Kafka's default limit of 1,048,588 bytes minus headers and framing. */
export const MAX_RAW_RECORD_BYTES = 1_040_000;
/** `max.message.bytes` of raw topics, Kafka's default. */
export const MAX_RAW_MESSAGE_BYTES = 1_048_588;
/** `max.message.bytes` of derived topics: JSON escaping and base64 enlarge records. */
export const MAX_DERIVED_MESSAGE_BYTES = 4 * 1_048_588;
/** Originals in dead letters are truncated to this; their length and sha256 are those of the whole. */
export const MAX_ORIGINAL_BYTES = 256 * 1024;

/** A valid event id is a string of 1 to 400 bytes of UTF-8. */
export const MAX_EVENT_ID_BYTES = 400;
/** Of an id in Elasticsearch, which rejects a whole bulk request because of one longer id; room for the id of a window. */
export const MAX_DOCUMENT_ID_BYTES = 512;

/** Parses the header `pipeline-redrive`; 0 if it is missing or not a valid count. */
export function redriveCount(header: Buffer | undefined): number {
  const count = Number(header?.toString('latin1'));
  return Number.isInteger(count) && count >= 1 && count <= MAX_REDRIVES ? count : 0;
}

/** Returns the id of a record that has no event id. */
export function coordinatesId(topic: string, partition: number, offset: string): string {
  return `${topic}-${String(partition)}-${offset}`;
}

/**
 * The highest leave-one-out z-score of a window's readings.
 *
 * @public written by the Spark job
 */
export interface WindowAnomaly {
  /** Distance of the reading from the mean of the others, in standard deviations of the others. */
  readonly score: number;
  /** The measurement that has this score. */
  readonly measurement: string;
  readonly isAnomaly: boolean;
}

export type DeadLetterStage = 'source' | 'parse' | 'index';

/** A record that could not be processed, and why. */
export interface DeadLetter {
  readonly id: string;
  readonly stage: DeadLetterStage;
  /** A short code in PascalCase, for example `BadTimestamp` or `OutOfRange:humidity`. */
  readonly reason: string;
  /** One sentence; contains no value of the record. */
  readonly detail?: string;
  /** Topic that the record was read from, or (stage `source`) was meant for. */
  readonly topic: string;
  /** Absent at stage `source`. */
  readonly partition?: number;
  /** Decimal offset; at stage `source` the position in the source, for example `row 17`. */
  readonly offset: string;
  /** Kafka timestamp in epoch ms; absent at stage `source`. */
  readonly publishedAt?: number;
  readonly originalLength: number;
  /** This and `original` are absent if the pipeline protects values. */
  readonly originalSha256?: string;
  /** Base64 of the first `MAX_ORIGINAL_BYTES` bytes. */
  readonly original?: string;
  /** HMAC-SHA-256 of the original in hex, if the pipeline protects values and the worker had the key. */
  readonly originalHmac?: string;
  /** Headers of an enriched record or a window that a redrive needs, unchanged. */
  readonly headers?: { readonly raw?: string; readonly version?: string };
}
