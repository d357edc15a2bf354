/**
 * The failure table: every error that an activity or a workflow throws on purpose has one of these types. Retry policies,
 * parking and `catch` blocks use the type, never the message.
 *
 * An unusable record is not a failure: it becomes a dead letter.
 *
 * @module
 */
import { ApplicationFailure } from '@temporalio/common';

/**
 * Whether Temporal retries the activity, and what follows if it does not or the retries are exhausted. Whatever is retried
 * is shown from the third attempt on. Only indexing and a Spark job park for a failure that they also try again; elsewhere
 * such an activity is retried without limit.
 */
type Reaction =
  | 'fails'
  | 'retries, then fails'
  | 'retries without limit'
  | 'parks until `resume`'
  | 'retries, then parks until `resume`'
  | 'parks and tries again'
  | 'retries, then parks and tries again';

interface FailureRow {
  readonly reaction: Reaction;
  readonly meaning: string;
  /** What an operator can do. */
  readonly remedy: string;
}

const NOT_RETRIED: readonly Reaction[] = ['fails', 'parks until `resume`'];

export const FAILURES = {
  InvalidInput: {
    reaction: 'fails',
    meaning: 'the input of a workflow or a command does not match its schema; every bad field is named',
    remedy: 'correct the named fields and start again',
  },
  AlreadyRunning: {
    reaction: 'fails',
    meaning: 'a schedule starts a pipeline while another run of it is open',
    remedy: 'wait for the end of that run, or cancel it; the next scheduled run starts then',
  },
  SourceMissing: {
    reaction: 'fails',
    meaning: 'the file or topic to read does not exist or cannot be read',
    remedy: 'create it, or correct its name or permissions, and start again',
  },
  SourceChanged: {
    reaction: 'fails',
    meaning:
      'what was read of the file changed meanwhile; lines that are appended to one that is not compressed do not count',
    remedy: 'start again with a file that is complete, or to which lines are only appended',
  },
  SourceMalformed: {
    reaction: 'fails',
    meaning: 'the file does not have the format or the columns that the input names',
    remedy: 'correct the file or the field mapping and start again',
  },
  TopicMisconfigured: {
    reaction: 'fails',
    meaning: 'a topic that exists already under a name of the pipeline would lose or refuse records',
    remedy: 'correct its settings with the commands in the message and start again',
  },
  ServiceUnavailable: {
    reaction: 'retries, then parks and tries again',
    meaning: 'a server does not respond, is overloaded, or responds with 429 or 5xx',
    remedy: 'restart the server; the work continues automatically',
  },
  NoWorker: {
    reaction: 'retries without limit',
    meaning: 'no worker has started an activity for a minute: none serves its task queue, or all their slots are taken',
    remedy:
      'start a worker of that task queue, on that machine if the name has a host; the work continues automatically',
  },
  AccessRefused: {
    reaction: 'retries, then parks and tries again',
    meaning: 'a server and this worker do not trust each other, or the user has wrong credentials or lacks a right',
    remedy: 'correct the certificate, credentials or right that the message names; the work continues automatically',
  },
  SchemaRegistryUnavailable: {
    reaction: 'retries without limit',
    meaning: 'the schema registry does not respond, or not as the Confluent-compatible API of a registry does',
    remedy: 'restart the registry, or correct `SCHEMA_REGISTRY_URL` of the worker; the work continues automatically',
  },
  ProtectKeyMissing: {
    reaction: 'retries without limit',
    meaning: 'the worker does not have the key of protected values, or another one than the run began with',
    remedy: 'let `PROTECT_KEY_FILE` of the worker name a file with that key; the work continues automatically',
  },
  OffsetOutOfRange: {
    reaction: 'parks until `resume`',
    meaning: 'the log does not contain the requested offset any more, or not yet',
    remedy:
      '`skip` to an offset that the log has, or restore the topic and `resume`; Spark resumes at its first record',
  },
  TopicRecreated: {
    reaction: 'parks until `resume`',
    meaning: 'the topic ends before the checkpoint or has another record there: it was deleted and recreated',
    remedy: '`skip` to the offset from which to read the new topic; Spark resumes at its first record',
  },
  RecordsUnreadable: {
    reaction: 'parks until `resume`',
    meaning: 'a batch of records in Kafka cannot be decompressed or decoded: its bytes are damaged',
    remedy: '`skip` to the first offset after the batch, or restore the topic and `resume`',
  },
  IndexMisconfigured: {
    reaction: 'parks and tries again',
    meaning: 'an index, an alias, a template or a permission is wrong, or Elasticsearch rejects a request for it',
    remedy: 'correct the index, alias, template or permission; the work continues automatically',
  },
  DeadLetterFlood: {
    reaction: 'parks until `resume`',
    meaning: 'the index rejects a larger share of the records than `maxDeadLetterRatio`',
    remedy: 'correct the mapping or the producer and `resume`; resuming without a correction makes them dead letters',
  },
  SinkBehind: {
    reaction: 'retries, then parks and tries again',
    meaning: 'the external writer has not indexed records that are in Kafka',
    remedy: 'check that writer and its dead letters; the work continues when the documents are indexed',
  },
  SparkFailed: {
    reaction: 'retries, then parks until `resume`',
    meaning: 'the Spark driver could not be started, or ended repeatedly without committing a micro-batch',
    remedy: 'read its last log lines, correct the cause and `resume`',
  },
  LateRecordsDropped: {
    reaction: 'fails',
    meaning: 'Spark dropped records of a bounded run as late, so the run is not complete',
    remedy: 'report it as a bug of this project; the raw records are still in Kafka',
  },
  PayloadUnreadable: {
    reaction: 'retries without limit',
    meaning: 'a payload in Temporal is encrypted with a key that this worker does not have, or is damaged',
    remedy: 'add the key that the message names to the file `TEMPORAL_CODEC_KEYS_FILE` of every worker',
  },
  DashboardsRefused: {
    reaction: 'retries, then fails',
    meaning: 'Kibana rejects the credentials or an object of the import',
    remedy: 'correct the credentials or the version of Kibana; the run continues and mentions it in its report',
  },
} as const satisfies Readonly<Record<string, FailureRow>>;

