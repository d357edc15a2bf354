import type { TopicRange } from '../contracts/offsets';
import { pipelineFailure } from '../contracts/failures';
import type { KafkaGateway } from '../kafka';

type LogOffsets = Awaited<ReturnType<KafkaGateway['offsets']>>;

/**
 * Checks that the log contains a range, and that both ends of the range name the same partitions.
 *
 * @throws OffsetOutOfRange otherwise, with the offsets that the log contains
 */
export function assertInLog({ topic, from, to }: TopicRange, { start, end }: LogOffsets): void {
  const problems = Object.keys({ ...from, ...to }).filter((partition) => {
    const [first, next] = [from[partition], to[partition]];
    if (first === undefined || next === undefined || start[partition] === undefined) return true;
    const isInLog = BigInt(first) >= BigInt(start[partition]) && BigInt(next) <= BigInt(end[partition] ?? 0);
    return !isInLog || BigInt(first) > BigInt(next);
  });
  if (problems.length === 0) return;
  const ranges = problems.map((partition) => `${partition}: [${start[partition] ?? '-'}, ${end[partition] ?? '-'})`);
  throw pipelineFailure(
    'OffsetOutOfRange',
    `Topic ${topic} contains the offsets ${ranges.join(', ')}; expected from and to to lie within them in every partition.`,
    { topic },
  );
}
