import { patched, proxyActivities, workflowInfo } from '@temporalio/workflow';
import type { Activities } from '../../activities';
import type { PartitionOffsets } from '../../activities/contracts/offsets';
import type { RecordFingerprint } from '../../activities/contracts/record-fingerprint';
import type { IndexSliceResult } from '../../activities/indexing/slice';
import { Controls, type CarriedControls } from '../control/controls';
import { ParkedPartitions } from './parking';
import { IdlePartitions } from './idle-watch';
import { INDEXING, MAX_HISTORY_EVENTS } from '../policies';
import { add, NO_TOTALS, type Attention, type StageName, type StageTotals } from '../control/progress';
import { ProgressReporter } from '../control/progress-reporter';
import { conditionOrTimeout } from '../control/condition-or-timeout';

/** Offsets of one activity: some seconds of work, so that progress shows and a history stays short. */
const SLICE_RECORDS = 50_000;
const FIRST_IDLE_MS = 1_000;
/** What comes after a silence waits for at most a quarter of it, until the longest wait is reached. */
const IDLE_GROWTH = 1.25;
/** Of executions from before the patch: half a minute of Spark's start made them look away for as long again. */
const EARLIER_IDLE_GROWTH = 2;
const IDLE_GROWTH_PATCH = 'idle-waits-grow-slowly';

export interface IndexTopicInput {
  readonly stream: Exclude<StageName, 'source' | 'spark'>;
  readonly topic: string;
  readonly alias: string;
  /** `external`: somebody else indexes, and is waited for; absent: the activity does. */
  readonly sink?: 'external';
  /** Null for the dead-letter topic itself. */
  readonly deadLetterTopic: string | null;
  /** The index refuses more than this share of a slice: the partition is parked; null or absent: any share is taken. */
  readonly maxDeadLetterRatio?: number | null;
  /** Consumer group that shows the checkpoint to lag tools; absent: none does. */
  readonly mirrorGroup?: string;
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
  /** The last record read of each partition, by which a topic made anew is noticed. */
  readonly last?: Readonly<Record<string, RecordFingerprint>>;
}

function fresh(until: PartitionOffsets | undefined): CarriedIndexing {
  return { until: until ?? null, totals: NO_TOTALS, startedMs: Date.now() };
}

/** One topic on its way into one index: a loop per partition over a checkpoint that moves slice by slice. */
export class TopicIndexer {
  /** Where to end; null while more may come. */
  until: PartitionOffsets | null;
  readonly #next: Record<string, string>;
  readonly #last: Record<string, RecordFingerprint>;
  readonly #lags: Record<string, number> = {};
  readonly #idlePartitions = new IdlePartitions();
  readonly #idleGrowth = patched(IDLE_GROWTH_PATCH) ? IDLE_GROWTH : EARLIER_IDLE_GROWTH;
  /** Of all partitions, as the latest slice saw them. */
  #ends: PartitionOffsets | null = null;
  readonly #loops: Promise<void>[] = [];
  readonly #startedMs: number;
  #totals: StageTotals;
  #skipped: number;
  readonly #controls: Controls;
  readonly #parked: ParkedPartitions;
  readonly #reporter: ProgressReporter;
  readonly #indexSlice: Activities['indexSlice'];

