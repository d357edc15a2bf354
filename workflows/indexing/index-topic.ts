import {
  allHandlersFinished,
  condition,
  continueAsNew,
  proxyActivities,
  setHandler,
  workflowInfo,
} from '@temporalio/workflow';
import type { Activities } from '../../activities';
import type { PartitionOffsets } from '../../activities/contracts/offsets';
import type { RecordFingerprint } from '../../activities/contracts/record-fingerprint';
import type { IndexSliceResult } from '../../activities/indexing/slice';
import { conditionOrTimeout } from '../control/condition-or-timeout';
import { Controls, type CarriedControls } from '../control/controls';
import { addTotals, NO_TOTALS, type Attention, type StageName, type StageTotals } from '../control/progress';
import { ProgressReporter } from '../control/progress-reporter';
import { finishSignal } from '../messages';
import { INDEXING, MAX_HISTORY_EVENTS } from '../policies';
import { IdlePartitions } from './idle-partitions';
import { ParkedPartitions } from './parked-partitions';

/** Offsets of one activity: some seconds of work, so that progress shows and the history stays short. */
const SLICE_RECORDS = 50_000;
const FIRST_IDLE_MS = 1_000;
/** A record that arrives after an idle time waits for at most a quarter of that time, and never longer than the limit. */
const IDLE_GROWTH = 1.25;

export interface IndexTopicInput {
  readonly stream: Exclude<StageName, 'source' | 'spark'>;
  readonly topic: string;
  readonly alias: string;
  /** `external`: another program writes the documents, and the activity waits for them. */
  readonly sink: 'direct' | 'external';
  /** Null for the dead-letter topic itself. */
  readonly deadLetterTopic: string | null;
  /** If the index refuses more than this share of a slice, the partition is parked; null: no limit. */
  readonly maxDeadLetterRatio: number | null;
  /** Consumer group that shows the checkpoint to lag tools; null: none. */
  readonly mirrorGroup: string | null;
  readonly ioTaskQueue: string;
  /** The longest time between two polls of an idle partition. */
  readonly maxIdleMs: number;
  /** The checkpoint: next offset per partition. */
  readonly next: PartitionOffsets;
  /** Where to end; null while more may come. */
  readonly until: PartitionOffsets | null;
  /** State of the execution before this one, beside the checkpoint. */
  readonly carried?: CarriedIndexing;
}

export interface IndexTopicResult {
  readonly next: PartitionOffsets;
  readonly totals: StageTotals;
  /** Offsets that a person skipped. */
  readonly skipped: number;
}

interface CarriedIndexing {
  readonly totals: StageTotals;
  readonly startedMs: number;
  readonly skipped: number;
  readonly controls: CarriedControls;
  /** The last record read of each partition, with which a recreated topic is detected. */
  readonly last: Readonly<Record<string, RecordFingerprint>>;
}

/**
 * Indexes a topic, one loop per partition, up to the offsets of the `finish` signal, or until it is cancelled.
 *
 * The checkpoint is the workflow's own state, carried from execution to execution. A partition whose work fails for good
 * is parked: it shows the reason, is retried if that may help, and only a person can skip its records.
 */
export async function indexTopic(input: IndexTopicInput): Promise<IndexTopicResult> {
  const indexer = new TopicIndexer(input);
  setHandler(finishSignal, (offsets) => {
    indexer.until = offsets;
  });
  await indexer.followAll();
  if (!indexer.isFinished) {
    await condition(allHandlersFinished);
    await continueAsNew<typeof indexTopic>({ ...input, ...indexer.carried });
  }
  return await indexer.result();
}

/** One topic being indexed: a loop per partition over a checkpoint that advances slice by slice. */
class TopicIndexer {
  until: PartitionOffsets | null;
  readonly #next: Record<string, string>;
  readonly #last: Record<string, RecordFingerprint>;
  readonly #lags: Record<string, number> = {};
  /** Ends of all partitions when the latest slice was read. */
  #ends: PartitionOffsets | null = null;
  readonly #loops: Promise<void>[] = [];
  readonly #startedMs: number;
  #totals: StageTotals;
  #skipped: number;
  readonly #idle = new IdlePartitions();
  readonly #parked: ParkedPartitions;
  readonly #controls: Controls;
  readonly #reporter: ProgressReporter;
  readonly #indexSlice: Activities['indexSlice'];

