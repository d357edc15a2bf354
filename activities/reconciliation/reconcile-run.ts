import { Context } from '@temporalio/activity';
import type { Client } from '@elastic/elasticsearch';
import type { RetentionBounds } from '../contracts/event-month';
import { offsetCount } from '../contracts/offsets';
import type { ReconcileRequest, ReconcileResult } from '../contracts/report';
import { readRetention } from '../elasticsearch/retention';
import type { HttpServer } from '../http/http-server';
import type { KafkaGateway } from '../kafka';
import { collectFacts, sharesReadings, type FactCollection } from './collect-facts';
import { FactBuckets } from './fact-buckets';
import { findElsewhere } from './find-elsewhere';
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
  WindowState,
  windowDiscrepancies,
  windowMonthState,
  type WindowFact,
} from './window-state';

const HEARTBEAT_MS = 1_000;
/** Distinct ids in memory at a time, about half a kilobyte each: few enough to be collected in the young generation. */
const MAX_IDS_IN_MEMORY = 4_000;
/** Each has a small buffer while facts are collected. */
const MAX_BUCKETS = 512;

interface ReconciliationDependencies {
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
 * It reads every topic and index once as facts about ids, then compares all facts about each id:
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
 * It writes nothing. The run must not be writing at the same time.
 *
 * @throws OffsetOutOfRange when retention has deleted part of the range
 * @throws SourceMissing or SourceChanged when the file of the plan cannot be counted again
 * @throws ServiceUnavailable when Kafka, Elasticsearch or the disk fails
 * @throws SchemaRegistryUnavailable when a schema is needed that the registry does not give
 * @throws ProtectKeyMissing when the worker does not have the key under which ids were hashed
 * @throws IndexMisconfigured when Elasticsearch rejects a request
 */
export async function reconcileRun(
  { kafka, elasticsearch, schemaRegistry, protectKeyFile, scratchFolder }: ReconciliationDependencies,
  request: ReconcileRequest,
): Promise<ReconcileResult> {
  const startedAt = Date.now();
  const context = Context.current();
  const signal = context.cancellationSignal;
  const { runs } = request.aliases;
  const progress = { step: 'starting' };
  const heartbeat = setInterval(() => {
    context.heartbeat(progress);
  }, HEARTBEAT_MS);
  try {
    return await inScratchFolder(scratchFolder, async (folder) => {
      const readings = new FactBuckets<ReadingFact>(bucketOptions(`${folder}/readings`, request));
      const windows = new FactBuckets<WindowFact>(bucketOptions(`${folder}/windows`, request));
      const onStep = (step: string): void => {
        signal.throwIfAborted();
        progress.step = step;
      };
      const before = await readRetention(elasticsearch, runs);
      const byMonth = before !== null;
      const values = rawValues(request, schemaRegistry, signal);
      const ids = await protectedIds(request, protectKeyFile);
      const collection = { values, ids, kafka, elasticsearch, request, readings, windows, byMonth, signal, onStep };
      const facts = await collectFacts(collection);
      const { foreign, rawBytes } = facts;
      // Months may be dropped meanwhile: those dropped before must not be indexed, those expired by now may be missing.
      const after = before === null ? null : await readRetention(elasticsearch, runs);
      const bounds = { expiredBefore: after?.expiredBefore ?? null, droppedBefore: before?.droppedBefore ?? null };
      const counts = new ResultCounts();
      onStep('comparing readings');
      await compareReadings(collection, facts, bounds, counts);
      onStep('comparing windows');
      await compareWindows(collection, facts, bounds, counts);
      const totals = counts.totals();
      const planned = request.plan === null ? null : totals.planned;
      return { ...totals, planned, foreign, rawBytes, durationMs: Date.now() - startedAt };
    });
  } finally {
    clearInterval(heartbeat);
  }
}

async function compareReadings(
  collection: FactCollection,
  facts: RecordFacts,
  bounds: RetentionBounds,
  counts: ResultCounts,
): Promise<void> {
  const { readings, windows, signal, request } = collection;
  const { scope, plan } = request;
  for await (const bucket of readings.states(() => new ReadingState(bounds))) {
    signal.throwIfAborted();
    for (const state of bucket.values()) state.adoptOtherRuns();
    if (sharesReadings(request) && request.bounded) await findElsewhere(collection, facts, bucket);
    for (const [id, state] of bucket) {
      const { windowOfOthers } = state;
      if (windowOfOthers !== null) windows.append({ kind: 'reading', id: windowOfOthers, ofOtherRun: true, times: 1 });
      if (!state.inRange) continue;
      counts.addReading(id, state, readingDiscrepancies(state, plan !== null));
      if (state.window !== null) windows.append({ kind: 'reading', id: scope.windowIdPrefix + state.window, times: 1 });
    }
  }
}

async function compareWindows(
  { windows, signal, request: { bounded } }: FactCollection,
  { hasOverwritten }: RecordFacts,
  bounds: RetentionBounds,
  counts: ResultCounts,
): Promise<void> {
  for await (const bucket of windows.states(() => new WindowState())) {
    signal.throwIfAborted();
    for (const [id, state] of bucket) {
      if (!state.isOfRun) {
        if (hasOverwritten) counts.addDiscrepancies(id, foreignWindowDiscrepancies(state));
        continue;
      }
      const month = windowMonthState(id, bounds);
      counts.addWindow(id, state, windowDiscrepancies(state, bounded, month), month);
    }
  }
}

function bucketOptions(folder: string, { scope: { raw } }: ReconcileRequest) {
  const count = Math.ceil((2 * offsetCount(raw.from, raw.to)) / MAX_IDS_IN_MEMORY);
  return { folder, count: Math.min(MAX_BUCKETS, Math.max(1, count)), maxIds: MAX_IDS_IN_MEMORY };
}
