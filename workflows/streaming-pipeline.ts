import { CancellationScope, proxyActivities, proxyLocalActivities, workflowInfo } from '@temporalio/workflow';
import type { Activities } from '../activities';
import type { PipelinePlan } from '../activities/contracts/plan';
import type { RunReport } from '../activities/contracts/report';
import type { PreparedTopics } from '../activities/preparation/prepare-topics';
import { startChildren } from './children';
import { drain, type DrainedRun } from './drain';
import { PARSING, PREPARATION } from './policies';
import { ProgressBoard } from './progress-board';
import { proveRun, reconcileRequest } from './prove-run';
import { runReport } from './run-report';

const { parseInput } = proxyLocalActivities<Activities>(PARSING);
const { prepareTopics, prepareIndices, storeReport } = proxyActivities<Activities>(PREPARATION);

/**
 * Carries readings from a source through Kafka and Spark into Elasticsearch.
 *
 * A bounded source is drained in order, reconciled and reported; a source without end runs until it is cancelled.
 * The workflow id is `pipeline/<name>`; `name` prefixes topics, indices and checkpoints.
 */
export async function streamingPipeline(input?: unknown): Promise<RunReport | null> {
  const { workflowId, firstExecutionRunId: run, startTime } = workflowInfo();
  const plan = await parseInput({ input, workflowId, run, startedAt: startTime.toISOString() });
  const board = new ProgressBoard(plan);

  const prepared = await prepareTopics(plan);
  const { notes } = await prepareIndices({ aliases: plan.aliases, measurements: plan.rules.measurements });
  const drained = await runChildren(plan, prepared, board);
  if (drained === null) return null;

  board.enter('reconciling');
  const request = reconcileRequest(plan, prepared, drained);
  const proof = await proveRun(plan, request);
  const report = runReport(plan, drained, request, proof, notes, Date.now());
  await storeReport({ report });
  board.enter('done');
  return report;
}

/** Runs the children to their end; should one fail, or the pipeline be cancelled, none is left when this throws. */
async function runChildren(
  plan: PipelinePlan,
  prepared: PreparedTopics,
  board: ProgressBoard,
): Promise<DrainedRun | null> {
  const scope = new CancellationScope();
  const children = await scope.run(() => startChildren(plan, prepared));
  board.enter('running');
  const { source, spark, indexers } = children;
  const ends = [source, spark, ...indexers].flatMap((child) => child?.result() ?? []);
  try {
    const [drained] = await Promise.all([plan.rules.bounded ? drain(plan, children, board) : null, ...ends]);
    return drained;
  } catch (error) {
    scope.cancel();
    await CancellationScope.nonCancellable(() => Promise.allSettled(ends));
    throw error;
  }
}
