import { CancellationScope, startChild, workflowInfo, type ChildWorkflowHandle } from '@temporalio/workflow';
import type { PipelinePlan } from '../../activities/contracts/plan';
import type { PreparedTopics } from '../../activities/preparation/prepare-topics';
import { SEARCH_ATTRIBUTES } from '../../activities/contracts/search-attributes';
import { memoForChild } from '../control/cli-options';
import { indexTopic, type IndexTopicInput } from '../indexing/index-topic';
import { proveRanges } from './prove-ranges';
import { replayFile } from '../sources/replay-file';
import { runSparkJob } from '../spark/run-spark-job';
import { simulateReadings } from '../sources/simulate-readings';

export interface PipelineChildren {
  /** Null if others write the raw topic. */
  readonly source: ChildWorkflowHandle<typeof simulateReadings | typeof replayFile> | null;
  readonly spark: ChildWorkflowHandle<typeof runSparkJob>;
  readonly readings: ChildWorkflowHandle<typeof indexTopic>;
  readonly windows: ChildWorkflowHandle<typeof indexTopic>;
  readonly deadLetters: ChildWorkflowHandle<typeof indexTopic>;
}

/** Starts Spark, which needs the topics alone: its JVM takes longer to start than the indices to be prepared. */
export async function startSpark(
  plan: PipelinePlan,
  { start, end }: PreparedTopics,
): Promise<PipelineChildren['spark']> {
  const { source, rules, topics } = plan;
  // A topic that others write is read from its beginning; what the run writes begins where the topic ended before.
  const rawFrom = source.kind === 'topic' ? start.raw : end.raw;
  const isFollowing = source.kind === 'topic' && !rules.bounded;
  return await startChild(runSparkJob, {
    ...partOptions(plan, `${topics.raw} → ${topics.enriched}, ${topics.windows}, ${topics.deadLetter}`),
    workflowId: `${workflowInfo().workflowId}/spark`,
    args: [{ plan, rawFrom: isFollowing ? 'earliest' : rawFrom, until: isFixed(plan) ? end.raw : null }],
  });
}

/** Whether the source is what a topic of others held when the run started. */
export function isFixed({ source, rules }: PipelinePlan): boolean {
  return source.kind === 'topic' && rules.bounded;
}

/** Starts the other children of a pipeline. Each has the id `<pipeline>/<part>` and ends with its parent. */
export async function startChildren(
  plan: PipelinePlan,
  { start, end }: PreparedTopics,
  spark: PipelineChildren['spark'],
): Promise<PipelineChildren> {
  const { rules, topics, aliases } = plan;
  const { workflowId } = workflowInfo();
  const startIndexer = (stream: IndexTopicInput['stream'], topic: 'enriched' | 'windows' | 'deadLetter') =>
    startChild(indexTopic, {
      ...partOptions(plan, `${topics[topic]} → ${aliases[stream]}`),
      workflowId: `${workflowId}/index/${stream}`,
      args: [
        {
          stream,
          topic: topics[topic],
          alias: aliases[stream],
          deadLetterTopic: stream === 'deadLetters' ? null : topics.deadLetter,
          mirrorGroup: aliases[stream],
          sink: plan.sink,
          maxDeadLetterRatio: stream === 'deadLetters' ? null : plan.maxDeadLetterRatio,
          laneTaskQueue: plan.laneTaskQueue,
          lanes: plan.lanes,
          isLive: !rules.bounded,
          // A run without end indexes again what is already there, which ids make harmless.
          next: (rules.bounded ? end : start)[topic],
          until: null,
        },
      ],
    });
  const [readings, windows, deadLetters] = await Promise.all([
    startIndexer('readings', 'enriched'),
    startIndexer('windows', 'windows'),
    startIndexer('deadLetters', 'deadLetter'),
  ]);
  return { spark, readings, windows, deadLetters, source: await startSource(plan) };
}

/** Starts the proof of a run without end, unless its input has none; it never ends by itself. */
export async function startProof(
  plan: PipelinePlan,
  prepared: PreparedTopics,
): Promise<readonly ChildWorkflowHandle<typeof proveRanges>[]> {
  const { prove = null, topics, aliases } = plan;
  if (prove === null) return [];
  const options = {
    ...partOptions(plan, `${topics.raw} = ${aliases.readings}, by ids`),
    workflowId: `${workflowInfo().workflowId}/proof`,
    args: [{ plan: { ...plan, prove }, prepared }],
  } as const;
  return [await CancellationScope.nonCancellable(() => startChild(proveRanges, options))];
}

async function startSource(plan: PipelinePlan): Promise<PipelineChildren['source']> {
  const workflowId = `${workflowInfo().workflowId}/source`;
  const options = {
    ...partOptions(plan, `${sourceText(plan.source)} → ${plan.topics.raw}`),
    workflowId,
    args: [{ plan }],
  } as const;
  if (plan.source.kind === 'topic') return null;
  return await (plan.source.kind === 'file' ? startChild(replayFile, options) : startChild(simulateReadings, options));
}

/** What all parts have in common, and a summary of what one moves where, for the Web UI and the CLI. */
function partOptions({ name, searchAttributes }: PipelinePlan, staticSummary: string) {
  return {
    // A cancelled child can still stop its Spark driver; a terminated one cannot.
    parentClosePolicy: 'REQUEST_CANCEL',
    staticSummary,
    ...memoForChild(),
    ...(searchAttributes && { typedSearchAttributes: [{ key: SEARCH_ATTRIBUTES.name, value: name }] }),
  } as const;
}

function sourceText(source: PipelinePlan['source']): string {
  if (source.kind === 'file') return source.path.slice(source.path.lastIndexOf('/') + 1);
  return source.kind === 'simulate' ? `${source.records ?? 'endless'} simulated readings` : 'a topic of others';
}