  constructor(private readonly input: IndexTopicInput) {
    const { stream, ioTaskQueue: taskQueue } = input;
    const { until, totals, startedMs, skipped = 0, controls, last } = input.carried ?? fresh(input.until);
    this.#next = { ...input.next };
    this.#last = { ...last };
    this.#startedMs = startedMs;
    this.until = until;
    this.#totals = totals;
    this.#skipped = skipped;
    this.#indexSlice = proxyActivities<Activities>({ ...INDEXING, taskQueue }).indexSlice;
    const changed = (): Promise<void> => this.#reporter.report();
    const resumed = (): void => {
      this.#parked.release();
    };
    this.#parked = new ParkedPartitions(stream, { changed, giveUp: () => this.#isFull });
    const skip = (wanted: { readonly partition: string; readonly to: string }): string | null => this.#skip(wanted);
    this.#controls = new Controls(stream, { skip, resumed, changed }, controls);
    this.#reporter = new ProgressReporter(
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
    return { next: this.#next, carried: { ...standing, controls: this.#controls.carried, last: this.#last } };
  }

  /** Ends when every partition is finished, or when the history is long enough for a new execution. */
  async follow(): Promise<void> {
    for (const partition of Object.keys(this.#next)) this.#loops.push(this.#followPartition(partition));
    // A loop may find that the topic has been given more partitions.
    for (let known = 0; known < this.#loops.length;) {
      known = this.#loops.length;
      await Promise.all(this.#loops);
    }
  }

  async result(): Promise<IndexTopicResult> {
    await this.#reporter.report();
    return { next: this.#next, totals: this.#totals, skipped: this.#skipped };
  }

  async #followPartition(partition: string): Promise<void> {
    try {
      await this.#indexSlices(partition);
    } finally {
      this.#idlePartitions.leave(partition);
    }
  }

  async #indexSlices(partition: string): Promise<void> {
    let idleMs = FIRST_IDLE_MS;
    while (!this.#isFinished(partition) && !this.#isFull) {
      if (this.#controls.paused) {
        await this.#controls.untilResumed(() => this.#isFull);
        continue;
      }
      const bound = this.until;
      const from = this.#next[partition] ?? '0';
      const slice = await this.#parked.attempt(partition, () => this.#slice(partition, from));
      if (slice?.next !== from) this.#idlePartitions.leave(partition);
      if (slice === null) continue;
      this.#account(partition, from, slice);
      await this.#reporter.reportIfDue();
      if (slice.next !== from) {
        idleMs = FIRST_IDLE_MS;
      } else if (this.until === bound) {
        await this.#idle(partition, () => this.until !== bound, idleMs);
        idleMs = Math.min(Math.ceil(idleMs * this.#idleGrowth), this.input.maxIdleMs);
      }
    }
  }

  async #idle(partition: string, isBoundMoved: () => boolean, idleMs: number): Promise<void> {
    const isLong = idleMs >= this.input.maxIdleMs && this.#ends !== null;
    if (!isLong) await conditionOrTimeout(isBoundMoved, idleMs);
    else
      await this.#idlePartitions.wait(
        partition,
        () => isBoundMoved() || this.#isFull || this.#hasMore(partition),
        idleMs,
      );
  }

  async #slice(partition: string, from: string): Promise<IndexSliceResult> {
    const { topic, alias, deadLetterTopic, mirrorGroup, sink } = this.input;
    const range = { topic, partition: Number(partition), from, until: this.until?.[partition] ?? null };
    const after = this.#last[partition];
    // A person who resumes after a flood takes it as it is.
    const isTaken = this.#parked.faultOf(partition) === 'DeadLetterFlood';
    return await this.#indexSlice({
      ...range,
      maxRecords: SLICE_RECORDS,
      alias,
      deadLetterTopic,
      ...(mirrorGroup === undefined ? {} : { mirrorGroup }),
      ...(sink === undefined ? {} : { sink }),
      ...(after === undefined ? {} : { after }),
      maxDeadLetterRatio: isTaken ? null : (this.input.maxDeadLetterRatio ?? null),
    });
  }

  #account(partition: string, from: string, { next, end, ends, last, counts }: IndexSliceResult): void {
    this.#ends = ends ?? null;
    // A person may have skipped ahead meanwhile.
    if (this.#next[partition] === from) {
      this.#next[partition] = next;
      if (last) this.#last[partition] = last;
    }
    for (let added = Object.keys(this.#next).length; added < Object.keys(ends ?? {}).length; added++) {
      this.#next[added] = '0';
      this.#loops.push(this.#followPartition(String(added)));
    }
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
    Reflect.deleteProperty(this.#last, partition);
    this.#parked.release();
    return null;
  }

  #hasMore(partition: string): boolean {
    return BigInt(this.#ends?.[partition] ?? 0) > BigInt(this.#next[partition] ?? 0);
  }

  #isFinished(partition: string): boolean {
    return this.until !== null && BigInt(this.#next[partition] ?? 0) >= BigInt(this.until[partition] ?? 0);
  }

  get #isFull(): boolean {
    return workflowInfo().historyLength > MAX_HISTORY_EVENTS;
  }

  get #attention(): readonly Attention[] {
    return [...this.#controls.attention, ...this.#parked.attention];
  }
}
