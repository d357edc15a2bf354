import { z } from 'zod';
import type { PartitionOffsets } from '../contracts/offsets';
import { pipelineFailure } from '../contracts/failures';
import type { KafkaGateway } from '../kafka';

export const offsetsSchema = z.record(
  z.string().regex(/^\d+$/, 'expected a partition number'),
  z.string().regex(/^\d{1,19}$/, 'expected an offset, as a string of digits'),
);

interface Offsets {
  readonly from: PartitionOffsets;
  readonly to: PartitionOffsets;
}

/**
 * Sees to it that the log holds a range, and that it names the same partitions at both ends.
 *
 * @throws OffsetOutOfRange when it does not, with what it holds
 */
export function assertHeld(
  topic: string,
  { from, to }: Offsets,
  held: Awaited<ReturnType<KafkaGateway['offsets']>>,
): void {
  const { start, end } = held;
  const problems = Object.keys({ ...from, ...to }).filter((partition) => {
    const [first, next] = [from[partition], to[partition]];
    if (first === undefined || next === undefined || start[partition] === undefined) return true;
    const isHeld = BigInt(first) >= BigInt(start[partition]) && BigInt(next) <= BigInt(end[partition] ?? 0);
    return !isHeld || BigInt(first) > BigInt(next);
  });
  if (problems.length === 0) return;
  const ranges = problems.map((partition) => `${partition}: [${start[partition] ?? '-'}, ${end[partition] ?? '-'})`);
  throw pipelineFailure(
    'OffsetOutOfRange',
    `Topic ${topic} holds the offsets ${ranges.join(', ')}; expected from and to to lie within them in every partition.`,
    { topic },
  );
}
