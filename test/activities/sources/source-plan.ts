import type { PipelinePlan } from '../../../activities/contracts/plan';
import { parseInput } from '../../../activities/preparation/parse-input';

/** The plan that the pipeline creates from an input. */
export function sourcePlan(input: unknown, { run = 'run-1', name = 'sources' } = {}): PipelinePlan {
  const queues = { io: 'pipeline-io', lanes: 'pipeline-lanes', host: 'pipeline-host-test' };
  return parseInput(queues, { input, workflowId: `pipeline/${name}`, run, startedAt: '2026-05-02T00:00:00.000Z' });
}
