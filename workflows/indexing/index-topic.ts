import { proxyActivities, setHandler } from '@temporalio/workflow';
import type { Activities } from '../../activities';
import type { FailureType } from '../../activities/contracts/failures';
import type { PartitionOffsets } from '../../activities/contracts/offsets';
import type { RecordFingerprint } from '../../activities/contracts/record-fingerprint';
import type { IndexSliceInput, IndexSliceResult } from '../../activities/indexing/slice';
import type { Skip } from '../control/commands';
import { UNTIL_SHOWN } from '../control/activity-failure';
import { conditionOrTimeout } from '../control/condition-or-timeout';
import { continueAfterHandlers, isHistoryFull } from '../control/continue-as-new';
import { Part, type CarriedControls } from '../control/part';
import { addTotals, NO_TOTALS, type StageName, type StageTotals } from '../control/progress';
import { finishSignal } from '../messages';
import { INDEXING } from '../policies';
import { IdlePartitions } from './idle-partitions';
import { ParkedPartitions } from './parked-partitions';

/** Offsets of one activity: some seconds of work, so that progress shows and the history stays short. */
const SLICE_RECORDS = 50_000;
const FIRST_IDLE_MS = 1_000;
/** A record that arrives after an idle time waits for at most a quarter of that time, and never longer than the limit. */
const IDLE_GROWTH = 1.25;
const OTHER_LOG: ReadonlySet<string> = new Set(['OffsetOutOfRange', 'TopicRecreated'] satisfies FailureType[]);

/** What all slices of a topic have in common. */
type SliceSettings = Required<
  Pick<IndexSliceInput, 'topic' | 'alias' | 'sink' | 'deadLetterTopic' | 'maxDeadLetterRatio' | 'mirrorGroup'>
>;

export interface IndexTopicInput extends SliceSettings {
  readonly stream: Exclude<StageName, 'source' | 'spark'>;
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
  /** Offsets that an operator skipped. */
  readonly skipped: number;
}

interface CarriedIndexing {
  totals: StageTotals;
  skipped: number;
  readonly startedMs: number;
  /** The last record read of each partition, with which a recreated topic is detected. */
  readonly last: Record<string, RecordFingerprint>;
  readonly controls?: CarriedControls;
}

/**
 * Indexes a topic, one loop per partition, up to the offsets of the `finish` signal, or until it is cancelled.
 *
 * The checkpoint is the workflow's own state, carried from execution to execution. A partition whose work fails for good
 * is parked: it shows the reason, is retried if that may help, and only an operator can skip its records.
 */
export async function indexTopic(input: IndexTopicInput): Promise<IndexTopicResult> {
  const indexer = new TopicIndexer(input);
  setHandler(finishSignal, (offsets) => {
    indexer.until = offsets;
  });
  await indexer.followAll();
  if (!indexer.isFinished) {
    await continueAfterHandlers<typeof indexTopic>(() => [{ ...input, ...indexer.carried }]);
  }
  return await indexer.result();
}

/** One topic being indexed: a loop per partition over a checkpoint that advances slice by slice. */
class TopicIndexer {
  until: PartitionOffsets | null;
  readonly #next: Record<string, string>;
  readonly #lags: Record<string, number> = {};
  /** Ends of all partitions when the latest slice was read. */
  #ends: PartitionOffsets | null = null;
  readonly #loops: Promise<void>[] = [];
  readonly #state: CarriedIndexing;
  readonly #idle = new IdlePartitions();
  readonly #parked: ParkedPartitions;
  readonly #part: Part;

  constructor(private readonly input: IndexTopicInput) {
    const { stream, carried } = input;
    this.until = input.until;
    this.#next = { ...input.next };
    this.#state = carried ?? { totals: NO_TOTALS, skipped: 0, startedMs: Date.now(), last: {} };
    this.#parked = new ParkedPartitions(stream, () => this.#part.report());
    const behaviour = {
      startedMs: this.#state.startedMs,
      totals: () => this.#state.totals,
      attention: () => this.#parked.attention,
      skip: (range: Skip) => this.#skip(range),
      resumed: this.#parked.release,
    };
    this.#part = new Part(stream, behaviour, carried?.controls);
  }

