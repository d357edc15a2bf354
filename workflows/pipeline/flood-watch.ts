import { ActivityFailure, isCancellation, log, sleep } from '@temporalio/workflow';
import type { DeadLetterSummary } from '../../activities/contracts/report';
import { attentionTo, type Attention, type StageName, type StageTotals } from '../control/progress';
import { RecentCounts, type ProcessedCounts } from './recent-counts';

/** The stages report one after the other: what they report is compared with Kafka after this time. */
const CONFIRM_MS = 5_000;

/** What a watch asks outside of the workflow. */
export interface FloodSources {
  readonly maxRatio: number;
  /** Counts the readings and the dead letters of the run in Kafka. */
  readonly counts: () => Promise<Omit<ProcessedCounts, 'absent'>>;
  readonly summary: () => Promise<DeadLetterSummary>;
}

/**
 * Shows that more of the latest records became dead letters than `maxDeadLetterRatio` allows, and why, or that all others
 * have no value, while the pipeline goes on; no longer once enough later ones did not.
 */
export class FloodWatch {
  readonly #counts = new RecentCounts();
  #isConfirming = false;
  /** Readings that are dead letters too. */
  #refusedByIndex = 0;
  #attention: Attention | null = null;

  constructor(
    private readonly sources: FloodSources,
    private readonly changed: () => void,
  ) {}

  get attention(): readonly Attention[] {
    return this.#attention === null ? [] : [this.#attention];
  }

  observe({ readings, deadLetters: letters }: Readonly<Record<StageName, StageTotals>>): void {
    const deadLetters = letters.in + letters.lag;
    // What the index refused is among the readings already.
    this.#refusedByIndex = readings.deadLetters;
    const records = readings.in + readings.lag - this.#refusedByIndex + deadLetters;
    this.#counts.add({ records, deadLetters, absent: readings.absent });
    if (!this.#isFlood) this.#attention = null;
    else if (this.#attention === null && !this.#isConfirming) void this.#confirm();
  }

  get #isFlood(): boolean {
    const { records, deadLetters } = this.#counts.recent;
    return deadLetters > records * this.sources.maxRatio || this.#isNothingIndexed;
  }

  get #isNothingIndexed(): boolean {
    const { records, deadLetters, absent } = this.#counts.recent;
    return absent > 0 && absent + deadLetters >= records;
  }

  async #confirm(): Promise<void> {
    this.#isConfirming = true;
    try {
      await sleep(CONFIRM_MS);
      const { records, deadLetters } = await this.sources.counts();
      this.#counts.add({ records: records - this.#refusedByIndex, deadLetters, absent: 0 });
      if (this.#isFlood) await this.#show();
    } catch (error) {
      if (isCancellation(error)) return;
      if (!(error instanceof ActivityFailure)) throw error;
      log.warn('dead letters were not counted', { error });
    } finally {
      this.#isConfirming = false;
    }
  }

  async #show(): Promise<void> {
    const { byReason, example } = await this.sources.summary();
    const { records, deadLetters, absent } = this.#counts.recent;
    const reasons = Object.entries(byReason).map(([reason, count]) => `${reason} ${count}`);
    const most = this.#isNothingIndexed
      ? `None of the latest ${records} records is indexed: ${absent} have no value of any measurement, and ` +
        `${deadLetters} are dead letters; source.fields and source.long say where values stand`
      : `${deadLetters} of the latest ${records} records became dead letters, more than the maxDeadLetterRatio of ` +
        `${this.sources.maxRatio}`;
    const why = reasons.length === 0 ? '' : `: ${reasons.join(', ')}`;
    const reason = `${most}${why}.${example === null ? '' : ` The first: ${example}`}`;
    this.#attention = attentionTo({ stage: 'deadLetters', state: 'FLOODED', partition: null, reason });
    this.changed();
  }
}
