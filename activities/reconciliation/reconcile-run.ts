import { join } from 'node:path';
import type { Client } from '@elastic/elasticsearch';
import type { RetentionBounds } from '../contracts/event-month';
import { offsetCount, type PartitionOffsets } from '../contracts/offsets';
import type { IndexedRange, NextRange, ReconcileRequest, ReconcileResult } from '../contracts/report';
import { readRetention } from '../elasticsearch/retention';
import type { HttpServer } from '../http/http-server';
import type { KafkaGateway } from '../kafka';
import { CollectionCheckpoint } from './collection-checkpoint';
import { collectFacts, sharesReadings, type FactCollection } from './collect-facts';
import { FactBuckets } from './fact-buckets';
import { findElsewhere, findRepeats } from './find-elsewhere';
import { withSteps } from './proof-steps';
import { protectedIds } from './protected-ids';
import { rawValues } from './raw-values';
import { readingDiscrepancies } from './reading-discrepancies';
import type { ReadingFact } from './reading-fact';
import { ReadingState } from './reading-state';
import type { RecordFacts } from './record-facts';
import { ResultCounts } from './result-counts';
import { inScratchFolder } from './scratch-folder';
import {
  foreignWindowDiscrepancies,
  rangeWindow,
  rangeWindowDiscrepancies,
  WindowState,
  windowDiscrepancies,
  windowMonthState,
  windowStartOf,
  type WindowFact,
} from './window-state';

/** Distinct ids in memory at a time, about half a kilobyte each: few enough to be collected in the young generation. */
const MAX_IDS_IN_MEMORY = 4_000;
/** Each has a small buffer while facts are collected. */
const MAX_BUCKETS = 512;

export interface ReconciliationDependencies {
  readonly kafka: KafkaGateway;
  readonly elasticsearch: Client;
  /** Address; null if none is configured. */
  readonly schemaRegistry: HttpServer | null;
  /** Absolute path of the key of protected values; null if none is configured. */
  readonly protectKeyFile: string | null;
  /** For files that exist only during the activity: about 700 bytes per reading. */
  readonly scratchFolder: string;
}

/**
 * Proves by ids that a run lost nothing, altered nothing and counted nothing twice, from the contents of Kafka and
 * Elasticsearch alone; it reads no counter, checkpoint or report of the run.
 *
 * It reads every topic and index once, side by side, as facts about ids, then compares all facts about each id:
 * planned = published or rejected by the source; published = indexed or an unresolved dead letter, never both; indexed
 * content = enriched content; dead letters in the topic = dead letters in the index; and every window, counted again
 * from the distinct enriched readings, is in the index with that count and the content that was published for it.
 *
 * Unless they are simulated, the runs of a pipeline share windows and the ids of readings. So documents of other runs in
 * the time of this run's windows are read too. A window counts the readings of this run and those of others, each id
 * once, indexed or rejected by the index: it is proven by what is there now, not by what any run says about another one. A
 * document that a later run has overwritten is that of this run too, as long as its content is the same; that of a window
 * is compared by its count alone, since only the later run knows what it published; of a dead letter, its id alone. If
 * this run has overwritten readings, they may have been in other windows before: none that other runs have written may
 * count more readings than it has. An id that this run rejected must not be in the index from an earlier run.
 *
 * For a run without end it proves less: every record of the range was indexed unaltered or is a dead letter, every window
 * of the range is indexed at least as published, and one that other runs share has at least the readings of the range and
 * of the others. A record of the range that an earlier run has processed is proven by what the latest of them made of it.
 * Windows are not counted exactly, since they include readings before the range and depend on ids that
 * Spark no longer keeps; the run's own documents from other ranges are ignored.
 *
 * With monthly indices, a record of a month that is no longer kept counts as expired if it is not indexed; the month is
 * that of the enriched record. What is still indexed although its month was dropped is a discrepancy.
 *
 * It writes nothing. The run must not be writing at the same time. An attempt that follows a killed one on the same machine
 * reads on where that one was.
 *
 * @throws OffsetOutOfRange when retention has deleted part of the range
 * @throws SourceMissing or SourceChanged when the file of the plan cannot be counted again
 * @throws ServiceUnavailable when Kafka, Elasticsearch or the disk fails
 * @throws SchemaRegistryUnavailable when a schema is needed that the registry does not give
 * @throws ProtectKeyMissing when the worker does not have the key under which ids were hashed
 * @throws IndexMisconfigured when Elasticsearch rejects a request
 */
