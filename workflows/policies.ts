/** Every timeout and retry policy of the pipeline, one constant per kind of work. */
import type { ActivityOptions, LocalActivityOptions, RetryPolicy } from '@temporalio/workflow';
import { failuresThatPark } from '../activities/contracts/failures';

/** Retries without end, for unavailable servers; every attempt shows in the workflow. */
const UNLIMITED_RETRIES: RetryPolicy = {
  initialInterval: '500 milliseconds',
  backoffCoefficient: 2,
  maximumInterval: '15 seconds',
};

/** Pure work inside the worker: if it fails, the input is wrong. */
export const PARSING: LocalActivityOptions = { startToCloseTimeout: '5 seconds', retry: { maximumAttempts: 1 } };

/** Short calls to Kafka and Elasticsearch. */
export const PREPARATION: ActivityOptions = { startToCloseTimeout: '1 minute', retry: UNLIMITED_RETRIES };

/**
 * Work that moves records and sends a heartbeat after each batch, and while it waits for Elasticsearch. When a worker is
 * killed, another one continues after the heartbeat timeout; a worker that was only too slow repeats its last batch.
 */
export const RECORD_WORK: ActivityOptions = {
  startToCloseTimeout: '1 hour',
  heartbeatTimeout: '15 seconds',
  retry: UNLIMITED_RETRIES,
};

/** As `RECORD_WORK`, but after some minutes of retries the workflow parks the partition and shows why. */
export const INDEXING: ActivityOptions = {
  ...RECORD_WORK,
  retry: { ...UNLIMITED_RETRIES, maximumAttempts: 12, nonRetryableErrorTypes: failuresThatPark('at once') },
};

/** A call to Kibana, which can take long to start; a refusal that lasts longer is noted in the run's report. */
export const DEPLOYMENT: ActivityOptions = {
  startToCloseTimeout: '1 minute',
  scheduleToCloseTimeout: '5 minutes',
  retry: UNLIMITED_RETRIES,
};

/** Reading a whole run or a whole file again. */
export const WHOLE_RUN: ActivityOptions = {
  startToCloseTimeout: '6 hours',
  heartbeatTimeout: '1 minute',
  retry: UNLIMITED_RETRIES,
};

/** Starting and stopping a Spark driver. */
export const SPARK_CONTROL: ActivityOptions = {
  startToCloseTimeout: '2 minutes',
  heartbeatTimeout: '15 seconds',
  retry: UNLIMITED_RETRIES,
};

/** Watching a driver: a dead worker is noticed soon, and the driver continues meanwhile. */
export const SPARK_WATCH: ActivityOptions = {
  startToCloseTimeout: '10 minutes',
  heartbeatTimeout: '15 seconds',
  cancellationType: 'TRY_CANCEL',
  retry: UNLIMITED_RETRIES,
};

/** Events after which a workflow continues as new: a history of this size replays within one or two seconds. */
export const MAX_HISTORY_EVENTS = 1_500;
