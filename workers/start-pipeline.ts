import { setTimeout as sleep } from 'node:timers/promises';
import {
  Client,
  Connection,
  WorkflowFailedError,
  type WorkflowHandle,
  WorkflowNotFoundError,
} from '@temporalio/client';
import { ApplicationFailure } from '@temporalio/common';
import type { RunReport } from '../activities/contracts/report';
import type { streamingPipeline } from '../workflows';
import type { PipelineProgress } from '../workflows/control/progress';
import { addressesOf, type Config } from './config';

const POLL_MS = 1_000;

export interface StartPipelineRequest {
  /** The workflow id is `pipeline/<name>`. */
  readonly name: string;
  /** As the user gave it; undefined for the defaults. */
  readonly input: unknown;
  readonly onProgress: (progress: PipelineProgress) => void;
}

export interface PipelineRun {
  readonly workflowId: string;
  readonly runId: string;
  /** Null where the source has no end. */
  readonly report: RunReport | null;
}

/** A pipeline that did not come to its report; the message is the failure's own. */
export class PipelineFailed extends Error {
  override readonly name = 'PipelineFailed';
}

/**
 * Starts a pipeline, or joins the one that runs under that name already, and follows it to its end.
 *
 * @throws {@link PipelineFailed} when the workflow fails, is cancelled or terminated
 */
export async function startPipeline(config: Config, request: StartPipelineRequest): Promise<PipelineRun> {
  const connection = await Connection.connect({ address: addressesOf(config).temporal });
  try {
    const client = new Client({ connection, namespace: config.TEMPORAL_NAMESPACE });
    const workflowId = `pipeline/${request.name}`;
    const handle = await client.workflow.start<typeof streamingPipeline>('streamingPipeline', {
      taskQueue: config.PIPELINE_TASK_QUEUE,
      workflowId,
      workflowIdConflictPolicy: 'USE_EXISTING',
      staticSummary: `readings → pipeline.${request.name}.readings`,
      args: request.input === undefined ? [] : [request.input],
    });
    const report = await follow(handle, request.onProgress);
    return { workflowId, runId: handle.firstExecutionRunId, report };
  } finally {
    await connection.close();
  }
}

/** Goes on through whatever Temporal and the worker go through: only the end of the workflow ends it. */
async function follow(
  handle: WorkflowHandle<typeof streamingPipeline>,
  onProgress: (progress: PipelineProgress) => void,
): Promise<RunReport | null> {
  for (;;) {
    const ended = handle.result().then(
      (report) => ({ report }),
      (error: unknown) => ({ error }),
    );
    const end = await showUntil(ended, handle, onProgress);
    if ('report' in end) return end.report;
    const { error } = end;
    const isFinal = error instanceof WorkflowFailedError || error instanceof WorkflowNotFoundError;
    if (isFinal) throw new PipelineFailed(ownMessage(error), { cause: error });
    await sleep(POLL_MS);
  }
}

/** Shows progress every second until `ended` resolves. */
async function showUntil<T>(
  ended: Promise<T>,
  handle: WorkflowHandle<typeof streamingPipeline>,
  onProgress: (progress: PipelineProgress) => void,
): Promise<T> {
  for (;;) {
    // No answer while the worker starts or is being restarted: the next question may find it.
    const progress = await handle.query<PipelineProgress>('progress').catch(() => null);
    if (progress !== null) onProgress(progress);
    const end = await Promise.race([ended, sleep(POLL_MS)]);
    if (end !== undefined) return end;
  }
}

/** The message of our own failure: those above only say in which child it happened, those below what a client said. */
function ownMessage(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  const { cause } = error as { cause?: unknown };
  return error instanceof ApplicationFailure || !(cause instanceof Error) ? error.message : ownMessage(cause);
}
