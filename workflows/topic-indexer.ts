import { condition, proxyActivities, workflowInfo } from '@temporalio/workflow';
import type { Activities } from '../activities';
import type { PartitionOffsets } from '../activities/contracts/offsets';
import type { IndexSliceResult } from '../activities/indexing/index-slice';
import { Controls, type CarriedControls } from './controls';
import { Parking } from './parking';
import { INDEXING, MAX_HISTORY_EVENTS } from './policies';
import { add, NO_TOTALS, type Attention, type StageName, type StageTotals } from './progress';
import { Telling } from './telling';

/** Offsets of one activity: some seconds of work, so that progress shows and a history stays short. */
const SLICE_RECORDS = 20_000;
const FIRST_IDLE_MS = 1_000;

export interface IndexTopicInput {
  readonly stream: Exclude<StageName, 'source' | 'spark'>;
  readonly topic: string;
  readonly alias: string;
  /** Null for the dead-letter topic itself. */
  readonly deadLetterTopic: string | null;
  readonly ioTaskQueue: string;
  /** An idle partition is looked at again at least so often. */
  readonly maxIdleMs: number;
  /** The checkpoint: next offset per partition. */
  readonly next: PartitionOffsets;
  /** Where to end, where that is known from the start. */
  readonly until?: PartitionOffsets;
  /** Where the execution before this one stood. */
  readonly carried?: CarriedIndexing;
}

export interface IndexTopicResult {
  readonly next: PartitionOffsets;
  readonly totals: StageTotals;
  /** Offsets that a person passed over. */
  readonly skipped?: number;
}

/** What an execution hands to the next beside the checkpoint. */
export interface CarriedIndexing {
  readonly until: PartitionOffsets | null;
  readonly totals: StageTotals;
  readonly startedMs: number;
  readonly skipped?: number;
  readonly controls?: CarriedControls;
}

function fresh(until: PartitionOffsets | undefined): CarriedIndexing {
  return { until: until ?? null, totals: NO_TOTALS, startedMs: Date.now() };
}

/** One topic on its way into one index: a loop per partition over a checkpoint that moves slice by slice. */
export class TopicIndexer {
  /** Where to end; null while more may come. */
  until: PartitionOffsets | null;
  readonly #next: Record<string, string>;
  readonly #lags: Record<string, number> = {};
  readonly #startedMs: number;
  #totals: StageTotals;
  #skipped: number;
  readonly #controls: Controls;
  readonly #parking: Parking;
  readonly #telling: Telling;
  readonly #indexSlice: Activities['indexSlice'];

  constructor(private readonly input: IndexTopicInput) {
    const { stream, ioTaskQueue: taskQueue } = input;
    const { until, totals, startedMs, skipped = 0, controls } = input.carried ?? fresh(input.until);
    this.#next = { ...input.next };
    this.#startedMs = startedMs;
    this.until = until;
    this.#totals = totals;
    this.#skipped = skipped;
    this.#indexSlice = proxyActivities<Activities>({ ...INDEXING, taskQueue }).indexSlice;
    const changed = (): Promise<void> => this.#telling.now();
    const resumed = (): void => {
      this.#parking.release();
    };
    this.#parking = new Parking(stream, { changed, giveUp: () => this.#isFull });
    const skip = (wanted: { readonly partition: string; readonly to: string }): string | null => this.#skip(wanted);
    this.#controls = new Controls(stream, { skip, resumed, changed }, controls);
    this.#telling = new Telling(
      stream,
      this.#startedMs,
      () => this.#totals,
      () => this.#attention,
    );
  }

  get isFinished(): boolean {
    return Object.keys(this.#next).every((partition) => this.#isFinished(partition));
  }

  get carried(): { readonly next: PartitionOffsets; readonly carried: CarriedIndexing } {
    const standing = { until: this.until, totals: this.#totals, startedMs: this.#startedMs, skipped: this.#skipped };
    return { next: this.#next, carried: { ...standing, controls: this.#controls.carried } };
  }

  /** Ends when every partition is finished, or when the history is long enough for a new execution. */
  async follow(): Promise<void> {
    await Promise.all(Object.keys(this.#next).map((partition) => this.#followPartition(partition)));
  }

  async result(): Promise<IndexTopicResult> {
    await this.#telling.now();
    return { next: this.#next, totals: this.#totals, skipped: this.#skipped };
  }

  async #followPartition(partition: string): Promise<void> {
    let idleMs = FIRST_IDLE_MS;
    while (!this.#isFinished(partition) && !this.#isFull) {
      if (this.#controls.paused) {
        await this.#controls.untilResumed(() => this.#isFull);
        continue;
      }
      const bound = this.until;
      const from = this.#next[partition] ?? '0';
      const slice = await this.#parking.attempt(partition, () => this.#slice(partition, from));
      if (slice === null) continue;
      this.#account(partition, from, slice);
      await this.#telling.sometimes();
      if (slice.next !== from) {
        idleMs = FIRST_IDLE_MS;
      } else if (this.until === bound) {
        await condition(() => this.until !== bound, idleMs);
        idleMs = Math.min(idleMs * 2, this.input.maxIdleMs);
      }
    }
  }

  async #slice(partition: string, from: string): Promise<IndexSliceResult> {
    const { topic, alias, deadLetterTopic } = this.input;
    const range = { topic, partition: Number(partition), from, until: this.until?.[partition] ?? null };
    return await this.#indexSlice({ ...range, maxRecords: SLICE_RECORDS, alias, deadLetterTopic });
  }

  #account(partition: string, from: string, { next, end, counts }: IndexSliceResult): void {
    // A person may have skipped ahead meanwhile.
    if (this.#next[partition] === from) this.#next[partition] = next;
    this.#lags[partition] = Number(BigInt(end) - BigInt(next));
    const lag = Object.values(this.#lags).reduce((sum, waiting) => sum + waiting, 0);
    const { read, indexed: out, ...more } = counts;
    this.#totals = add(this.#totals, { in: read, out, ...more }, lag, Date.now());
  }

  #skip({ partition, to }: { readonly partition: string; readonly to: string }): string | null {
    const from = this.#next[partition];
    if (from === undefined) {
      return `partition: expected one of ${Object.keys(this.#next).join(', ')}, got ${partition}`;
    }
    if (BigInt(to) <= BigInt(from)) return null;
    this.#skipped += Number(BigInt(to) - BigInt(from));
    this.#next[partition] = to;
    this.#parking.release();
    return null;
  }

  #isFinished(partition: string): boolean {
    return this.until !== null && BigInt(this.#next[partition] ?? 0) >= BigInt(this.until[partition] ?? 0);
  }

  get #isFull(): boolean {
    return workflowInfo().historyLength > MAX_HISTORY_EVENTS;
  }

  get #attention(): readonly Attention[] {
    return [...this.#controls.attention, ...this.#parking.attention];
  }
}
