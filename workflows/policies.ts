/** Every timeout and retry policy of the pipeline, one constant per kind of work. */
import type { ActivityOptions, LocalActivityOptions, RetryPolicy } from '@temporalio/workflow';
import { BUGS, failuresThat } from '../activities/contracts/failures';

/** How long to wait between attempts; how many there are is decided by who calls, see `FailingActivities`. */
const RETRIES: RetryPolicy = {
  initialInterval: '500 milliseconds',
  backoffCoefficient: 2,
  maximumInterval: '15 seconds',
  nonRetryableErrorTypes: [...BUGS],
};

/** Pure work inside the worker: if it fails, the input is wrong. */
export const PARSING: LocalActivityOptions = { startToCloseTimeout: '5 seconds', retry: { maximumAttempts: 1 } };

/** Short calls to Kafka and Elasticsearch; a request to Elasticsearch ends before them, so that its failure is shown. */
export const PREPARATION: ActivityOptions = { startToCloseTimeout: '90 seconds', retry: RETRIES };

/** Reading a sample and starting a program that judges it. */
export const INSPECTION: ActivityOptions = { startToCloseTimeout: '5 minutes', retry: RETRIES };

const WITH_HEARTBEAT: ActivityOptions = { heartbeatTimeout: '15 seconds', retry: RETRIES };

/**
 * Work that moves records and sends a heartbeat after each batch, and while it waits for Elasticsearch. When a worker is
 * killed, another one continues after the heartbeat timeout; a worker that was only too slow repeats its last batch.
 */
export const RECORD_WORK: ActivityOptions = { ...WITH_HEARTBEAT, startToCloseTimeout: '1 hour' };

/** As `RECORD_WORK`, but a lane whose index is misconfigured parks at once. */
export const INDEXING: ActivityOptions = {
  ...RECORD_WORK,
  retry: { ...RETRIES, nonRetryableErrorTypes: [...BUGS, ...failuresThat('parks and tries again')] },
};

/**
 * How often a lane sends a heartbeat, and when its worker is taken for dead. A heartbeat stores a checkpoint, and brings a
 * pause or the end of the topic. Without end it is rarer, since a service bills each one: with three lanes that work, 1,350
 * an hour. Records that come one by one are gathered for a bulk request, since each request has costs of its own.
 */
export const LANE_PACE = {
  bounded: { heartbeat: { busyMs: 500, idleMs: 500 }, heartbeatTimeout: '15 seconds', lingerMs: 50 },
  live: { heartbeat: { busyMs: 8_000, idleMs: 20_000 }, heartbeatTimeout: '27 seconds', lingerMs: 200 },
} as const;

/** Reading a whole run or a whole file again. */
export const WHOLE_RUN: ActivityOptions = {
  startToCloseTimeout: '6 hours',
  heartbeatTimeout: '1 minute',
  retry: RETRIES,
};

/** Starting and stopping a Spark driver. */
export const SPARK_CONTROL: ActivityOptions = { ...WITH_HEARTBEAT, startToCloseTimeout: '2 minutes' };

/** Of a run without end, whose heartbeats are rare. */
export const LIVE_HEARTBEAT_TIMEOUT = LANE_PACE.live.heartbeatTimeout;

/** Watching a driver: a dead worker is noticed soon, and the driver continues meanwhile. */
export const SPARK_WATCH: ActivityOptions = {
  ...SPARK_CONTROL,
  startToCloseTimeout: '10 minutes',
  cancellationType: 'TRY_CANCEL',
};
