import { proxyActivities } from '@temporalio/workflow';
import type { Activities } from '../../activities';
import type { PipelinePlan } from '../../activities/contracts/plan';
import type { TopicPositions } from '../../activities/preparation/prepare-topics';
import type { PipelineChildren } from './children';
import type { IndexTopicResult } from '../indexing/topic-indexer';
import { drainSignal, finishSignal } from '../messages';
import { PREPARATION } from '../policies';
import type { ProgressBoard } from './progress-board';
import type { RunSparkJobResult } from '../spark/run-spark-job';
import type { SourceResult } from '../sources/simulate-readings';

const { topicEnds } = proxyActivities<Activities>(PREPARATION);

/** What the children of a bounded run say when they have ended, and where the topics ended with them. */
export interface DrainedRun {
  readonly source: SourceResult | null;
  readonly spark: RunSparkJobResult;
  readonly readings: IndexTopicResult;
  readonly windows: IndexTopicResult;
  readonly deadLetters: IndexTopicResult;
  readonly ends: TopicPositions;
}

/** Ends the children of a bounded run in the order in which records flow, each at an end that was taken afterwards. */
export async function drain(plan: PipelinePlan, children: PipelineChildren, board: ProgressBoard): Promise<DrainedRun> {
  const { spark, readings, windows, deadLetters } = children;
  const source = await children.source?.result();
  board.enter('draining');

  const rawEnd = children.rawEnd ?? (await topicEnds(plan)).raw;
  await spark.signal(drainSignal, rawEnd);
  const processed = await spark.result();

  const ends = await topicEnds(plan);
  await Promise.all([readings.signal(finishSignal, ends.enriched), windows.signal(finishSignal, ends.windows)]);
  const [indexed, windowed] = await Promise.all([readings.result(), windows.result()]);

  const { deadLetter: deadLetterEnd } = await topicEnds(plan);
  await deadLetters.signal(finishSignal, deadLetterEnd);
  const buried = await deadLetters.result();

  return {
    source: source ?? null,
    spark: processed,
    readings: indexed,
    windows: windowed,
    deadLetters: buried,
    ends: { raw: rawEnd, enriched: ends.enriched, windows: ends.windows, deadLetter: deadLetterEnd },
  };
}
