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
import { dataConverterOf } from './codec/data-converter';
import type { Config } from './config';
import { temporalOptions } from './temporal-connection';

const POLL_MS = 1_000;

type OnProgress = (progress: PipelineProgress) => void;

export interface PipelineRun {
  readonly workflowId: string;
  readonly runId: string;
  /** Null if the source is unbounded. */
  readonly report: RunReport | null;
}

/** Thrown when a pipeline ends without a report; the message is that of the failure. */
export class PipelineFailed extends Error {
  override readonly name = 'PipelineFailed';
}

/**
 * Starts a pipeline, or joins the running one with that name, and waits until it is closed.
 *
 * @param input - not validated; undefined for the defaults
 * @param onProgress - called every second
 * @throws {@link PipelineFailed} when the workflow fails, is cancelled or terminated, or the key of its result is missing
 * @throws ConfigError when the file of keys cannot be read
 */
export async function startPipeline(
  config: Config,
  { name, input, onProgress }: { readonly name: string; readonly input: unknown; readonly onProgress: OnProgress },
): Promise<PipelineRun> {
  const dataConverter = dataConverterOf(config);
  const connection = await Connection.connect(temporalOptions(config));
  try {
    const client = new Client({ connection, namespace: config.TEMPORAL_NAMESPACE, dataConverter });
    const workflowId = `pipeline/${name}`;
    const handle = await client.workflow.start<typeof streamingPipeline>('streamingPipeline', {
      taskQueue: config.PIPELINE_TASK_QUEUE,
      workflowId,
      workflowIdConflictPolicy: 'USE_EXISTING',
      staticSummary: `readings → pipeline.${name}.readings`,
      args: input === undefined ? [] : [input],
    });
    const report = await follow(handle, onProgress);
    return { workflowId, runId: handle.firstExecutionRunId, report };
  } finally {
    await connection.close();
  }
}

/** Survives restarts of Temporal and the worker: returns only when the workflow is closed. */
async function follow(
  handle: WorkflowHandle<typeof streamingPipeline>,
  onProgress: OnProgress,
): Promise<RunReport | null> {
  for (;;) {
    const closed = handle.result().then(
      (report) => ({ report }),
      (error: unknown) => ({ error }),
    );
    let outcome: Awaited<typeof closed> | undefined;
    while (outcome === undefined) {
      // The query fails while the worker starts or restarts.
      const progress = await handle.query<PipelineProgress>('progress').catch(() => null);
      if (progress !== null) onProgress(progress);
      outcome = await Promise.race([closed, sleep(POLL_MS, undefined)]);
    }
    if ('report' in outcome) return outcome.report;
    const { error } = outcome;
    const isUnreadable = error instanceof ApplicationFailure;
    const isFinal = isUnreadable || error instanceof WorkflowFailedError || error instanceof WorkflowNotFoundError;
    if (isFinal) throw new PipelineFailed(applicationMessage(error), { cause: error });
    await sleep(POLL_MS);
  }
}

/** Returns the message of the application failure in the cause chain; the others are generic or a client's own. */
function applicationMessage(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  const { cause } = error as { cause?: unknown };
  return error instanceof ApplicationFailure || !(cause instanceof Error) ? error.message : applicationMessage(cause);
}
