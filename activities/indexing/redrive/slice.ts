import { z } from 'zod';
import type { DeadLetterStage } from '../../contracts/record';
import type { PipelineAliases, PipelineTopics } from '../../contracts/plan';

export interface RedriveSliceInput {
  readonly choice: { readonly stage?: DeadLetterStage | undefined; readonly reasons?: readonly string[] | undefined };
  /** Only counts what would be done. */
  readonly dryRun: boolean;
  readonly topics: Pick<PipelineTopics, 'enriched' | 'windows' | 'deadLetter'>;
  readonly aliases: Pick<PipelineAliases, 'readings' | 'windows' | 'deadLetters'>;
  /** Of the dead-letter topic. */
  readonly partition: number;
  /** Decimal offsets, half-open. */
  readonly from: string;
  readonly to: string;
}

const count = z.number().optional();
const letterCountsSchema = z.object({
  /** Distinct ids; the sum of the others. */
  letters: z.number(),
  /** Their id is indexed, and was so before. */
  resolved: count,
  /** Published to the raw topic again, or indexed; in a dry run: would be tried. */
  redriven: count,
  /** Tried, and refused by the index; of what goes to the raw topic Spark decides later. */
  refusedAgain: count,
  /** Redriven as often as may be. */
  exhausted: count,
  /** Its record belongs to a month that is dropped. */
  expired: count,
  /** The record cannot be had again: see `isRestorable`. */
  notRedrivable: count,
});
/** What became of letters; a count of zero is left out. */
export type LetterCounts = Readonly<z.infer<typeof letterCountsSchema>>;
/** What becomes of one letter. */
export type RedriveOutcome = Exclude<keyof LetterCounts, 'letters'>;

export const sliceCountsSchema = z.object({
  /** By `<stage>:<reason>`. */
  byReason: z.record(z.string(), letterCountsSchema),
  /** Records whose id has no document (yet): nothing is known of how often they were redriven, so nothing is done. */
  unindexed: z.number(),
});
export type SliceCounts = Readonly<z.infer<typeof sliceCountsSchema>>;
