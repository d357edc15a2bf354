import { proxyActivities, proxyLocalActivities, workflowInfo } from '@temporalio/workflow';
import type { Activities } from '../activities';
import type { RunReport } from '../activities/contracts/report';
import { startChildren } from './children';
import { drain } from './drain';
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
  const children = await startChildren(plan, prepared);
  board.enter('running');

  const all = [children.source, children.spark, ...children.indexers].flatMap((child) => child?.result() ?? []);
  if (!plan.rules.bounded) {
    await Promise.all(all);
    return null;
  }
  // A child that fails ends the wait for the others.
  const [drained] = await Promise.all([drain(plan, children, board), ...all]);

  board.enter('reconciling');
  const request = reconcileRequest(plan, prepared, drained);
  const proof = await proveRun(plan, request);
  const report = runReport(plan, drained, request, proof, notes, Date.now());
  await storeReport({ report });
  board.enter('done');
  return report;
}