  constructor(private readonly input: IndexTopicInput) {
    const { stream, ioTaskQueue: taskQueue, carried } = input;
    this.until = input.until;
    this.#next = { ...input.next };
    this.#last = { ...carried?.last };
    this.#startedMs = carried?.startedMs ?? Date.now();
    this.#totals = carried?.totals ?? NO_TOTALS;
    this.#skipped = carried?.skipped ?? 0;
    this.#indexSlice = proxyActivities<Activities>({ ...INDEXING, taskQueue }).indexSlice;
    const changed = (): Promise<void> => this.#reporter.report();
    const resumed = (): void => {
      this.#parked.release();
    };
    const skip = (range: { readonly partition: string; readonly to: string }): string | null => this.#skip(range);
    const attention = (): readonly Attention[] => [...this.#controls.attention, ...this.#parked.attention];
    this.#parked = new ParkedPartitions(stream, { changed, isEnding: () => this.#isFull });
    this.#controls = new Controls(stream, { skip, resumed, changed }, carried?.controls);
    this.#reporter = new ProgressReporter(stream, this.#startedMs, () => this.#totals, attention);
  }

  get isFinished(): boolean {
    return Object.keys(this.#next).every((partition) => this.#isFinished(partition));
  }

  get carried(): Pick<IndexTopicInput, 'next' | 'until' | 'carried'> {
    const carried = { totals: this.#totals, startedMs: this.#startedMs, skipped: this.#skipped, last: this.#last };
    return { next: this.#next, until: this.until, carried: { ...carried, controls: this.#controls.carried } };
  }

  /** Ends when every partition is finished, or when the history is long enough for a new execution. */
  async followAll(): Promise<void> {
    for (const partition of Object.keys(this.#next)) this.#loops.push(this.#follow(partition));
    // A loop may find that the topic has more partitions by now.
    for (let known = 0; known < this.#loops.length;) {
      known = this.#loops.length;
      await Promise.all(this.#loops);
    }
  }

  async result(): Promise<IndexTopicResult> {
    await this.#reporter.report();
    return { next: this.#next, totals: this.#totals, skipped: this.#skipped };
  }

  async #follow(partition: string): Promise<void> {
    try {
      await this.#indexSlices(partition);
    } finally {
      this.#idle.leave(partition);
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
      if (slice?.next !== from) this.#idle.leave(partition);
      if (slice === null) continue;
      this.#advance(partition, from, slice);
      await this.#reporter.reportIfDue();
      if (slice.next !== from) {
        idleMs = FIRST_IDLE_MS;
      } else if (this.until === bound) {
        await this.#wait(partition, () => this.until !== bound, idleMs);
        idleMs = Math.min(Math.ceil(idleMs * IDLE_GROWTH), this.input.maxIdleMs);
      }
    }
  }

  async #wait(partition: string, isBoundMoved: () => boolean, idleMs: number): Promise<void> {
    if (idleMs < this.input.maxIdleMs || this.#ends === null) await conditionOrTimeout(isBoundMoved, idleMs);
    else await this.#idle.wait(partition, () => isBoundMoved() || this.#isFull || this.#hasMore(partition), idleMs);
  }

  async #slice(partition: string, from: string): Promise<IndexSliceResult> {
    const { topic, alias, deadLetterTopic, mirrorGroup, sink, maxDeadLetterRatio } = this.input;
    // A person who resumes after a flood accepts it as it is.
    const isAccepted = this.#parked.failureOf(partition) === 'DeadLetterFlood';
    return await this.#indexSlice({
      ...{ topic, partition: Number(partition), from, until: this.until?.[partition] ?? null },
      ...{ alias, deadLetterTopic, mirrorGroup, sink },
      maxRecords: SLICE_RECORDS,
      after: this.#last[partition] ?? null,
      maxDeadLetterRatio: isAccepted ? null : maxDeadLetterRatio,
    });
  }

  #advance(partition: string, from: string, { next, end, ends, last, counts }: IndexSliceResult): void {
    this.#ends = ends;
    // A person may have skipped ahead meanwhile.
    if (this.#next[partition] === from) {
      this.#next[partition] = next;
      if (last !== null) this.#last[partition] = last;
    }
    for (let added = Object.keys(this.#next).length; added < Object.keys(ends).length; added++) {
      this.#next[added] = '0';
      this.#loops.push(this.#follow(String(added)));
    }
    this.#lags[partition] = Number(BigInt(end) - BigInt(next));
    const lag = Object.values(this.#lags).reduce((sum, waiting) => sum + waiting, 0);
    const { read, indexed: out, ...more } = counts;
    this.#totals = addTotals(this.#totals, { in: read, out, ...more }, lag, Date.now());
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
}