  get isFinished(): boolean {
    return Object.keys(this.#next).every((partition) => this.#isFinished(partition));
  }

  get carried(): Pick<IndexTopicInput, 'next' | 'until' | 'carried'> {
    const carried = { ...this.#state, controls: this.#part.carried };
    return { next: this.#next, until: this.until, carried };
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
    await this.#part.report();
    const { totals, skipped } = this.#state;
    return { next: this.#next, totals, skipped };
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
    while (!this.#isFinished(partition) && !isHistoryFull()) {
      if (this.#part.paused) {
        await this.#part.untilResumed(isHistoryFull);
        continue;
      }
      const bound = this.until;
      const from = this.#next[partition] ?? '0';
      const slice = await this.#parked.attempt(partition, (attempts) => this.#slice(partition, from, attempts));
      if (slice?.next !== from) this.#idle.leave(partition);
      if (slice === null) continue;
      this.#advance(partition, from, slice);
      await this.#part.reportIfDue();
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
    else await this.#idle.wait(partition, () => isBoundMoved() || isHistoryFull() || this.#hasMore(partition), idleMs);
  }

  async #slice(partition: string, from: string, maximumAttempts: number): Promise<IndexSliceResult> {
    const { topic, alias, deadLetterTopic, mirrorGroup, sink, maxDeadLetterRatio, ioTaskQueue: taskQueue } = this.input;
    const retry = { ...INDEXING.retry, maximumAttempts };
    const summary = `partition ${partition} from offset ${from}`;
    const failure = this.#parked.failureOf(partition);
    const wait = failure === undefined ? UNTIL_SHOWN : {};
    const { indexSlice } = proxyActivities<Activities>({ ...INDEXING, ...wait, taskQueue, retry, summary });
    // An operator who resumes after a flood accepts it as it is.
    const isAccepted = failure === 'DeadLetterFlood';
    return await indexSlice({
      ...{ topic, partition: Number(partition), from, until: this.until?.[partition] ?? null },
      ...{ alias, deadLetterTopic, mirrorGroup, sink },
      maxRecords: SLICE_RECORDS,
      after: this.#state.last[partition] ?? null,
      maxDeadLetterRatio: isAccepted ? null : maxDeadLetterRatio,
    });
  }

  #advance(partition: string, from: string, { next, end, ends, last, counts }: IndexSliceResult): void {
    this.#ends = ends;
    // An operator may have skipped ahead meanwhile.
    if (this.#next[partition] === from) {
      this.#next[partition] = next;
      if (last !== null) this.#state.last[partition] = last;
    }
    for (let added = Object.keys(this.#next).length; added < Object.keys(ends).length; added++) {
      this.#next[added] = '0';
      this.#loops.push(this.#follow(String(added)));
    }
    this.#lags[partition] = Number(BigInt(end) - BigInt(next));
    const lag = Object.values(this.#lags).reduce((sum, waiting) => sum + waiting, 0);
    const { read, indexed: out, ...more } = counts;
    this.#state.totals = addTotals(this.#state.totals, { in: read, out, ...more, lag }, Date.now());
  }

  #skip({ partition, to }: Skip): string | null {
    const from = this.#next[partition];
    if (from === undefined) {
      return `partition: expected one of ${Object.keys(this.#next).join(', ')}, got ${partition}`;
    }
    const isAhead = BigInt(to) > BigInt(from);
    // Going back is for a log that is not the one of the checkpoint; what is indexed twice has the same ids.
    if (!isAhead && !OTHER_LOG.has(this.#parked.failureOf(partition) ?? '')) return null;
    if (isAhead) this.#state.skipped += Number(BigInt(to) - BigInt(from));
    this.#next[partition] = to;
    Reflect.deleteProperty(this.#state.last, partition);
    this.#parked.release();
    return null;
  }

  #hasMore(partition: string): boolean {
    return BigInt(this.#ends?.[partition] ?? 0) > BigInt(this.#next[partition] ?? 0);
  }

  #isFinished(partition: string): boolean {
    return this.until !== null && BigInt(this.#next[partition] ?? 0) >= BigInt(this.until[partition] ?? 0);
  }
}
