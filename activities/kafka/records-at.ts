import { boundsOf } from './read-range';
import type { IncomingRecord, KafkaGateway } from './types';

/** Records between two wanted ones that are read rather than a second range. */
const MAX_GAP = 1_000n;

/** Where a record is in its topic; `offset` is decimal. */
export interface RecordPlace {
  readonly partition: number;
  readonly offset: string;
}

/**
 * Reads single records of a topic, in few ranges if they are near each other.
 *
 * @returns by `<partition>:<offset>` those that the topic still has
 */
export async function recordsAt(
  kafka: Pick<KafkaGateway, 'offsets' | 'readRange'>,
  topic: string,
  places: readonly RecordPlace[],
  signal: AbortSignal,
): Promise<ReadonlyMap<string, IncomingRecord>> {
  const found = new Map<string, IncomingRecord>();
  if (places.length === 0) return found;
  const wanted = new Set(places.map(placeText));
  const log = await kafka.offsets(topic);
  for (const partition of new Set(places.map((place) => place.partition))) {
    const bounds = boundsOf(log, partition);
    const offsets = places
      .filter((place) => place.partition === partition)
      .map(({ offset }) => BigInt(offset))
      .filter((offset) => offset >= BigInt(bounds.start) && offset < BigInt(bounds.end));
    for (const { from, to } of rangesOf(offsets)) {
      await kafka.readRange({ topic, partition, from, to, bounds, signal }, (records) => {
        for (const record of records) if (wanted.has(placeText(record))) found.set(placeText(record), record);
      });
    }
  }
  return found;
}

export function placeText({ partition, offset }: RecordPlace): string {
  return `${partition}:${offset}`;
}

function rangesOf(offsets: readonly bigint[]): readonly { readonly from: string; readonly to: string }[] {
  const ranges: { from: bigint; to: bigint }[] = [];
  for (const offset of offsets.toSorted((one, other) => (one < other ? -1 : Number(one > other)))) {
    const last = ranges.at(-1);
    if (last !== undefined && offset - last.to <= MAX_GAP) last.to = offset + 1n;
    else ranges.push({ from: offset, to: offset + 1n });
  }
  return ranges.map(({ from, to }) => ({ from: String(from), to: String(to) }));
}