export async function reconcileRun(
  dependencies: ReconciliationDependencies,
  request: ReconcileRequest,
): Promise<ReconcileResult> {
  const { result } = await compareBothEnds(dependencies, request);
  return result;
}

/**
 * As `reconcileRun`, for a range of a run without end; it also says where the next one begins.
 *
 * The range is one of raw offsets. To it belong the derived records and the documents that were made of its raw records.
 * Three rules make the ranges independent of each other:
 *
 * - An id that comes again in a later range is proven in each of them: the one document has the content of all its
 *   readings. It is a repeat in every range but the one that its document comes from.
 * - A derived record of a later range, which Spark wrote before this one was closed, is left to that range: the next one
 *   reads from the first of them.
 * - A window is counted once it has closed: its end and the allowed lateness have passed, and nothing of it comes from a
 *   later range. Its count is that of the indexed readings. Those that the index rejected, and those that are late now
 *   but may have come in time before, may count or not. A window that is still open is left to a later range; what was
 *   published of it must be in the index.
 */
export async function reconcileRange(
  dependencies: ReconciliationDependencies,
  request: ReconcileRequest & { readonly range: NonNullable<ReconcileRequest['range']> },
): Promise<{ readonly result: ReconcileResult; readonly next: NextRange; readonly indexed: IndexedRange | null }> {
  const { result, facts, firstLeftMs, checksum } = await compareBothEnds(dependencies, request);
  const { scope, range } = request;
  const next = {
    enriched: earlier(scope.enriched.to, facts.later.enriched),
    deadLetter: earlier(scope.deadLetter.to, facts.later.deadLetter),
    windowsFromMs: Math.min(range.windowsToMs, firstLeftMs),
  };
  return { result, next, indexed: result.reconciled ? { checksum, windows: facts.saved.windows } : null };
}

function earlier(ends: PartitionOffsets, later: ReadonlyMap<number, bigint>): PartitionOffsets {
  const offsets = Object.entries(ends).map(([partition, end]) => [
    partition,
    String(later.get(Number(partition)) ?? end),
  ]);
  return Object.fromEntries(offsets) as PartitionOffsets;
}

interface Comparison {
  readonly result: ReconcileResult;
  readonly facts: RecordFacts;
  /** Of all facts of the index. */
  readonly checksum: string;
  /** Start of the first window that is left to a later range; infinite without any. */
  readonly firstLeftMs: number;
}

async function compareBothEnds(
  { kafka, elasticsearch, schemaRegistry, protectKeyFile, scratchFolder }: ReconciliationDependencies,
  request: ReconcileRequest,
): Promise<Comparison> {
  const startedAt = Date.now();
  const { runs } = request.aliases;
  return await withSteps((steps) =>
    inScratchFolder(scratchFolder, async (folder) => {
      const { signal, onStep } = steps;
      const checkpoint = await CollectionCheckpoint.open(folder);
      const bucketsOf = (set: 'readings' | 'windows') => bucketOptions(folder, set, checkpoint, request);
      const readings = new FactBuckets<ReadingFact>(bucketsOf('readings'));
      const windows = new FactBuckets<WindowFact>(bucketsOf('windows'));
      const { position, saved } = checkpoint;
      position.retention = saved === null ? await readRetention(elasticsearch, runs) : position.retention;
      const before = position.retention;
      const byMonth = before !== null;
      const values = rawValues(request, schemaRegistry, signal);
      const ids = await protectedIds(request, protectKeyFile);
      const read = { values, ids, kafka, elasticsearch, request, readings, windows, byMonth };
      const collection = { ...read, checkpoint, ...steps };
      const facts = await collectFacts(collection);
      const { foreign, rawBytes } = facts;
      // Months may be dropped meanwhile: those dropped before must not be indexed, those expired by now may be missing.
      const after = before === null ? null : await readRetention(elasticsearch, runs);
      const bounds = { expiredBefore: after?.expiredBefore ?? null, droppedBefore: before?.droppedBefore ?? null };
      const counts = new ResultCounts();
      onStep('comparing readings');
      await compareReadings(collection, facts, bounds, counts);
      onStep('comparing windows');
      const firstLeftMs = await compareWindows(collection, facts, bounds, counts);
      const totals = counts.totals();
      const planned = request.plan === null ? null : totals.planned;
      const result = { ...totals, planned, foreign, rawBytes, durationMs: Date.now() - startedAt };
      checkpoint.indexed.add(bounds);
      return { result, facts, firstLeftMs, checksum: checkpoint.indexed.text };
    }),
  );
}

