/**
 * The failure table of the pipeline.
 *
 * Every error an activity lets out is one of these types; retry policies and `catch` blocks match on the type,
 * never on the text.
 *
 * | type                 | retried | meaning                                                              |
 * | -------------------- | ------- | -------------------------------------------------------------------- |
 * | `InvalidInput`       | no      | the workflow input breaks its schema; every bad field is named       |
 * | `SourceMissing`      | no      | the file or topic to read does not exist or cannot be read           |
 * | `SourceChanged`      | no      | the file is no longer the one whose sha256 was taken at the start    |
 * | `SourceMalformed`    | no      | the file has not the shape the input promises                        |
 * | `ServiceUnavailable` | yes     | a server is away, overloaded, or answers 429 or 5xx                  |
 * | `OffsetOutOfRange`   | no      | the wanted offset is no longer, or not yet, in the log               |
 * | `TopicRecreated`     | no      | the record before the checkpoint is not the one that was read there  |
 * | `IndexMisconfigured` | yes     | Elasticsearch refuses for a reason that no document can mend, a person can |
 * | `DeadLetterFlood`    | no      | the index refuses more of a slice than the pipeline takes as usual   |
 * | `SinkBehind`         | yes     | another writer has not brought into the index what Kafka holds       |
 * | `SparkFailed`        | yes     | the driver ended without its work done; carries its last log lines   |
 * | `LateRecordsDropped` | no      | Spark dropped records of a bounded run as late                       |
 * | `NotReconciled`      | no      | the proof found something lost, altered, added or counted twice      |
 * | `DashboardsRefused`  | yes     | Kibana refuses credentials or an object; a person can mend it        |
 *
 * A record that cannot be used is no failure: it is a dead letter.
 *
 * @module
 */
import { ApplicationFailure } from '@temporalio/common';

const RETRIED = {
  InvalidInput: false,
  SourceMissing: false,
  SourceChanged: false,
  SourceMalformed: false,
  ServiceUnavailable: true,
  OffsetOutOfRange: false,
  TopicRecreated: false,
  IndexMisconfigured: true,
  DeadLetterFlood: false,
  SinkBehind: true,
  SparkFailed: true,
  LateRecordsDropped: false,
  NotReconciled: false,
  DashboardsRefused: true,
} as const;

export type FailureType = keyof typeof RETRIED;

/**
 * Builds the one kind of error that may cross from an activity into a workflow.
 *
 * @param type - the row of the table; decides whether Temporal retries
 * @param message - what was expected, what came and what to do, in one or two sentences
 * @param cause - the error underneath, kept for the event history
 */
export function pipelineFailure(type: FailureType, message: string, cause?: unknown): ApplicationFailure {
  return ApplicationFailure.create({
    type,
    message,
    nonRetryable: !RETRIED[type],
    ...(cause instanceof Error ? { cause } : {}),
  });
}
