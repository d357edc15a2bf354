import { condition, setHandler } from '@temporalio/workflow';
import type { FailureType } from '../../activities/contracts/failures';
import type { PartitionOffsets } from '../../activities/contracts/offsets';
import type { LaneProgress } from '../../activities/indexing/lane';
import type { Skip } from '../control/commands';
import { conditionOrTimeout } from '../control/condition-or-timeout';
import { continueAfterHandlers, isHistoryFull } from '../control/continue-as-new';
import { Part, type CarriedControls } from '../control/part';
import { NO_TOTALS, type StageName, type StageTotals } from '../control/progress';
import { finishSignal, laneProgressSignal } from '../messages';
import { Lane, type LaneSettings } from './lane';
import { ParkedPartitions } from './parked-partitions';
import { TopicCheckpoint, type CarriedCheckpoint } from './topic-checkpoint';

const OTHER_LOG: ReadonlySet<string> = new Set(['OffsetOutOfRange', 'TopicRecreated'] satisfies FailureType[]);

const MIN_REST_MS = 1_000;
const MAX_REST_MS = 60_000;

export interface IndexTopicInput extends Required<LaneSettings> {
  readonly stream: Exclude<StageName, 'source' | 'spark'>;
  readonly laneTaskQueue: string;
  /** How many activities share the partitions. */
  readonly lanes: number;
  /** Whether the run has no end. */
  readonly isLive: boolean;
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

interface CarriedIndexing extends CarriedCheckpoint {
  readonly startedMs: number;
  readonly controls?: CarriedControls;
}

/**
 * Indexes a topic in lanes, each a share of its partitions, up to the offsets of the `finish` signal, or until it is
 * cancelled.
 *
 * The checkpoint is the workflow's own state, carried from execution to execution. A lane whose work fails for good, or a
 * partition whose log cannot be read on, is parked: it shows the reason, is retried if that may help, and only an operator
 * can skip its records.
 */
export async function indexTopic(input: IndexTopicInput): Promise<IndexTopicResult> {
  const indexer = new TopicIndexer(input);
  setHandler(finishSignal, (offsets) => {
    indexer.finish(offsets);
  });
  setHandler(laneProgressSignal, (progress) => indexer.observe(progress));
  await indexer.followAll();
  if (!indexer.isFinished) {
    await continueAfterHandlers<typeof indexTopic>(() => [{ ...input, ...indexer.carried }]);
  }
  return await indexer.result();
}

/** One topic being indexed: a loop per lane over a checkpoint that advances with what each activity tells. */
class TopicIndexer {
  #until: PartitionOffsets | null;
  readonly #startedMs: number;
  readonly #checkpoint: TopicCheckpoint;
  readonly #lanes: readonly Lane[];
  /** By lane, how long it rested. */
  readonly #rests = new Map<number, number>();
  /** Skips of partitions whose lane runs. */
  readonly #skips = new Map<string, string>();
  readonly #parked: ParkedPartitions;
  readonly #part: Part;

