/** Every timeout and retry policy of the pipeline, one constant per kind of work. */
import type { ActivityOptions, LocalActivityOptions, RetryPolicy } from '@temporalio/workflow';

/** A server that is away is waited for; every attempt shows in the workflow. */
const PATIENT: RetryPolicy = {
  initialInterval: '500 milliseconds',
  backoffCoefficient: 2,
  maximumInterval: '15 seconds',
};

/** Pure work inside the worker: a failure is the input's. */
export const PARSING: LocalActivityOptions = { startToCloseTimeout: '5 seconds', retry: { maximumAttempts: 1 } };

/** Short calls to Kafka and Elasticsearch. */
export const PREPARATION: ActivityOptions = { startToCloseTimeout: '1 minute', retry: PATIENT };

/**
 * Work that moves records and heartbeats after each batch, and while it waits for Elasticsearch. A killed
 * worker's work goes on elsewhere after the heartbeat timeout; a live one that was too slow for it repeats its last batch.
 */
export const RECORD_WORK: ActivityOptions = {
  startToCloseTimeout: '1 hour',
  heartbeatTimeout: '15 seconds',
  retry: PATIENT,
};

/** As `RECORD_WORK`, but after some minutes the workflow shows that it is parked, and tries again by itself. */
export const INDEXING: ActivityOptions = {
  ...RECORD_WORK,
  retry: { ...PATIENT, maximumAttempts: 12, nonRetryableErrorTypes: ['IndexMisconfigured'] },
};

/** A call to Kibana, which may be long in starting; what is refused for longer shows in the run's report. */
export const DEPLOYMENT: ActivityOptions = {
  startToCloseTimeout: '1 minute',
  scheduleToCloseTimeout: '5 minutes',
  retry: PATIENT,
};

/** Reading a whole run again, or a whole file. */
export const WHOLE_RUN: ActivityOptions = {
  startToCloseTimeout: '6 hours',
  heartbeatTimeout: '1 minute',
  retry: PATIENT,
};

/** Starting and stopping a Spark driver. */
export const SPARK_CONTROL: ActivityOptions = {
  startToCloseTimeout: '2 minutes',
  heartbeatTimeout: '15 seconds',
  retry: PATIENT,
};

/** Watching a driver: a dead worker is noticed soon, and the driver goes on meanwhile. */
export const SPARK_WATCH: ActivityOptions = {
  startToCloseTimeout: '10 minutes',
  heartbeatTimeout: '15 seconds',
  cancellationType: 'TRY_CANCEL',
  retry: PATIENT,
};

/** Events after which a workflow goes on as a new execution: histories of that size replay within a second or two. */
export const MAX_HISTORY_EVENTS = 1_500;
