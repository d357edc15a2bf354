import { RecentLatency, type LatencyCounts, type LatencySummary } from '../../activities/contracts/latency';
import type { PartitionOffsets } from '../../activities/contracts/offsets';
import type { RecordFingerprint } from '../../activities/contracts/record-fingerprint';
import type { IndexCounts, LanePositions, LaneProgress } from '../../activities/indexing/lane';
import { addTotals, type StageTotals } from '../control/progress';

/** State of a topic, carried from execution to execution beside the offsets. */
export interface CarriedCheckpoint {
  readonly totals: StageTotals;
  /** Offsets that an operator skipped. */
  readonly skipped: number;
  /** The last record read of each partition, with which a recreated topic is detected. */
  readonly last: Readonly<Record<string, RecordFingerprint>>;
  readonly latency?: RecentLatency['carried'];
}

/** Up to where a topic is indexed, and what was counted on the way. */
export class TopicCheckpoint {
  readonly #next: Record<string, string>;
  readonly #last: Record<string, RecordFingerprint>;
  readonly #lags = new Map<number, number>();
  /** By lane, what its running activity has told so far. */
  readonly #told = new Map<number, LaneProgress>();
  readonly #latency: RecentLatency;
  #totals: StageTotals;
  #skipped: number;

  constructor(next: PartitionOffsets, { totals, skipped, last, latency }: CarriedCheckpoint) {
    this.#next = { ...next };
    this.#last = { ...last };
    this.#totals = totals;
    this.#skipped = skipped;
    this.#latency = new RecentLatency(latency);
  }

  /** Decimal offset of the next record of each partition. */
  get next(): PartitionOffsets {
    return this.#next;
  }

  get totals(): StageTotals {
    return this.#totals;
  }

  get skipped(): number {
    return this.#skipped;
  }

  get carried(): CarriedCheckpoint {
    return { totals: this.#totals, skipped: this.#skipped, last: this.#last, latency: this.#latency.carried };
  }

  /** Of the records of the last minute, from their publication until they were indexed. */
  get latency(): LatencySummary | null {
    return this.#latency.summary;
  }

  get partitions(): readonly string[] {
    return Object.keys(this.#next);
  }

  positions(partitions: readonly string[]): LanePositions {
    const position = (partition: string) => ({
      next: this.#next[partition] ?? '0',
      last: this.#last[partition] ?? null,
    });
    return Object.fromEntries(partitions.map((partition) => [partition, position(partition)]));
  }

  /** Of a topic that has grown; what is new in it is read from its beginning. */
  grow(partitions: number): void {
    for (let added = this.partitions.length; added < partitions; added++) this.#next[added] = '0';
  }

  /** From now on the counts of the lane are those of another activity. */
  begin(lane: number): void {
    this.#told.delete(lane);
  }

  /**
   * Takes what the activity of a lane has indexed since it began. What comes late or again, of an attempt that was repeated,
   * changes nothing.
   *
   * @param nowMs - the workflow's clock
   */
  advance(lane: number, progress: LaneProgress, nowMs: number): void {
    const { positions, counts, lag, latency } = progress;
    const ahead = Object.entries(positions).filter(([partition, { next }]) => this.#isAhead(partition, next));
    if (ahead.length === 0) return;
    for (const [partition, { next, last }] of ahead) {
      this.#next[partition] = next;
      if (last !== null) this.#last[partition] = last;
    }
    this.#lags.set(lane, lag);
    const waiting = [...this.#lags.values()].reduce((sum, each) => sum + each, 0);
    const before = this.#told.get(lane);
    const added = (name: keyof IndexCounts): number => Math.max(0, counts[name] - (before?.counts[name] ?? 0));
    const { totals } = this;
    const more = { deadLetters: added('deadLetters'), absent: added('absent'), bytes: added('bytes'), lag: waiting };
    const behindMs = waiting === 0 ? 0 : this.#ageMs(nowMs);
    this.#totals = addTotals(totals, { in: added('read'), out: added('indexed'), ...more, behindMs }, nowMs);
    this.#latency.add(addedLatency(before?.latency ?? {}, latency), nowMs);
    this.#told.set(lane, progress);
  }

  /** On the command of an operator; going back is for a log that is not the one of the checkpoint. */
  skip(partition: string, to: string): void {
    const from = this.#next[partition] ?? '0';
    if (BigInt(to) > BigInt(from)) this.#skipped += Number(BigInt(to) - BigInt(from));
    this.#next[partition] = to;
    Reflect.deleteProperty(this.#last, partition);
  }

  isAt(partition: string, end: string): boolean {
    return BigInt(this.#next[partition] ?? 0) >= BigInt(end);
  }

  /** How long ago the newest record that is indexed was published to the topic; null if that is not known. */
  #ageMs(nowMs: number): number | null {
    const newestMs = Math.max(...Object.values(this.#last).map(({ timestamp }) => Number(timestamp)));
    return newestMs > 0 ? Math.max(0, nowMs - newestMs) : null;
  }

  #isAhead(partition: string, next: string): boolean {
    const known = this.#next[partition];
    return known !== undefined && BigInt(next) > BigInt(known);
  }
}

function addedLatency(before: LatencyCounts, now: LatencyCounts): LatencyCounts {
  const added = Object.entries(now).map(([bucket, records]) => [bucket, records - (before[bucket] ?? 0)] as const);
  return Object.fromEntries(added.filter(([, records]) => records > 0));
}
