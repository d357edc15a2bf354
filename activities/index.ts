/**
 * All activities, that is all I/O of the pipeline, in the order of the data flow.
 *
 * Each step has a folder. Below the steps are the systems that they use (`kafka`, `elasticsearch`) and the data that they
 * exchange (`contracts`).
 *
 * @module
 */
import type { Client } from '@elastic/elasticsearch';
import type { Client as TemporalClient } from '@temporalio/client';
import { deployDashboards, type DashboardTarget } from './dashboards/deploy-dashboards';
import type { HttpServer } from './http/http-server';
import { indexLane } from './indexing/index-lane';
import { redriveSlice } from './indexing/redrive/redrive-slice';
import { inspectMasked } from './inspection/masked-account';
import { planInspection, type InspectionPlan } from './inspection/plan-inspection';
import type { KafkaGateway } from './kafka';
import { parseInput, type ParseInputRequest, type TaskQueues } from './preparation/parse-input';
import { planRedrive } from './preparation/plan-redrive';
import { planReplay } from './preparation/plan-replay';
import { prepareIndices } from './preparation/prepare-indices';
import { prepareTopics, topicEnds } from './preparation/prepare-topics';
import { followsRawTopic } from './preparation/raw-reader';
import { recomputeWindows } from './recomputation/recompute-windows';
import { closeRange } from './reconciliation/close-range';
import { deadLetterSummary } from './reconciliation/dead-letter-summary';
import { proveRange, proveRangeAgain } from './reconciliation/prove-range';
import { reconcileRun } from './reconciliation/reconcile-run';
import { findRun, storeReport } from './reconciliation/run-reports';
import { readProtectKey } from './protect-key';
import { dropMonths } from './retention/drop-months';
import { expireMonths } from './retention/expire-months';
import { inspectFile } from './sources/inspect-file';
import { publishFileRange } from './sources/publish-file-range';
import { publishSimulatedRange } from './sources/publish-simulated-range';
import { stopDriver } from './spark/driver-process';
import { heartbeatAndWait, submitSparkJob, type SparkDependencies } from './spark/submit-spark-job';
import type { StopSparkJobInput, WatchSparkJobInput } from './spark/types';
import { watchSparkJob } from './spark/watch-spark-job';

/** Connected clients and folders, owned by the worker process. */
export interface ActivityDependencies {
  readonly kafka: KafkaGateway;
  readonly elasticsearch: Client;
  /** Uses the worker's connection of that time: an activity may run on while it is replaced. */
  readonly temporal: () => TemporalClient;
  readonly taskQueues: TaskQueues;
  readonly spark: Omit<SparkDependencies, 'schemaRegistry' | 'protectKeyFile'>;
  /** Null if no Kibana is configured. */
  readonly dashboards: DashboardTarget | null;
  /** Confluent-compatible API of a schema registry; null if none is configured. */
  readonly schemaRegistry: HttpServer | null;
  /** Whether the namespace knows the search attributes of pipelines. */
  readonly searchAttributes: boolean;
  /** Options with which a `temporal` command reaches the server of this worker, each after a space. */
  readonly temporalOptions: string;
  /** Absolute path of the key of protected values; null if none is configured. */
  readonly protectKeyFile: string | null;
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
  const { kafka, elasticsearch, taskQueues, dashboards, schemaRegistry, protectKeyFile } = dependencies;
  const { searchAttributes, temporalOptions } = dependencies;
  const services = {
    kibana: dashboards !== null,
    schemaRegistry: schemaRegistry !== null,
    searchAttributes,
    temporalOptions,
  };
  const spark = { ...dependencies.spark, schemaRegistry, protectKeyFile };
  return {
    // Preparation
    parseInput: async (request: ParseInputRequest) =>
      parseInput(taskQueues, request, { ...services, protectKey: await protectKeyFacts(protectKeyFile) }),
    prepareTopics: prepareTopics.bind(null, kafka),
    topicEnds: topicEnds.bind(null, kafka),
    prepareIndices: prepareIndices.bind(null, elasticsearch),
    planReplay: planReplay.bind(null, kafka, { laneTaskQueue: taskQueues.lanes, temporalOptions }),
    planRedrive: planRedrive.bind(null, kafka, followsRawTopic, taskQueues.io),

    // Inspection
    planInspection: (request: { readonly input: unknown }): Promise<InspectionPlan> =>
      Promise.resolve().then(() => planInspection(taskQueues, request)),
    inspectSource: inspectMasked.bind(null, dependencies),

    // Sources
    publishSimulatedRange: publishSimulatedRange.bind(null, dependencies),
    inspectFile: inspectFile.bind(null, dependencies),
    publishFileRange: publishFileRange.bind(null, dependencies),

    // Spark
    submitSparkJob: submitSparkJob.bind(null, spark),
    watchSparkJob: (input: WatchSparkJobInput) => watchSparkJob({ kafka, ...spark }, input),
    stopSparkJob: ({ handle, graceMs }: StopSparkJobInput) => stopDriver(handle, graceMs, heartbeatAndWait),

    // Indexing
    indexLane: indexLane.bind(null, dependencies),
    redriveSlice: redriveSlice.bind(null, dependencies),

    // Recomputation
    recomputeWindows: recomputeWindows.bind(null, dependencies),

    // Reconciliation
    reconcileRun: reconcileRun.bind(null, dependencies),
    closeRange: closeRange.bind(null, dependencies),
    proveRange: proveRange.bind(null, dependencies),
    proveRangeAgain: proveRangeAgain.bind(null, dependencies),
    deadLetterSummary: deadLetterSummary.bind(null, elasticsearch),
    storeReport: storeReport.bind(null, elasticsearch),
    findRun: findRun.bind(null, elasticsearch),

    // Retention
    expireMonths: expireMonths.bind(null, elasticsearch),
    dropMonths: dropMonths.bind(null, elasticsearch),

    // Dashboards
    deployDashboards: deployDashboards.bind(null, dashboards),
  };
}

/** The key is needed only if the input protects anything, so what is wrong with it is told only then. */
async function protectKeyFacts(file: string | null): Promise<{ fingerprint: string } | { problem: string }> {
  return await readProtectKey(file).then(
    ({ fingerprint }) => ({ fingerprint }),
    (error: unknown) => ({ problem: error instanceof Error ? error.message : String(error) }),
  );
}
