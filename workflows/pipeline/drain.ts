import type { PipelinePlan } from '../../activities/contracts/plan';
import type { PreparedTopics, TopicPositions } from '../../activities/preparation/prepare-topics';
import { isFixed, type PipelineChildren } from './children';
import type { IndexTopicResult } from '../indexing/index-topic';
import { drainSignal, finishSignal } from '../messages';
import { PREPARATION } from '../policies';
import type { ProgressBoard } from './progress-board';
import { recomputeSharedWindows } from './recomputation';
import type { RunSparkJobResult } from '../spark/run-spark-job';
import type { SourceResult } from '../sources/paced-source';

/** The results of the children of a bounded run, and the ends of the topics when they ended. */
export interface DrainedRun {
  readonly source: SourceResult | null;
  readonly spark: RunSparkJobResult;
  readonly readings: IndexTopicResult;
  readonly windows: IndexTopicResult;
  readonly deadLetters: IndexTopicResult;
  /** Windows that hold readings of other runs too. */
  readonly windowsRecomputed: number;
  readonly ends: TopicPositions;
}

/**
 * Ends the children of a bounded run in the order of the flow: the end of each topic is taken after everything that
 * writes to it has ended. To the windows topic, that is the recomputation from the indexed readings.
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

  // Of a topic that others write, a bounded run processes what was there when it started, which Spark knows.
  const raw = isFixed(plan) ? prepared.end.raw : (await topicEnds(plan)).raw;
  if (!isFixed(plan)) await spark.signal(drainSignal, raw);
  const processed = await spark.result();

  const { enriched, windows: windowsOfSpark } = await topicEnds(plan);
  await readings.signal(finishSignal, enriched);
  const sharesWindows = plan.windowIdPrefix === '';
  if (!sharesWindows) await windows.signal(finishSignal, windowsOfSpark);
  const indexed = await readings.result();
  const windowsRecomputed = sharesWindows ? await recomputeSharedWindows(plan, prepared, indexed.totals, board) : 0;
  const windowsEnd = windowsRecomputed > 0 ? (await topicEnds(plan)).windows : windowsOfSpark;
  if (sharesWindows) await windows.signal(finishSignal, windowsEnd);
  const windowed = await windows.result();

  const { deadLetter } = await topicEnds(plan);
  await deadLetters.signal(finishSignal, deadLetter);
  const rejected = await deadLetters.result();

  return {
    ...{ source, spark: processed, readings: indexed, windows: windowed, deadLetters: rejected },
    windowsRecomputed,
    ends: { raw, enriched, windows: windowsEnd, deadLetter },
  };
}
