import { Context } from '@temporalio/activity';
import { WorkflowNotFoundError } from '@temporalio/client';
import { z } from 'zod';
import { pipelineFailure } from '../contracts/failures';

const progressSchema = z.object({ phase: z.string(), bounded: z.boolean() });

/**
 * Whether a run without end of a pipeline is open, and processes whatever comes to its raw topic from now on. A bounded run
 * processes only what it publishes itself, or what its topic held at its start.
 *
 * @throws ServiceUnavailable when Temporal or the pipeline's worker does not answer
 */
export async function followsRawTopic(name: string): Promise<boolean> {
  const handle = Context.current().client.workflow.getHandle(`pipeline/${name}`);
  try {
    const { status } = await handle.describe();
    if (status.name !== 'RUNNING') return false;
    const { phase, bounded } = progressSchema.parse(await handle.query('progress'));
    return !bounded && phase === 'running';
  } catch (error) {
    if (error instanceof WorkflowNotFoundError) return false;
    const reason = error instanceof Error ? error.message : String(error);
    const problem = `Temporal did not tell whether pipeline/${name} is running (${reason}); this is tried again.`;
    throw pipelineFailure('ServiceUnavailable', problem, { cause: error });
  }
}
