import { allHandlersFinished, condition, continueAsNew, setHandler } from '@temporalio/workflow';
import type { PartitionOffsets } from '../activities/contracts/offsets';
import { finishSignal } from './messages';
import type { StageName, StageTotals } from './progress';
import { TopicIndexer, type CarriedIndexing } from './topic-indexer';

export interface IndexTopicInput {
  readonly stream: Exclude<StageName, 'source' | 'spark'>;
  readonly topic: string;
  readonly alias: string;
  /** Null for the dead-letter topic itself. */
  readonly deadLetterTopic: string | null;
  readonly ioTaskQueue: string;
  /** An idle partition is looked at again at least so often. */
  readonly maxIdleMs: number;
  /** The checkpoint: next offset per partition. */
  readonly next: PartitionOffsets;
  /** Where to end, where that is known from the start. */
  readonly until?: PartitionOffsets;
  /** Where the execution before this one stood. */
  readonly carried?: CarriedIndexing;
}

export interface IndexTopicResult {
  readonly next: PartitionOffsets;
  readonly totals: StageTotals;
  /** Offsets that a person passed over. */
  readonly skipped?: number;
}

/**
 * Indexes a topic, one loop per partition, until the offsets of the `finish` signal, or until it is cancelled.
 *
 * The checkpoint is the workflow's own state, carried from execution to execution. A partition whose work fails for
 * good is parked: shown with its reason, tried again where that may help, and never passed over but by a person.
 */
export async function indexTopic(input: IndexTopicInput): Promise<IndexTopicResult> {
  const indexer = new TopicIndexer(input);
  setHandler(finishSignal, (offsets) => {
    indexer.until = offsets;
  });
  await indexer.follow();
  if (!indexer.isFinished) {
    await condition(allHandlersFinished);
    await continueAsNew<typeof indexTopic>({ ...input, ...indexer.carried });
  }
  return await indexer.result();
}
