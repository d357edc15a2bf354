import type { PipelinePlan } from '../../activities/contracts/plan';
import type { PreparedTopics } from '../../activities/preparation/prepare-topics';
import type { StageTotals } from '../control/progress';
import { PREPARATION, RECORD_WORK } from '../policies';
import type { ProgressBoard } from './progress-board';

/**
 * Recomputes the windows that hold readings of other runs too; to be called when all readings of the run are indexed.
 *
 * @returns the number of these windows
 */
export async function recomputeSharedWindows(
  plan: PipelinePlan,
  { start, end }: PreparedTopics,
  indexed: StageTotals,
  board: ProgressBoard,
): Promise<number> {
  const { run, startedAt, topics, aliases, rules, ioTaskQueue: taskQueue } = plan;
  const { activities } = board;
  const { topicEnds } = activities.proxy(PREPARATION);
  const { recomputeWindows } = activities.proxy({ ...RECORD_WORK, taskQueue });
  const { deadLetter: from } = rules.bounded ? end : start;
  const deadLetters =
    indexed.deadLetters === 0 ? null : { topic: topics.deadLetter, from, to: (await topicEnds(plan)).deadLetter };
  const { windowMs, measurements, protect } = rules;
  board.windowsRecomputed = await recomputeWindows({
    ...{ run, startedAt, windowMs, measurements, deadLetters, protectKeyFingerprint: protect?.keyFingerprint },
    ...{
      readings: aliases.readings,
      windows: aliases.windows,
      deadLetterIndex: aliases.deadLetters,
      windowsTopic: topics.windows,
      enrichedTopic: topics.enriched,
    },
  });
  return board.windowsRecomputed;
}
