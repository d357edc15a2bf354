import { Context } from '@temporalio/activity';
import { z } from 'zod';
import type { DeadLetterStage } from '../../contracts/record';
import { lastHeartbeat } from '../../heartbeat';
import type { IncomingRecord } from '../../kafka';
import type { IndexingDependencies } from '../index-lane';
import { readDeadLetter, type DeadLetter } from './dead-letter';
import { deadLetterCountsSchema, RedriveBatch, type DeadLetterCounts } from './redrive-batch';
import type { RedrivenDeadLetter, RedriveTarget } from './redrive-batch';

const HEARTBEAT_MS = 2_000;
/** Ids of one request to Elasticsearch. */
const MAX_BATCH = 500;

export interface RedriveSliceInput extends RedriveTarget {
  readonly choice: { readonly stage?: DeadLetterStage | undefined; readonly reasons?: readonly string[] | undefined };
  /** Of the dead-letter topic. */
  readonly partition: number;
  /** Decimal offsets, half-open. */
  readonly from: string;
  readonly to: string;
}

const sliceCountsSchema = z.object({
  /** By `<stage>:<reason>`. */
  byReason: z.record(z.string(), deadLetterCountsSchema),
  /** Records whose id has no document (yet): nothing is done, since how often they were redriven is unknown. */
  unindexed: z.number(),
});
export type SliceCounts = Readonly<z.infer<typeof sliceCountsSchema>>;

const positionSchema = z.object({ next: z.string().regex(/^\d+$/), counts: sliceCountsSchema });

/**
 * Redrives the dead letters of a range of the dead-letter topic, batch by batch: those of stage `parse` to the raw
 * topic, those of stage `index` straight to the index.
 *
 * Of several dead letters with one id, only the one counts whose document is in the dead-letter index; the document also
 * has the number of redrives. A retry resumes at the last heartbeat. Redriving twice changes nothing, since ids are the
 * records' own, but what the earlier attempt did may be counted as resolved.
 *
 * @throws OffsetOutOfRange when the log no longer has the range
 * @throws ServiceUnavailable when Kafka or Elasticsearch does not answer
 * @throws IndexMisconfigured when Elasticsearch rejects items for a reason other than the document
 */
export async function redriveSlice(
  { kafka, elasticsearch, protectKeyFile, crash }: IndexingDependencies,
  input: RedriveSliceInput,
): Promise<SliceCounts> {
  const context = Context.current();
  const { sleep: pause, cancellationSignal: signal } = context;
  const { partition, from, to, topics } = input;
  const position = lastHeartbeat(positionSchema) ?? { next: from, counts: { byReason: {}, unindexed: 0 } };
  const heartbeat = (): void => {
    context.heartbeat(position);
  };
  const batch = new RedriveBatch({
    ...{ kafka, elasticsearch, protectKeyFile, pause, signal, heartbeat },
    target: input,
  });
  const range = { topic: topics.deadLetter, partition, from: position.next, to, signal };
  const timer = setInterval(heartbeat, HEARTBEAT_MS);
  try {
    await kafka.readRange(range, async (records) => {
      for (let at = 0; at < records.length; at += MAX_BATCH) {
        const some = records.slice(at, at + MAX_BATCH);
        const { redriven, unindexed } = await batch.run(some.flatMap((record) => chosenDeadLetter(record, input)));
        crash('redrive-before-heartbeat');
        position.next = String(BigInt(some.at(-1)?.offset ?? 0) + 1n);
        position.counts.unindexed += unindexed;
        for (const each of redriven) addCount(position.counts.byReason, each);
        heartbeat();
      }
    });
  } finally {
    clearInterval(timer);
  }
  return position.counts;
}

function chosenDeadLetter(record: IncomingRecord, { choice: { stage, reasons } }: RedriveSliceInput): DeadLetter[] {
  const deadLetter = readDeadLetter(record);
  if (deadLetter === null) return [];
  const { content } = deadLetter;
  if (stage !== undefined && content.stage !== stage) return [];
  return reasons === undefined || reasons.includes(content.reason) ? [deadLetter] : [];
}

function addCount(byReason: Record<string, DeadLetterCounts>, { deadLetter, outcome }: RedrivenDeadLetter): void {
  const key = `${deadLetter.content.stage}:${deadLetter.content.reason}`;
  const counts = byReason[key] ?? { deadLetters: 0 };
  byReason[key] = { ...counts, deadLetters: counts.deadLetters + 1, [outcome]: (counts[outcome] ?? 0) + 1 };
}
