import type { Judgement } from './oracle';

/** Result of one fault case: a row of the table. */
export interface FaultResult {
  readonly name: string;
  readonly judgement: Judgement;
  /** Number of the pipeline's counters that differ from what the oracle counted. */
  readonly wrongCounters: number;
  /** Result of the pipeline's own proof. */
  readonly reconciled: boolean;
  /** Number of documents sent beyond one per record. */
  readonly sentAgain: number;
  /** Whether the case allows `sentAgain` above 0. */
  readonly maySendAgain: boolean;
  readonly attempts: number;
  readonly seconds: number;
  /** Whether the fault really occurred, and affected work if the case requires that. */
  readonly hit: boolean;
}

export function isClean(result: FaultResult): boolean {
  const { judgement, wrongCounters, reconciled, hit, sentAgain, maySendAgain } = result;
  const { lost, twice, altered } = judgement;
  if (sentAgain > 0 && !maySendAgain) return false;
  return lost.length + twice.length + altered.length + wrongCounters === 0 && reconciled && hit;
}
