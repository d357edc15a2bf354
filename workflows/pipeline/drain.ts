import type { PipelinePlan } from '../../activities/contracts/plan';
import type { PreparedTopics, TopicPositions } from '../../activities/preparation/prepare-topics';
import type { PipelineChildren } from './children';
import type { IndexTopicResult } from '../indexing/index-topic';
import { drainSignal, finishSignal } from '../messages';
import { PREPARATION } from '../policies';
import type { ProgressBoard } from './progress-board';
import type { RunSparkJobResult } from '../spark/run-spark-job';
import type { SourceResult } from '../sources/paced-source';

/** The results of the children of a bounded run, and the ends of the topics when they ended. */
export interface DrainedRun {
  readonly source: SourceResult | null;
  readonly spark: RunSparkJobResult;
  readonly readings: IndexTopicResult;
  readonly windows: IndexTopicResult;
  readonly deadLetters: IndexTopicResult;
  readonly ends: TopicPositions;
}

/**
 * Ends the children of a bounded run in the order of the flow: the end of each topic is taken after everything that
 * writes to it has ended.
 */
export async function drain(
  plan: PipelinePlan,
  prepared: PreparedTopics,
  children: PipelineChildren,
  board: ProgressBoard,
): Promise<DrainedRun> {
  const { spark, readings, windows, deadLetters } = children;
  const { topicEnds } = board.activities.proxy(PREPARATION);
  const source = (await children.source?.result()) ?? null;
  board.enter('draining');

  // Of a topic that others write, a bounded run processes what was there when it started.
  const isFixed = plan.source.kind === 'topic' && plan.rules.bounded;
  const raw = isFixed ? prepared.end.raw : (await topicEnds(plan)).raw;
  await spark.signal(drainSignal, raw);
  const processed = await spark.result();

  const ends = await topicEnds(plan);
  await Promise.all([readings.signal(finishSignal, ends.enriched), windows.signal(finishSignal, ends.windows)]);
  const [indexed, windowed] = await Promise.all([readings.result(), windows.result()]);

  const { deadLetter } = await topicEnds(plan);
  await deadLetters.signal(finishSignal, deadLetter);
  const rejected = await deadLetters.result();

  return {
    ...{ source, spark: processed, readings: indexed, windows: windowed, deadLetters: rejected },
    ends: { raw, enriched: ends.enriched, windows: ends.windows, deadLetter },
  };
}
