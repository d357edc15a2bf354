import type { PartitionOffsets } from '../contracts/offsets';
import type { TopicOffsets } from '../kafka';
import type { LostRecords } from './types';

/** How the job reports that its checkpoint is of another topic with the name of the raw topic. */
const RECREATED = /^TopicRecreated: (?<what>.+)$/s;

/** Returns that a driver has ended because its topic is another one by now; null if it has not. */
export function recreatedTopic(error: string | null): LostRecords | null {
  const what = RECREATED.exec(error ?? '')?.groups?.['what'];
  if (what === undefined) return null;
  return { type: 'TopicRecreated', message: `${what}. Resume to read the new topic from its beginning.` };
}

/**
 * Compares what a checkpoint reads next with what the topic has.
 *
 * @param next - offsets at which the next micro-batch starts
 * @param running - whether a driver works on it: it may have read what is removed and not have committed it yet
 */
export function lostRecords(
  topic: string,
  next: PartitionOffsets,
  { start, end }: TopicOffsets,
  running: boolean,
): LostRecords | null {
  for (const [partition, offset] of Object.entries(next)) {
    const place = `Topic ${topic} partition ${partition}`;
    const logEnd = end[partition] ?? '0';
    if (BigInt(offset) > BigInt(logEnd)) {
      return {
        type: 'TopicRecreated',
        message:
          `${place} ends at offset ${logEnd}, expected it to reach ${offset}, which Spark reads next: the topic was ` +
          'deleted and recreated. Resume to read the new topic from its beginning.',
      };
    }
    const logStart = start[partition] ?? '0';
    if (!running && BigInt(offset) < BigInt(logStart)) {
      return {
        type: 'OffsetOutOfRange',
        message:
          `${place} starts at offset ${logStart}, expected ${offset}, which Spark reads next: Kafka has removed ` +
          `${BigInt(logStart) - BigInt(offset)} offsets that were not read. Resume to continue without them.`,
      };
    }
  }
  return null;
}
