import { Context } from '@temporalio/activity';
import type { Client } from '@elastic/elasticsearch';
import type { Client as TemporalClient } from '@temporalio/client';
import { pipelineFailure } from '../contracts/failures';
import { mergedLatency, type LatencyCounts } from '../contracts/latency';
import type { PartitionOffsets } from '../contracts/offsets';
import { pipelineOf } from '../contracts/pipeline-names';
import { lastHeartbeat } from '../heartbeat';
import { boundsOf, type FetchedRecords, type FollowEnd, type KafkaGateway, type TopicOffsets } from '../kafka';
import { BulkWriter } from './bulk-writer';
import {
  checkpointSchema,
  type IndexCounts,
  type IndexLaneInput,
  type IndexLaneResult,
  type LaneCheckpoint,
  type LaneProgress,
  type RefusedPartition,
} from './lane';
import { LaneClock } from './lane-clock';
import { LaneLog, refusalOf } from './lane-log';
import { MonthRouter, type BulkEntry } from './month-router';
import { requestSignal } from './request-signal';
import { writeEntries, type WriteResult } from './write-entries';

const NO_COUNTS: IndexCounts = { read: 0, indexed: 0, stale: 0, deadLetters: 0, expired: 0, absent: 0, bytes: 0 };
const ENDS: ReadonlySet<FollowEnd['why']> = new Set(['aborted', 'reached']);
/** Reads in a row without a record; after that many, the failure is shown. */
const MAX_FRUITLESS = 5;
const FRUITLESS_PAUSE_MS = 200;

export interface IndexingDependencies {
  readonly kafka: KafkaGateway;
  readonly elasticsearch: Client;
  /** See `ActivityDependencies`. */
  readonly temporal: () => TemporalClient;
  /** See `ActivityDependencies`. */
  readonly protectKeyFile: string | null;
  /** Fault injection at `index-before-read`, `index-after-bulk`, `index-after-heartbeat`, `index-before-result`. */
  readonly crash: (point: string) => void;
}

/**
 * Indexes a lane: reads its partitions as records come, keeps some bulk requests in flight, dead-letters the records that no
 * index can take, and stores in its heartbeat up to where everything is done.
 *
 * It ends at `until`, when its time is over, when it is cancelled or its worker shuts down, when the topic has more
 * partitions, or with the partitions that cannot be read on. It then has flushed what it has read.
 *
 * A retry resumes at the last heartbeat. Writing a record twice changes nothing, since its id is its own; counts are of
 * offsets passed, so they are not doubled.
 *
 * @throws ServiceUnavailable when Kafka or Elasticsearch does not answer
 * @throws IndexMisconfigured when Elasticsearch rejects items for a reason other than the document
 * @throws DeadLetterFlood when the index rejects too many records; the latest of them are not published
 */
export async function indexLane(dependencies: IndexingDependencies, input: IndexLaneInput): Promise<IndexLaneResult> {
  const { elasticsearch, crash } = dependencies;
  const router = await MonthRouter.create(elasticsearch, pipelineOf(input.topic), input.alias);
  const lane = new Lane(dependencies, input, router);
  crash('index-before-read');
  const result = await lane.run();
  crash('index-before-result');
  return result;
}