async function compareReadings(
  collection: FactCollection,
  facts: RecordFacts,
  bounds: RetentionBounds,
  counts: ResultCounts,
): Promise<void> {
  const { readings, windows, signal, request } = collection;
  const { scope, plan, range } = request;
  for await (const bucket of readings.states(() => new ReadingState(bounds))) {
    signal.throwIfAborted();
    for (const state of bucket.values()) state.adoptOtherRuns();
    if (range !== undefined) await findRepeats(collection, facts, bucket);
    else if (sharesReadings(request) && request.bounded) await findElsewhere(collection, facts, bucket);
    for (const [id, state] of bucket) {
      // Elasticsearch counts the readings of a range's windows.
      if (range === undefined) for (const fact of windowFacts(state, scope.windowIdPrefix)) windows.append(fact);
      if (state.inRange) counts.addReading(id, state, readingDiscrepancies(state, plan !== null));
    }
  }
}

/** In which windows a reading counts: that of this run, or else that of other runs. */
function windowFacts({ windowOfOthers, window, inRange }: ReadingState, prefix: string): WindowFact[] {
  const others: WindowFact[] =
    windowOfOthers === null ? [] : [{ kind: 'reading', id: windowOfOthers, ofOtherRun: true, times: 1 }];
  return inRange && window !== null ? [...others, { kind: 'reading', id: prefix + window, times: 1 }] : others;
}

async function compareWindows(
  { windows, signal, request: { bounded, range } }: FactCollection,
  { hasOverwritten, unreadableRejections }: RecordFacts,
  bounds: RetentionBounds,
  counts: ResultCounts,
): Promise<number> {
  let firstLeftMs = Number.POSITIVE_INFINITY;
  for await (const bucket of windows.states(() => new WindowState())) {
    signal.throwIfAborted();
    for (const [id, state] of bucket) {
      if (range !== undefined) {
        const standing = rangeWindow(id, state, range);
        if (standing === 'left') firstLeftMs = Math.min(firstLeftMs, windowStartOf(id));
        if (standing !== 'counted' && !state.isPublished) continue;
        const month = windowMonthState(id, bounds);
        counts.addWindow(id, state, rangeWindowDiscrepancies(state, month, standing, unreadableRejections), month);
        continue;
      }
      if (!state.isOfRun) {
        if (hasOverwritten) counts.addDiscrepancies(id, foreignWindowDiscrepancies(state));
        continue;
      }
      const month = windowMonthState(id, bounds);
      counts.addWindow(id, state, windowDiscrepancies(state, bounded, month), month);
    }
  }
  return firstLeftMs;
}

function bucketOptions(
  folder: string,
  set: 'readings' | 'windows',
  { saved }: CollectionCheckpoint,
  { scope: { raw } }: ReconcileRequest,
) {
  const count = Math.ceil((2 * offsetCount(raw.from, raw.to)) / MAX_IDS_IN_MEMORY);
  return {
    ...{ folder: join(folder, set), count: Math.min(MAX_BUCKETS, Math.max(1, count)), maxIds: MAX_IDS_IN_MEMORY },
    ...(saved === null ? {} : { saved: saved.files[set] }),
  };
}
