/**
 * The failure table: every error that an activity or a workflow throws on purpose has one of these types. Retry policies,
 * parking and `catch` blocks decide by the type, never by the text.
 *
 * A record that cannot be used is not a failure: it becomes a dead letter.
 *
 * @module
 */
import { ApplicationFailure } from '@temporalio/common';

interface FailureRow {
  /** Whether Temporal retries the activity. */
  readonly retried: boolean;
  /**
   * What an indexing workflow or a Spark job does when an attempt ends with it. `until resumed`: waits for a person;
   * `at once`: shows it and tries again by itself; `after retries`: the same, once the retries are used up; null: it fails.
   */
  readonly parks: 'until resumed' | 'at once' | 'after retries' | null;
  readonly meaning: string;
  /** What a person can do. */
  readonly remedy: string;
}

export const FAILURES = {
  InvalidInput: {
    retried: false,
    parks: null,
    meaning: 'the input of a workflow or a command does not fit its schema; every bad field is named',
    remedy: 'correct the named fields and start again',
  },
  SourceMissing: {
    retried: false,
    parks: null,
    meaning: 'the file or topic to read does not exist or cannot be read',
    remedy: 'create it, or correct its name or permissions, and start again',
  },
  SourceChanged: {
    retried: false,
    parks: null,
    meaning: 'the file changed while it was being read',
    remedy: 'start again with a file that nobody writes to',
  },
  SourceMalformed: {
    retried: false,
    parks: null,
    meaning: 'the file does not have the format or the columns that the input names',
    remedy: 'correct the file or the field mapping and start again',
  },
  ServiceUnavailable: {
    retried: true,
    parks: 'after retries',
    meaning: 'a server does not answer, is overloaded, or answers 429 or 5xx',
    remedy: 'bring the server back; the work continues by itself',
  },
  OffsetOutOfRange: {
    retried: false,
    parks: 'until resumed',
    meaning: 'the log no longer holds the wanted offset, or does not hold it yet',
    remedy: '`skip` to an offset that the log holds, or restore the topic and `resume`',
  },
  TopicRecreated: {
    retried: false,
    parks: 'until resumed',
    meaning: 'the record at the checkpoint is not the one that was read there: the topic was deleted and created again',
    remedy: '`skip` to where the new topic is to be read from',
  },
  IndexMisconfigured: {
    retried: true,
    parks: 'at once',
    meaning: 'Elasticsearch refuses a request for a reason that lies in an index, an alias or a permission',
    remedy: 'correct the index, alias or permission; the work continues by itself',
  },
  DeadLetterFlood: {
    retried: false,
    parks: 'until resumed',
    meaning: 'the index refuses a larger share of the records than `maxDeadLetterRatio`',
    remedy: 'correct the mapping or the producer and `resume`; resuming unchanged makes them dead letters',
  },
  SinkBehind: {
    retried: true,
    parks: 'after retries',
    meaning: 'the external writer has not indexed records that Kafka holds',
    remedy: 'look at that writer and its dead letters; the work continues when the documents are there',
  },
  SparkFailed: {
    retried: true,
    parks: 'until resumed',
    meaning: 'the Spark driver could not be started, or ended again and again without a micro-batch committed',
    remedy: 'read its last log lines, correct the cause and `resume`',
  },
  LateRecordsDropped: {
    retried: false,
    parks: null,
    meaning: 'Spark dropped records of a bounded run as late, so the run is not complete',
    remedy: 'report it as a defect of this project; the raw records are still in Kafka',
  },
  NotReconciled: {
    retried: false,
    parks: null,
    meaning: 'the proof found an id that is missing, altered, added or counted twice',
    remedy: 'look up the listed ids in Kafka and Elasticsearch',
  },
  DashboardsRefused: {
    retried: true,
    parks: null,
    meaning: 'Kibana refuses the credentials or an object of the import',
    remedy: 'correct the credentials or the version of Kibana; the run goes on and notes it in its report',
  },
} as const satisfies Readonly<Record<string, FailureRow>>;

export type FailureType = keyof typeof FAILURES;

/** Where it happened, for code that catches the failure; as `details` of the `ApplicationFailure`. */
export interface FailurePlace {
  readonly topic?: string;
  readonly partition?: number;
  /** Decimal. */
  readonly offset?: string;
  /** Name of an index or alias. */
  readonly index?: string;
  readonly path?: string;
}

/** The types that park in this way. */
export function failuresThatPark(how: NonNullable<FailureRow['parks']>): string[] {
  return Object.entries(FAILURES).flatMap(([type, { parks }]) => (parks === how ? [type] : []));
}

/**
 * Builds the only kind of error that may leave an activity or fail a workflow.
 *
 * @param type - the row of the table; decides whether Temporal retries
 * @param message - what was expected, what came and what to do, in one or two sentences
 * @param cause - the error underneath, kept in the event history
 */
export function pipelineFailure(
  type: FailureType,
  message: string,
  { cause, ...place }: FailurePlace & { readonly cause?: unknown } = {},
): ApplicationFailure {
  return ApplicationFailure.create({
    type,
    message,
    nonRetryable: !FAILURES[type].retried,
    ...(Object.keys(place).length > 0 ? { details: [place] } : {}),
    ...(cause instanceof Error ? { cause } : {}),
  });
}