class Lane {
  readonly #context = Context.current();
  readonly #log: LaneLog;
  readonly #clock: LaneClock;
  readonly #writer: BulkWriter<WriteResult>;
  readonly #ending = new AbortController();
  /** Up to where everything is indexed. */
  #done: LaneCheckpoint;
  /** Up to where everything is read, of each partition. */
  readonly #read: Map<string, string>;
  readonly #ends = new Map<string, string>();
  #latency: LatencyCounts = {};
  #progress: LaneProgress;
  #partitions: number;
  #refused: readonly RefusedPartition[] = [];
  readonly #end = (): void => {
    this.#ending.abort();
  };

  constructor(
    private readonly dependencies: IndexingDependencies,
    private readonly input: IndexLaneInput,
    private readonly router: MonthRouter,
  ) {
    this.#done = lastHeartbeat(checkpointSchema) ?? { positions: input.from, counts: NO_COUNTS };
    this.#progress = { ...this.#done, lag: 0, latency: {} };
    this.#read = new Map(Object.entries(this.#done.positions).map(([partition, { next }]) => [partition, next]));
    this.#partitions = input.partitions;
    this.#log = new LaneLog(input.topic);
    this.#writer = this.#createWriter();
    const isIdle = (): boolean => this.#writer.isIdle;
    this.#clock = new LaneClock(dependencies, input, () => this.#progress, isIdle, this.#end);
  }

  async run(): Promise<IndexLaneResult> {
    const { cancellationSignal } = this.#context;
    cancellationSignal.addEventListener('abort', this.#end, { once: true });
    if (cancellationSignal.aborted) this.#end();
    this.#clock.start();
    try {
      await this.#index();
      this.#allRead();
    } catch (error) {
      // What is done counts, also if the rest could not be sent any more.
      if (!cancellationSignal.aborted) throw error;
    } finally {
      await this.#writer.settle();
      this.#clock.stop();
      cancellationSignal.removeEventListener('abort', this.#end);
    }
    return { ...this.#progress, partitions: this.#partitions, refused: this.#refused };
  }

  async #index(): Promise<void> {
    for (let fruitless = 0; !this.#ending.signal.aborted;) {
      const before = this.#progress;
      const why = await this.#followOnce();
      await this.#writer.flush();
      this.#allRead();
      if (why === 'ended') return;
      const isFruitless = this.#progress === before;
      fruitless = isFruitless && why !== 'rejoined' ? fruitless + 1 : 0;
      if (fruitless >= MAX_FRUITLESS) throw this.#stalled();
      if (isFruitless) await this.#context.sleep(FRUITLESS_PAUSE_MS);
    }
  }

  /** Compares the logs with the checkpoint and reads on from there. */
  async #followOnce(): Promise<'ended' | FollowEnd['why']> {
    const { kafka } = this.dependencies;
    const { topic, until } = this.input;
    const offsets = await kafka.offsets(topic);
    const from = this.#compare(offsets);
    if (this.#refused.length > 0 || this.#partitions > this.input.partitions || this.#isReached()) return 'ended';
    const request = { topic, from, until, ends: offsets.end, signal: this.#ending.signal };
    try {
      const { why, next } = await kafka.follow(request, (fetched) => this.#add(fetched));
      this.#passed(next);
      if (why === 'stalled' || why === 'unreadable') await this.#readRanges(offsets);
      return ENDS.has(why) || this.#refused.length > 0 ? 'ended' : why;
    } catch (error) {
      this.#refuse(error);
      return 'ended';
    }
  }

  #compare(offsets: TopicOffsets): PartitionOffsets {
    this.#partitions = Object.keys(offsets.end).length;
    const { from, refused } = this.#log.check(this.#done.positions, offsets);
    this.#refused = refused;
    for (const partition of Object.keys(from)) this.#ends.set(partition, offsets.end[partition] ?? '0');
    return from;
  }

  /** Reads each partition by itself: a range finds the batch that cannot be read, and passes gaps of a compacted log. */
  async #readRanges(known: TopicOffsets): Promise<void> {
    const { kafka } = this.dependencies;
    const { topic, until } = this.input;
    const { start, end } = await kafka.offsets(topic).catch(() => known);
    for (const partition of this.#read.keys()) {
      const from = this.#read.get(partition) ?? '0';
      const bounds = boundsOf({ start, end }, Number(partition));
      const to = lower(bounds.end, until?.[partition] ?? bounds.end);
      const range = { topic, partition: Number(partition), from, to, bounds, signal: this.#ending.signal };
      try {
        await kafka.readRange(range, (records) =>
          this.#add({ partition: Number(partition), records, end: bounds.end }),
        );
        if (BigInt(to) > BigInt(from)) this.#read.set(partition, to);
      } catch (error) {
        this.#refuse(error);
      }
    }
  }

  async #add(fetched: FetchedRecords): Promise<void> {
    const { partition, end } = fetched;
    const indexing = { pipeline: pipelineOf(this.input.topic), indexedAt: Date.now() };
    this.#ends.set(String(partition), end);
    for (const record of this.#log.verified(fetched)) {
      this.#read.set(String(partition), String(BigInt(record.offset) + 1n));
      const full = this.#writer.add(this.router.route(record, indexing));
      if (full !== null) await full;
    }
  }

  #createWriter(): BulkWriter<WriteResult> {
    const { crash, ...clients } = this.dependencies;
    const { sleep: pause } = this.#context;
    const heartbeat = (): void => {
      this.#clock.tick();
    };
    const signal = requestSignal(this.#context);
    const write = writeEntries({ ...clients, router: this.router, pause, signal, heartbeat, target: this.input });
    const acknowledged = ({ positions, counts, latency }: WriteResult): void => {
      this.#latency = mergedLatency(this.#latency, latency);
      this.#done = {
        positions: { ...this.#done.positions, ...positions },
        counts: sum(this.#done.counts, counts),
      };
      this.#show();
      this.#clock.tick();
      crash('index-after-heartbeat');
    };
    const send = async (entries: readonly BulkEntry[]): Promise<WriteResult> => {
      const result = await write(entries);
      crash('index-after-bulk');
      return result;
    };
    return new BulkWriter(send, acknowledged, { lingerMs: this.input.lingerMs, failed: this.#end });
  }

  /** Passes gaps: of offsets without a record, everything is done when it is read. */
  #allRead(): void {
    const passed = [...this.#read].filter(
      ([partition, next]) => BigInt(next) > BigInt(this.#done.positions[partition]?.next ?? 0),
    );
    if (passed.length === 0) return;
    const positions = { ...this.#done.positions };
    for (const [partition, next] of passed) positions[partition] = { last: positions[partition]?.last ?? null, next };
    this.#done = { ...this.#done, positions };
    this.#show();
  }

  #passed(next: Readonly<Record<string, string>>): void {
    for (const [partition, offset] of Object.entries(next)) {
      if (BigInt(offset) > BigInt(this.#read.get(partition) ?? 0)) this.#read.set(partition, offset);
    }
  }

  #show(): void {
    const lags = Object.entries(this.#done.positions).map(([partition, { next }]) =>
      Math.max(0, Number(BigInt(this.#ends.get(partition) ?? 0) - BigInt(next))),
    );
    this.#progress = { ...this.#done, lag: lags.reduce((total, lag) => total + lag, 0), latency: this.#latency };
  }

  #isReached(): boolean {
    const { until } = this.input;
    if (until === null) return false;
    return Object.entries(this.#done.positions).every(
      ([partition, { next }]) => BigInt(next) >= BigInt(until[partition] ?? 0),
    );
  }

  #refuse(error: unknown): void {
    const refusal = refusalOf(error);
    if (refusal === null) throw error;
    this.#refused = [...this.#refused, refusal];
  }

  #stalled(): Error {
    const { topic } = this.input;
    const partitions = Object.keys(this.#done.positions).join(', ');
    return pipelineFailure(
      'ServiceUnavailable',
      `Topic ${topic} has records that Kafka does not return, in one of the partitions ${partitions}: its broker is too ` +
        'busy, or a transaction is open there. They are fetched again.',
      { topic },
    );
  }
}

function lower(one: string, other: string): string {
  return BigInt(one) < BigInt(other) ? one : other;
}

function sum(one: IndexCounts, other: IndexCounts): IndexCounts {
  const names = Object.keys(NO_COUNTS) as (keyof IndexCounts)[];
  return Object.fromEntries(names.map((name) => [name, one[name] + other[name]])) as IndexCounts;
}
