import { setTimeout as sleep } from 'node:timers/promises';
import { pipelineFailure } from '../contracts/failures';
import { protocolErrorType } from './kafka-failure';
import type { Take } from './partition-reader';
import type { ReaderPool } from './reader-pool';
import type { KafkaGateway, PartitionBounds, ReadRangeRequest } from './types';

/** Small fetches keep memory flat: message values pin the whole response they came in. */
const FETCH_BYTES = 256 * 1024;
/**
 * Compaction leaves batches without a record in them. The client cannot step over such a one when the next is too large
 * to come whole in the same answer: it asks for the same offset again and again. This takes in any usual batch.
 */
const WIDE_FETCH_BYTES = 16 * 1024 * 1024;
const LOADING_TIMEOUT_MS = 20_000;
const LOADING_POLL_MS = 200;

/**
 * Reads a range to its end, which is reached by nothing but a batch that ends there, or stands there or beyond.
 *
 * A read that falls silent before is looked into: the log is asked again whether it holds the range, and read on with
 * fetches that no batch is too large for. Silent once more, it fails, to be tried again: what is missing may still be
 * there, for example behind a transaction that is open.
 */
export async function readRange(
  { readers, offsets }: { readonly readers: ReaderPool } & Pick<KafkaGateway, 'offsets'>,
  request: ReadRangeRequest,
  take: Take,
): Promise<void> {
  const { to } = request;
  let { from, bounds } = request;
  for (let maxFetchBytes = FETCH_BYTES; BigInt(from) < BigInt(to); maxFetchBytes = WIDE_FETCH_BYTES) {
    const rest = { ...request, from };
    assertInLog(rest, bounds ?? (await boundsOf(offsets, request)));
    const next = await onceGroupsAreLoaded(() => readers.read(rest, take, maxFetchBytes));
    if (next === from && maxFetchBytes === WIDE_FETCH_BYTES) throw silent(rest);
    from = next;
    bounds = undefined;
  }
}

/** A broker that has just started loads its groups first; the client waits for much, and not for that. */
async function onceGroupsAreLoaded<T>(read: () => Promise<T>): Promise<T> {
  const deadlineMs = Date.now() + LOADING_TIMEOUT_MS;
  for (;;) {
    try {
      return await read();
    } catch (error) {
      const isLoading = error instanceof Error && protocolErrorType(error.cause) === 'GROUP_LOAD_IN_PROGRESS';
      if (!isLoading || Date.now() > deadlineMs) throw error;
    }
    await sleep(LOADING_POLL_MS);
  }
}

async function boundsOf(
  offsets: KafkaGateway['offsets'],
  { topic, partition }: ReadRangeRequest,
): Promise<PartitionBounds> {
  const { start, end } = await offsets(topic);
  return { start: start[partition] ?? '0', end: end[partition] ?? '0' };
}

function assertInLog({ topic, partition, from, to }: ReadRangeRequest, { start, end }: PartitionBounds): void {
  if (BigInt(from) >= BigInt(start) && BigInt(to) <= BigInt(end)) return;
  throw pipelineFailure(
    'OffsetOutOfRange',
    `Topic ${topic} partition ${partition} holds offsets [${start}, ${end}), wanted [${from}, ${to}). ` +
      'Either retention removed records that were not read yet, or the topic was made anew.',
    { topic, partition, offset: from },
  );
}

function silent({ topic, partition, from, to }: ReadRangeRequest): Error {
  return pipelineFailure(
    'ServiceUnavailable',
    `Topic ${topic} partition ${partition} holds offsets [${from}, ${to}), but Kafka hands over none of them: ` +
      'its broker is too busy, or a transaction is open there. They are asked for again.',
    { topic, partition, offset: from },
  );
}
