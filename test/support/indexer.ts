import type { WorkflowHandle } from '@temporalio/client';
import type { ReconcileRequest, ReconcileResult } from '../../activities/contracts/report';
import type { indexTopic, IndexTopicInput } from '../../workflows/indexing/index-topic';
import type { PipelineDriver } from './pipeline-driver';

/** Starts the indexer of one stream of a published run, on the driver's task queue. */
export async function startIndexer(
  { temporal, taskQueue }: PipelineDriver,
  { scope, aliases }: ReconcileRequest,
  stream: 'readings' | 'windows',
  sink: IndexTopicInput['sink'] = 'direct',
): Promise<WorkflowHandle<typeof indexTopic>> {
  const { topic, from, to } = stream === 'readings' ? scope.enriched : scope.windows;
  const input: IndexTopicInput = {
    ...{ stream, topic, alias: aliases[stream], sink, laneTaskQueue: taskQueue },
    ...{ deadLetterTopic: null, mirrorGroup: null, maxDeadLetterRatio: null },
    ...{ lanes: 1, isLive: false, next: from, until: to },
  };
  const workflowId = `${scope.name}/index/${stream}`;
  return await temporal.workflow.start<typeof indexTopic>('indexTopic', { taskQueue, workflowId, args: [input] });
}

/** Proves a published run. */
export async function prove(
  { temporal, taskQueue }: PipelineDriver,
  request: ReconcileRequest,
): Promise<ReconcileResult> {
  const options = { taskQueue, workflowId: `reconcile/${request.scope.name}`, args: [{ request, taskQueue }] };
  return (await temporal.workflow.execute('reconcile', options)) as ReconcileResult;
}
