/**
 * All activities, that is all I/O of the pipeline, in the order of the data flow.
 *
 * Each step has a folder. Below the steps are the systems that they use (`kafka`, `elasticsearch`) and the data that they
 * exchange (`contracts`).
 *
 * @module
 */
import type { Client } from '@elastic/elasticsearch';
import type { ReconcileRequest, RunReport } from './contracts/report';
import type { PipelinePlan } from './contracts/plan';
import { deployDashboards, type DashboardTarget } from './dashboards/deploy-dashboards';
import { indexSlice } from './indexing/index-slice';
import { redriveSlice, type RedriveSliceInput } from './indexing/redrive/redrive-slice';
import type { IndexSliceInput } from './indexing/slice';
import type { KafkaGateway } from './kafka';
import { parseInput, type ParseInputRequest, type TaskQueues } from './preparation/parse-input';
import { planRedrive } from './preparation/plan-redrive';
import { planReplay, type PlanReplayRequest } from './preparation/plan-replay';
import { prepareIndices, type PrepareIndicesInput } from './preparation/prepare-indices';
import { prepareTopics, topicEnds } from './preparation/prepare-topics';
import { reconcileRun } from './reconciliation/reconcile-run';
import { findRun, storeReport } from './reconciliation/run-reports';
import { dropMonths, type DropMonthsInput } from './retention/drop-months';
import { expireMonths, type ExpireMonthsRequest } from './retention/expire-months';
import { inspectFile } from './sources/inspect-file';
import { publishFileRange, type PublishFileRangeInput } from './sources/publish-file-range';
import { publishSimulatedRange, type PublishSimulatedRangeInput } from './sources/publish-simulated-range';
import { stopDriver } from './spark/driver-process';
import { heartbeatAndWait, submitSparkJob, type SparkDependencies } from './spark/submit-spark-job';
import type { StopSparkJobInput, SubmitSparkJobInput, WatchSparkJobInput } from './spark/types';
import { watchSparkJob } from './spark/watch-spark-job';

/** Connected clients and folders, owned by the worker process. */
export interface ActivityDependencies {
  readonly kafka: KafkaGateway;
  readonly elasticsearch: Client;
  readonly taskQueues: TaskQueues;
  readonly spark: SparkDependencies;
  /** Null if no Kibana is configured. */
  readonly dashboards: DashboardTarget | null;
  /** For files that exist only during one activity. */
  readonly scratchFolder: string;
  /** Fault injection; does nothing in production. */
  readonly crash: (point: string) => void;
}

/** The activity types; workflows import this type. */
export type Activities = ReturnType<typeof createActivities>;

// The list below is the return type.
// eslint-disable-next-line @typescript-eslint/explicit-module-boundary-types
export function createActivities(dependencies: ActivityDependencies) {
  const { kafka, elasticsearch, taskQueues, spark, dashboards } = dependencies;
  return {
    // Preparation. An exception of the synchronous `parseInput` must become a rejected promise.
    parseInput: (request: ParseInputRequest) =>
      Promise.resolve().then(() => parseInput(taskQueues, request, dashboards !== null)),
    prepareTopics: (plan: PipelinePlan) => prepareTopics(kafka, plan),
    topicEnds: (plan: PipelinePlan) => topicEnds(kafka, plan),
    prepareIndices: (input: PrepareIndicesInput) => prepareIndices(elasticsearch, input),
    planReplay: (request: PlanReplayRequest) => planReplay(kafka, taskQueues.io, request),
    planRedrive: (request: { readonly input: unknown }) => planRedrive(kafka, taskQueues.io, request),

    // Sources
    publishSimulatedRange: (input: PublishSimulatedRangeInput) => publishSimulatedRange(dependencies, input),
    inspectFile,
    publishFileRange: (input: PublishFileRangeInput) => publishFileRange(dependencies, input),

    // Spark
    submitSparkJob: (input: SubmitSparkJobInput) => submitSparkJob(spark, input),
    watchSparkJob: (input: WatchSparkJobInput) => watchSparkJob(spark.sparkState, input),
    stopSparkJob: ({ handle, graceMs }: StopSparkJobInput) => stopDriver(handle, graceMs, heartbeatAndWait),

    // Indexing
    indexSlice: (input: IndexSliceInput) => indexSlice(dependencies, input),
    redriveSlice: (input: RedriveSliceInput) => redriveSlice(dependencies, input),

    // Reconciliation
    reconcileRun: (request: ReconcileRequest) => reconcileRun(dependencies, request),
    storeReport: (input: { readonly report: RunReport }) => storeReport(elasticsearch, input),
    findRun: (request: { readonly input: unknown }) => findRun(elasticsearch, request),

    // Retention
    expireMonths: (request: ExpireMonthsRequest) => expireMonths(elasticsearch, request),
    dropMonths: (input: DropMonthsInput) => dropMonths(elasticsearch, input),

    // Dashboards
    deployDashboards: () => deployDashboards(dashboards),
  };
}
