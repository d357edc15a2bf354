import { allHandlersFinished, condition, continueAsNew, setHandler } from '@temporalio/workflow';
import { finishSignal } from '../messages';
import { TopicIndexer, type IndexTopicInput, type IndexTopicResult } from './topic-indexer';

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