  constructor(private readonly input: IndexTopicInput) {
    const { stream, carried, lanes, laneTaskQueue, isLive } = input;
    const { topic, alias, sink, deadLetterTopic, mirrorGroup, maxDeadLetterRatio } = input;
    const settings: LaneSettings = { topic, alias, sink, deadLetterTopic, mirrorGroup, maxDeadLetterRatio };
    this.#until = input.until;
    this.#startedMs = carried?.startedMs ?? Date.now();
    this.#checkpoint = new TopicCheckpoint(input.next, carried ?? { totals: NO_TOTALS, skipped: 0, last: {} });
    const count = Math.max(1, Math.min(lanes, this.#checkpoint.partitions.length));
    this.#lanes = Array.from({ length: count }, () => new Lane(settings, laneTaskQueue, isLive));
    this.#parked = new ParkedPartitions(stream, () => this.#part.report());
    const interrupt = (): void => {
      this.#interrupt();
    };
    const behaviour = {
      startedMs: this.#startedMs,
      totals: () => this.#checkpoint.totals,
      checkpoint: () => this.#checkpoint.next,
      latency: () => this.#checkpoint.latency,
      attention: () => this.#parked.attention,
      skip: (range: Skip) => this.#skip(range),
      paused: interrupt,
      resumed: () => {
        this.#release();
      },
    };
    this.#part = new Part(stream, behaviour, carried?.controls);
  }

  get isFinished(): boolean {
    return this.#checkpoint.partitions.every((partition) => this.#isFinished(partition));
  }

  get carried(): Pick<IndexTopicInput, 'next' | 'until' | 'carried'> {
    const carried = { ...this.#checkpoint.carried, startedMs: this.#startedMs, controls: this.#part.carried };
    return { next: this.#checkpoint.next, until: this.#until, carried };
  }

  finish(until: PartitionOffsets): void {
    this.#until = until;
    this.#interrupt();
  }

  async observe(progress: LaneProgress): Promise<void> {
    const [partition] = Object.keys(progress.positions);
    const lane = this.#laneOf(partition);
    this.#checkpoint.advance(lane, progress, Date.now());
    if (isHistoryFull()) this.#interrupt();
    await this.#parked.works(this.#shownAs(lane));
    await this.#part.reportIfDue();
  }

  /** Ends when every partition is finished, or when the history is long enough for a new execution. */
  async followAll(): Promise<void> {
    await Promise.all(this.#lanes.map((lane, number) => this.#follow(lane, number)));
  }

  async result(): Promise<IndexTopicResult> {
    await this.#part.report();
    const { next, totals, skipped } = this.#checkpoint;
    return { next, totals, skipped };
  }

  async #follow(lane: Lane, number: number): Promise<void> {
    while (!this.#isLaneFinished(number) && !isHistoryFull()) {
      if (this.#part.paused) {
        await this.#part.untilResumed(isHistoryFull);
      } else if (this.#readable(number).length === 0) {
        await condition(() => isHistoryFull() || this.#isLaneFinished(number) || this.#readable(number).length > 0);
      } else {
        await this.#indexOnce(lane, number);
      }
    }
  }

  async #indexOnce(lane: Lane, number: number): Promise<void> {
    const partitions = this.#readable(number);
    const shown = this.#shownAs(number);
    const failure = this.#parked.failureOf(shown);
    // An operator who resumes after a flood accepts it as it is.
    const maxDeadLetterRatio = failure === 'DeadLetterFlood' ? null : this.input.maxDeadLetterRatio;
    const before = { ms: Date.now(), read: this.#checkpoint.totals.in };
    this.#checkpoint.begin(number);
    const result = await this.#parked.attempt(shown, this.input.laneTaskQueue, (attempts) => {
      const from = this.#checkpoint.positions(partitions);
      const until = this.#until;
      const known = this.#checkpoint.partitions.length;
      const given = { from, until, partitions: known, maxDeadLetterRatio, ageMs: Date.now() - this.#startedMs };
      return lane.run(given, attempts, failure !== undefined);
    });
    if (result !== null) {
      this.#checkpoint.advance(number, result, Date.now());
      this.#checkpoint.grow(result.partitions);
    }
    this.#applySkips(partitions);
    if (result !== null && result.refused.length > 0) await this.#parked.refuse(result.refused);
    await this.#part.reportIfDue();
    if (result !== null) await this.#rest(number, before);
  }

  /** An activity that comes back at once and without a record, such as from a worker that stops, is not started at once. */
  async #rest(number: number, before: { readonly ms: number; readonly read: number }): Promise<void> {
    const hasWorked = this.#checkpoint.totals.in > before.read || Date.now() - before.ms >= MIN_REST_MS;
    const restMs = hasWorked ? 0 : Math.min(2 * (this.#rests.get(number) ?? MIN_REST_MS / 2), MAX_REST_MS);
    this.#rests.set(number, Math.max(restMs, MIN_REST_MS / 2));
    const until = this.#until;
    const isOver = (): boolean =>
      this.#until !== until || this.#isLaneFinished(number) || this.#readable(number).length === 0;
    if (restMs > 0 && !isOver()) await conditionOrTimeout(isOver, restMs);
  }

  #skip({ partition, to }: Skip): string | null {
    const { partitions, next } = this.#checkpoint;
    const from = next[partition];
    if (from === undefined) return `partition: expected one of ${partitions.join(', ')}, got ${partition}`;
    // What is indexed twice has the same ids.
    const isOtherLog = OTHER_LOG.has(this.#parked.refusalOf(partition) ?? '');
    if (BigInt(to) <= BigInt(from) && !isOtherLog) return null;
    const lane = this.#laneOf(partition);
    const isRunning = this.#lanes[lane]?.isRunning === true && this.#readable(lane).includes(partition);
    if (isRunning) this.#skips.set(partition, to);
    else this.#checkpoint.skip(partition, to);
    this.#release();
    return null;
  }

  /** To be called when no activity works on these partitions. */
  #applySkips(partitions: readonly string[]): void {
    for (const partition of partitions) {
      const to = this.#skips.get(partition);
      this.#skips.delete(partition);
      if (to !== undefined && !this.#checkpoint.isAt(partition, to)) this.#checkpoint.skip(partition, to);
    }
  }

  /** Tries again what is parked: the lanes begin anew, with the partitions that they had left out. */
  #release(): void {
    this.#parked.release();
    this.#interrupt();
  }

  #interrupt(): void {
    for (const lane of this.#lanes) lane.interrupt();
  }

  #laneOf(partition: string | undefined): number {
    return Number(partition ?? 0) % this.#lanes.length;
  }

  /** A lane is shown by its partitions; null: all. */
  #shownAs(number: number): string | null {
    return this.#lanes.length === 1 ? null : this.#partitionsOf(number).join(', ');
  }

  #partitionsOf(number: number): readonly string[] {
    return this.#checkpoint.partitions.filter((partition) => this.#laneOf(partition) === number);
  }

  /** The partitions of a lane that are neither parked nor finished. */
  #readable(number: number): readonly string[] {
    return this.#partitionsOf(number).filter(
      (partition) => this.#parked.refusalOf(partition) === undefined && !this.#isFinished(partition),
    );
  }

  #isLaneFinished(number: number): boolean {
    return this.#partitionsOf(number).every((partition) => this.#isFinished(partition));
  }

  #isFinished(partition: string): boolean {
    return this.#until !== null && this.#checkpoint.isAt(partition, this.#until[partition] ?? '0');
  }
}
