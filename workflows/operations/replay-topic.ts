import { CancellationScope, isCancellation, startChild, workflowInfo } from '@temporalio/workflow';
import type { TopicRange } from '../../activities/contracts/offsets';
import { indexTopic, type IndexTopicInput } from '../indexing/index-topic';
import { keepCliOptions, memoForChild } from '../control/cli-options';
import { endChildren } from '../control/end-children';
import { operationActivities } from '../control/operation';
import { nominalTime } from './nominal-time';
import { PREPARATION } from '../policies';
import type { StageTotals } from '../control/progress';

export interface ReplayResult extends TopicRange {
  readonly totals: StageTotals;
}

/**
 * Reads a part of a pipeline's topic again and indexes it in place: an offset range, or a time window that ends at the
 * nominal time of the schedule, or at the start of the workflow.
 *
 * Documents that are already correct stay unchanged, because each record has its id. Live indexing can run meanwhile.
 */
export async function replayTopic(input: unknown): Promise<ReplayResult> {
  const { planReplay } = operationActivities('replayTopic').proxy(PREPARATION);
  const { from, to, temporalOptions, ...place } = await planReplay({ input, endsAt: nominalTime().toISOString() });
  keepCliOptions(temporalOptions);
  const indexing: IndexTopicInput = {
    ...place,
    ...{ sink: 'direct', mirrorGroup: null, maxDeadLetterRatio: null },
    ...{ lanes: 1, isLive: false, next: from, until: to },
  };
  // A cancellation reaches it through `endChildren` alone.
  const child = await CancellationScope.nonCancellable(() =>
    startChild(indexTopic, {
      workflowId: `${workflowInfo().workflowId}/index/${place.stream}`,
      parentClosePolicy: 'REQUEST_CANCEL',
      args: [indexing],
      ...memoForChild(),
    }),
  );
  try {
    const { totals } = await Promise.race([child.result(), CancellationScope.current().cancelRequested]);
    return { topic: place.topic, from, to, totals };
  } catch (error) {
    if (isCancellation(error)) await endChildren([child]);
    throw error;
  }
}
