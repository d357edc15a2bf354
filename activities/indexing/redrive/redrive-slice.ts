import { Context } from '@temporalio/activity';
import { z } from 'zod';
import type { IncomingRecord } from '../../kafka';
import type { IndexingDependencies } from '../index-slice';
import { readLetter, type Letter } from './letter';
import { RedriveBatch, type DecidedLetter } from './redrive-batch';
import { sliceCountsSchema, type LetterCounts, type RedriveSliceInput, type SliceCounts } from './slice';

const HEARTBEAT_MS = 2_000;
/** Ids of one question to Elasticsearch. */
const MAX_BATCH = 500;

const positionSchema = z.object({ next: z.string().regex(/^\d+$/), counts: sliceCountsSchema });
type Position = z.infer<typeof positionSchema>;

/**
 * Gives the dead letters of a range of the dead-letter topic another way through, batch by batch: of stage `parse` to
 * the raw topic, of stage `index` straight to the index.
 *
 * Of several letters of one id that one counts of which the document in the dead-letter index was made; the document
 * also knows how often it was redriven. A repeated attempt goes on at the last heartbeat: what it does twice changes
 * nothing, since ids are the records' own, but may be counted as resolved where it was the attempt before that did it.
 *
 * @throws OffsetOutOfRange when the log no longer holds the range
 * @throws ServiceUnavailable when Kafka or Elasticsearch does not answer
 * @throws IndexMisconfigured when Elasticsearch refuses for a reason that no document can mend
 */
export async function redriveSlice(
  { kafka, elasticsearch, crash }: IndexingDependencies,
  input: RedriveSliceInput,
): Promise<SliceCounts> {
  const context = Context.current();
  const { cancellationSignal: signal } = context;
  const position = resumePosition(context.info.heartbeatDetails, input);
  const beat = (): void => {
    context.heartbeat(position);
  };
  const batch = new RedriveBatch({ kafka, elasticsearch, context, signal, beat, input });
  const range = {
    topic: input.topics.deadLetter,
    partition: input.partition,
    from: position.next,
    to: input.to,
    signal,
  };
  const alive = setInterval(beat, HEARTBEAT_MS);
  try {
    await kafka.readRange(range, async (records) => {
      for (let at = 0; at < records.length; at += MAX_BATCH) {
        const some = records.slice(at, at + MAX_BATCH);
        const { decided, unindexed } = await batch.run(some.flatMap((record) => chosenLetter(record, input)));
        crash('redrive-before-heartbeat');
        position.next = String(BigInt(some.at(-1)?.offset ?? 0) + 1n);
        position.counts.unindexed += unindexed;
        for (const each of decided) count(position.counts.byReason, each);
        beat();
      }
    });
  } finally {
    clearInterval(alive);
  }
  return position.counts;
}

function chosenLetter(record: IncomingRecord, { choice: { stage, reasons } }: RedriveSliceInput): Letter[] {
  const letter = readLetter(record);
  if (letter === null) return [];
  const { content } = letter;
  if (stage !== undefined && content.stage !== stage) return [];
  return reasons === undefined || reasons.includes(content.reason) ? [letter] : [];
}

function count(byReason: Record<string, LetterCounts>, { letter, outcome }: DecidedLetter): void {
  const key = `${letter.content.stage}:${letter.content.reason}`;
  const counts = byReason[key] ?? { letters: 0 };
  byReason[key] = { ...counts, letters: counts.letters + 1, [outcome]: (counts[outcome] ?? 0) + 1 };
}

function resumePosition(details: unknown, { from }: RedriveSliceInput): Position {
  const resumed = positionSchema.safeParse(details);
  if (resumed.success && BigInt(resumed.data.next) >= BigInt(from)) return resumed.data;
  return { next: from, counts: { byReason: {}, unindexed: 0 } };
}
