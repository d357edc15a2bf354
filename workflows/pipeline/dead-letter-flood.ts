import type { PartitionOffsets } from '../../activities/contracts/offsets';
import type { PipelinePlan } from '../../activities/contracts/plan';
import type { DeadLetterFlood, ReconcileResult } from '../../activities/contracts/report';
import type { PreparedTopics } from '../../activities/preparation/prepare-topics';
import type { FailingActivities } from '../control/failing-activities';
import { PREPARATION } from '../policies';
import type { FloodSources } from './flood-watch';

/**
 * Returns how many records of a run became dead letters if those are more than `maxDeadLetterRatio` allows, or if nothing
 * was indexed since the others have no values; else null.
 */
export function deadLetterFlood(
  { maxDeadLetterRatio: maxRatio }: Pick<PipelinePlan, 'maxDeadLetterRatio'>,
  { deadLetters, indexed, expired, absent }: ReconcileResult,
): Omit<DeadLetterFlood, 'example'> | null {
  const records = indexed + expired + absent + deadLetters;
  const isNothingIndexed = absent > 0 && indexed + expired === 0;
  return isNothingIndexed || deadLetters > records * maxRatio ? { deadLetters, absent, records, maxRatio } : null;
}

/** For a flood while a run works: its processed records by the ends of the topics, and its dead letters by the index. */
export function floodSources(
  plan: PipelinePlan,
  { start, end }: PreparedTopics,
  activities: FailingActivities,
): FloodSources {
  const { topicEnds, deadLetterSummary } = activities.proxy(PREPARATION);
  const { aliases, run, rules, maxDeadLetterRatio: maxRatio } = plan;
  const before = rules.bounded ? end : start;
  return {
    maxRatio,
    counts: async () => {
      const { enriched, deadLetter } = await topicEnds(plan);
      const deadLetters = offsetsBetween(before.deadLetter, deadLetter);
      return { records: offsetsBetween(before.enriched, enriched) + deadLetters, deadLetters };
    },
    summary: async () => await deadLetterSummary({ alias: aliases.deadLetters, run }),
  };
}

function offsetsBetween(from: PartitionOffsets, to: PartitionOffsets): number {
  return Object.entries(to).reduce(
    (sum, [partition, end]) => sum + Number(BigInt(end) - BigInt(from[partition] ?? 0)),
    0,
  );
}