export type FailureType = keyof typeof FAILURES;

/** Names of the errors that only a bug in this project causes; an activity that fails with one is not tried again. */
export const BUGS: readonly string[] = ['TypeError', 'ReferenceError', 'RangeError', 'AssertionError'];

/** Where it happened; the `details` of the `ApplicationFailure`. */
export interface FailurePlace {
  readonly topic?: string;
  readonly partition?: number;
  /** Decimal. */
  readonly offset?: string;
  /** Decimal offset from which the log can be read, where that is not `offset`. */
  readonly readableFrom?: string;
  /** Name of an index or alias. */
  readonly index?: string;
  readonly path?: string;
}

interface FailureOrigin {
  readonly cause?: unknown;
  readonly hasTakenLong?: boolean;
}

export function failuresThat(reaction: Reaction): string[] {
  return Object.entries(FAILURES).flatMap(([type, row]) => (row.reaction === reaction ? [type] : []));
}

/** Whether an error is a bug in this project; a handler that turns foreign errors into failures passes it on unchanged. */
export function isBug(error: unknown): error is Error {
  return error instanceof Error && BUGS.includes(error.constructor.name);
}

/**
 * Creates the only kind of error that an activity or a workflow may fail with.
 *
 * @param type - row of the table; decides whether Temporal retries
 * @param message - what was expected, what happened and what to do, in one or two sentences
 * @param cause - the original error, kept in the event history
 * @param hasTakenLong - the attempt waited so long for an answer that its failure is shown before the next one
 */
export function pipelineFailure(
  type: FailureType,
  message: string,
  { cause, hasTakenLong = false, ...place }: FailurePlace & FailureOrigin = {},
): ApplicationFailure {
  return ApplicationFailure.create({
    type,
    message,
    nonRetryable: hasTakenLong || NOT_RETRIED.includes(FAILURES[type].reaction),
    ...(Object.keys(place).length > 0 ? { details: [place] } : {}),
    ...(cause instanceof Error ? { cause } : {}),
  });
}
