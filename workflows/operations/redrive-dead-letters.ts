import type { TopicRange } from '../../activities/contracts/offsets';
import type { DeadLetterCounts } from '../../activities/indexing/redrive/redrive-batch';
import type { SliceCounts } from '../../activities/indexing/redrive/redrive-slice';
import type { LetterChoice } from '../../activities/preparation/plan-redrive';
import { operationActivities } from '../control/operation';
import { PREPARATION, RECORD_WORK } from '../policies';

/** Offsets of one activity: some minutes of work at most. */
const SLICE_RECORDS = 50_000n;

/** The dead-letter topic, the offsets that were read, and what was done with their dead letters. */
export interface RedriveResult extends SliceCounts, TopicRange {
  readonly dryRun: boolean;
  /** Of all reasons. */
  readonly total: DeadLetterCounts;
  /** Why some are left as they are, and what to do; absent if all can be redriven. */
  readonly note?: string;
  /** After a dry run: the input that redrives what was counted, over the same offsets. */
  readonly inputToRedrive?: LetterChoice & Pick<TopicRange, 'from' | 'to'> & { readonly dryRun: false };
}

/**
 * Retries dead letters that a corrected mapping or a changed pipeline may accept, each at most three times: those of
 * stage `parse` through the raw topic, those of stage `index` directly into the index.
 *
 * Without an open run that reads the raw topic, the former are left as they are, and the result says so.
 *
 * By default it only counts what would be done, and changes nothing. Repeating it is harmless.
 */
export async function redriveDeadLetters(input: unknown): Promise<RedriveResult> {
  const activities = operationActivities('redriveDeadLetters');
  const { planRedrive } = activities.proxy(PREPARATION);
  const { from, to, ioTaskQueue: taskQueue, ...slice } = await planRedrive({ input });
  const { redriveSlice } = activities.proxy({ ...RECORD_WORK, taskQueue });
  let counts: SliceCounts = { byReason: {}, unindexed: 0 };
  for (const [partition, end] of Object.entries(to)) {
    for (let next = from[partition] ?? '0'; BigInt(next) < BigInt(end);) {
      const isLast = BigInt(end) - BigInt(next) <= SLICE_RECORDS;
      const sliceEnd = isLast ? end : String(BigInt(next) + SLICE_RECORDS);
      counts = sum(counts, await redriveSlice({ ...slice, partition: Number(partition), from: next, to: sliceEnd }));
      next = sliceEnd;
    }
  }
  const { choice, dryRun, topics } = slice;
  const total = Object.values(counts.byReason).reduce(add, { deadLetters: 0 });
  const note = noteOf(choice.name, total);
  const result = { dryRun, ...counts, total, ...(note === null ? {} : { note }), topic: topics.deadLetter, from, to };
  return dryRun ? { ...result, inputToRedrive: { ...choice, from, to, dryRun: false } } : result;
}

function noteOf(name: string, { noReader = 0, notRetained = 0 }: DeadLetterCounts): string | null {
  const notes = [
    ...(noReader === 0 ? [] : [noReaderNote(name, noReader)]),
    ...(notRetained === 0 ? [] : [notRetainedNote(notRetained)]),
  ];
  return notes.length === 0 ? null : notes.join(' ');
}

function notRetainedNote(notRetained: number): string {
  return (
    `${notRetained} dead letters cannot be redriven: their pipeline protects values, so they keep none, and Kafka has deleted ` +
    'the records that they are of. Only their producer can send those again.'
  );
}

function noReaderNote(name: string, noReader: number): string {
  return (
    `${noReader} dead letters of stage parse are left as they are: they would go through the raw topic, and no run of ` +
    `pipeline/${name} without end is open to read it. Correct the input and start the pipeline again: it reads its ` +
    'source from the beginning, and what is indexed already does not change.'
  );
}

function sum(one: SliceCounts, other: SliceCounts): SliceCounts {
  const byReason = { ...one.byReason };
  for (const [reason, counts] of Object.entries(other.byReason)) {
    byReason[reason] = add(byReason[reason] ?? { deadLetters: 0 }, counts);
  }
  return { byReason, unindexed: one.unindexed + other.unindexed };
}

function add(one: DeadLetterCounts, other: DeadLetterCounts): DeadLetterCounts {
  const added: { -readonly [Name in keyof DeadLetterCounts]: DeadLetterCounts[Name] } = { ...one };
  for (const [name, count] of Object.entries(other) as [keyof DeadLetterCounts, number][]) {
    added[name] = (added[name] ?? 0) + count;
  }
  return added;
}
