import { WorkflowExecutionAlreadyStartedError } from '@temporalio/common';
import {
  ActivityFailure,
  allHandlersFinished,
  CancellationScope,
  condition,
  executeChild,
  proxyLocalActivities,
  workflowInfo,
} from '@temporalio/workflow';
import type { Activities } from '../../activities';
import { pipelineFailure } from '../../activities/contracts/failures';
import type { PipelinePlan } from '../../activities/contracts/plan';
import type { RunReport } from '../../activities/contracts/report';
import type { PreparedTopics } from '../../activities/preparation/prepare-topics';
import { keepCliOptions, memoForChild } from '../control/cli-options';
import { CommandRouter } from '../control/command-router';
import { besideChildren, endChildren } from '../control/end-children';
import type { FailingActivities } from '../control/failing-activities';
import { reconcile } from '../operations/reconcile';
import { PARSING, PREPARATION } from '../policies';
import { startChildren, startProof, startSpark, type PipelineChildren } from './children';
import { deadLetterFlood, floodSources } from './dead-letter-flood';
import { drain, type DrainedRun } from './drain';
import { ProgressBoard } from './progress-board';
import { proofTaskQueue, reconcileRequest } from './proof';
import { protectionNotes, runReport } from './run-report';

const { parseInput } = proxyLocalActivities<Activities>(PARSING);
/** Kibana can take some minutes to start; a refusal that lasts longer is noted in the run's report. */
const DASHBOARD_ROUNDS = 4;

/** What a schedule appends to the workflow id: the time of the run. */
const SCHEDULED_TIME = /-\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}Z$/;

/**
 * Carries readings from a source through Kafka and Spark into Elasticsearch.
 *
 * A run of a bounded source is drained in order, proven and reported; that of an unbounded source, after the `stop` command.
 * Returns null after a `stop` without draining.
 * The workflow id is `pipeline/<name>`; `name` is the prefix of topics, indices and checkpoints. Started by a schedule, it
 * runs as a child with that id, which only one open run can have.
 *
 * @throws AlreadyRunning when a schedule starts it while another run of that name is open
 */
export async function streamingPipeline(input?: unknown): Promise<RunReport | null> {
  const { workflowId, firstExecutionRunId: run, startTime } = workflowInfo();
  if (SCHEDULED_TIME.test(workflowId)) return await runAs(workflowId.replace(SCHEDULED_TIME, ''), input);
  const plan = await parseInput({ input, workflowId, run, startedAt: startTime.toISOString() });
  keepCliOptions(plan.temporalOptions);
  const router = new CommandRouter();
  const board = new ProgressBoard(plan, router);
  const { prepareTopics, prepareIndices, deadLetterSummary, storeReport } = board.activities.proxy(PREPARATION);

  const prepared = await prepareTopics(plan);
  const spark = await CancellationScope.nonCancellable(() => startSpark(plan, prepared));
  const { aliases, index, rules, sink } = plan;
  const { measurements, bounded } = rules;
  const { notes } = await besideChildren([spark], () =>
    prepareIndices({ aliases, measurements, index, sink, bounded }),
  );
  board.watchFloods(floodSources(plan, prepared, board.activities));
  const dashboardNotes = deployed(plan, board.activities);
  const drained = await runChildren(plan, prepared, spark, board, router);
  if (drained === null) return null;

  board.enter('reconciling');
  const request = reconcileRequest(plan, prepared, drained);
  // As a child, so that its result has a history of its own.
  const proof = await executeChild(reconcile, {
    workflowId: `reconcile/${plan.name}/${run}`,
    ...memoForChild(),
    args: [{ request, taskQueue: proofTaskQueue(plan) }],
  });
  const counts = deadLetterFlood(plan, proof);
  const flood = counts && {
    ...counts,
    example: (await deadLetterSummary({ alias: aliases.deadLetters, run })).example,
  };
  const allNotes = [...notes, ...(await dashboardNotes), ...protectionNotes(plan, prepared), ...board.proofNotes];
  const report = runReport(plan, drained, request, proof, flood, allNotes);
  await storeReport({ report });
  board.enter('done');
  await condition(allHandlersFinished);
  return report;
}

async function runAs(workflowId: string, input: unknown): Promise<RunReport | null> {
  try {
    const args: [input?: unknown] = input === undefined ? [] : [input];
    return await executeChild(streamingPipeline, { workflowId, args, parentClosePolicy: 'REQUEST_CANCEL' });
  } catch (error) {
    if (!(error instanceof WorkflowExecutionAlreadyStartedError)) throw error;
    const problem = `${workflowId} is running: expected at most one run of a pipeline. Wait until it has ended, or cancel it.`;
    throw pipelineFailure('AlreadyRunning', problem);
  }
}

/**
 * Runs the children to their end. If one fails, or the pipeline is cancelled, all of them have ended when this throws.
 *
 * @returns null when an operator stopped the pipeline without draining it
 */
async function runChildren(
  plan: PipelinePlan,
  prepared: PreparedTopics,
  spark: PipelineChildren['spark'],
  board: ProgressBoard,
  router: CommandRouter,
): Promise<DrainedRun | null> {
  // A cancellation reaches them through `endChildren` alone.
  const children = await CancellationScope.nonCancellable(() => startChildren(plan, prepared, spark));
  board.enter('running');
  const { source, ...others } = children;
  const parts = source === null ? others : { source, ...others };
  router.attach(parts);
  const all = Object.values(parts);
  const proof = await startProof(plan, prepared);
  const draining = async (): Promise<DrainedRun> => {
    if (!plan.rules.bounded) await condition(() => router.stop !== null);
    await endChildren(proof);
    return await drain(plan, prepared, children, board);
  };
  const abandoned = condition(() => router.stop?.drain === false).then(() => null);
  let drained: readonly [DrainedRun, ...unknown[]] | null = null;
  try {
    drained = await Promise.race([Promise.all([draining(), ...all.map((child) => child.result())]), abandoned]);
  } finally {
    if (drained === null) await endChildren([...proof, ...all]);
  }
  return drained?.[0] ?? null;
}

/**
 * Imports the dashboards into the worker's Kibana, if it has one, while the run continues.
 *
 * @returns notes for the report; never throws
 */
async function deployed({ dashboards }: PipelinePlan, activities: FailingActivities): Promise<readonly string[]> {
  if (!dashboards) return [];
  const { deployDashboards } = activities.proxy(PREPARATION, DASHBOARD_ROUNDS);
  try {
    await deployDashboards();
    return [];
  } catch (error) {
    const reason = error instanceof ActivityFailure ? (error.cause?.message ?? error.message) : String(error);
    return [`The dashboards were not imported into Kibana: ${reason}`];
  }
}
