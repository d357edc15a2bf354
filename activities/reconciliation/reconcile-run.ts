import { Context } from '@temporalio/activity';
import type { Client } from '@elastic/elasticsearch';
import type { Horizon } from '../contracts/event-month';
import { offsetCount } from '../contracts/offsets';
import type { ReconcileRequest, ReconcileResult } from '../contracts/report';
import { readRetention } from '../elasticsearch/retention';
import type { KafkaGateway } from '../kafka';
import { FactBuckets } from './fact-buckets';
import { gatherFacts } from './gather-facts';
import { ReadingAccount, readingDiscrepancies, type ReadingFact } from './reading-account';
import { inScratchFolder } from './scratch-folder';
import { Tally } from './tally';
import { WindowAccount, windowDiscrepancies, windowId, windowMonthState, type WindowFact } from './window-account';

const HEARTBEAT_MS = 1_000;
/** Distinct ids in memory at a time, about half a kilobyte each: few enough to be dropped while they are young. */
const MAX_IDS_IN_MEMORY = 4_000;
/** Each has a small buffer while facts are gathered. */
const MAX_BUCKETS = 512;

export interface ReconciliationDependencies {
  readonly kafka: KafkaGateway;
  readonly elasticsearch: Client;
  /** For files that live as long as the activity: about 700 bytes a reading. */
  readonly scratchFolder: string;
}

/**
 * Proves by ids that a run lost nothing, altered nothing and counted nothing twice, from what Kafka and Elasticsearch
 * hold and nothing else: no counter, checkpoint or report of the run is looked at.
 *
 * Every side is read once, as facts about ids; then all facts about one id are held against each other:
 * planned = published or refused by the source; published = indexed or an unresolved dead letter, never both; indexed
 * content = enriched content; dead letters in the topic = dead letters in the index; and every window, computed again
 * from the distinct enriched readings, stands in the index with that count and the content Spark gave it.
 *
 * Of a run without end less can be claimed: every record of the range ended, unaltered, and every window of the range
 * is in the index at least as it was published. Its counts also rest on readings from before the range and on ids that
 * Spark has forgotten since, so they are not computed again; documents made of other ranges are not looked at.
 *
 * By month, what belongs to a month that the pipeline has given up counts as expired where it is not in the index: the
 * month is that of the enriched record itself. What still stands there once the month was dropped is named.
 *
 * Repeating it changes nothing. The figures are those of the moment: the run must be at rest.
 *
 * @throws OffsetOutOfRange when retention has removed a part of the range
 * @throws SourceMissing or SourceChanged when the file of the plan cannot be counted again
 * @throws ServiceUnavailable when Kafka, Elasticsearch or the disk gives out
 * @throws IndexMisconfigured when Elasticsearch refuses to be read
 */
export async function reconcileRun(
  dependencies: ReconciliationDependencies,
  request: ReconcileRequest,
): Promise<ReconcileResult> {
  const startedAt = Date.now();
  const context = Context.current();
  const progress = { step: 'starting' };
  const beat = setInterval(() => {
    context.heartbeat(progress);
  }, HEARTBEAT_MS);
  try {
    return await inScratchFolder(dependencies.scratchFolder, async (folder) => {
      const readings = new FactBuckets<ReadingFact>(bucketOptions(`${folder}/readings`, request));
      const windows = new FactBuckets<WindowFact>(bucketOptions(`${folder}/windows`, request));
      const onStep = (step: string): void => {
        context.cancellationSignal.throwIfAborted();
        progress.step = step;
      };
      const { kafka, elasticsearch } = dependencies;
      const signal = context.cancellationSignal;
      const { runs } = request.aliases;
      const before = await readRetention(elasticsearch, runs);
      const facts = { kafka, elasticsearch, request, readings, windows, byMonth: before !== null, signal, onStep };
      const { foreign, rawBytes } = await gatherFacts(facts);
      // Months may be dropped while the indices are read: what was dropped before must be gone, what is expired since may be.
      const after = before === null ? null : await readRetention(elasticsearch, runs);
      const horizon = { expiredBefore: after?.expiredBefore ?? null, droppedBefore: before?.droppedBefore ?? null };
      const tally = new Tally();
      onStep('comparing readings');
      await compareReadings({ readings, windows }, { request, horizon, tally });
      onStep('comparing windows');
      await compareWindows(windows, { request, horizon, tally });
      return {
        reconciled: tally.addsUp,
        planned: request.plan === null ? null : tally.planned,
        ...tally.totals(),
        foreign,
        rawBytes,
        durationMs: Date.now() - startedAt,
      };
    });
  } finally {
    clearInterval(beat);
  }
}

interface Comparison {
  readonly request: ReconcileRequest;
  readonly horizon: Horizon;
  readonly tally: Tally;
}

async function compareReadings(
  { readings, windows }: { readings: FactBuckets<ReadingFact>; windows: FactBuckets<WindowFact> },
  { request: { scope, plan, windowMs }, horizon, tally }: Comparison,
): Promise<void> {
  for await (const bucket of readings.accounts(() => new ReadingAccount(horizon))) {
    Context.current().cancellationSignal.throwIfAborted();
    for (const [id, account] of bucket) {
      if (!account.inRange) continue;
      tally.addReading(id, account, readingDiscrepancies(account, plan !== null));
      if (account.window !== null) {
        windows.append({ side: 'reading', id: windowId(scope.generation, account.window, windowMs) });
      }
    }
  }
}

async function compareWindows(
  windows: FactBuckets<WindowFact>,
  { request: { bounded }, horizon, tally }: Comparison,
): Promise<void> {
  for await (const bucket of windows.accounts(() => new WindowAccount())) {
    Context.current().cancellationSignal.throwIfAborted();
    for (const [id, account] of bucket) {
      const month = windowMonthState(id, horizon);
      tally.addWindow(id, account, windowDiscrepancies(account, bounded, month), month);
    }
  }
}

function bucketOptions(folder: string, { scope: { raw } }: ReconcileRequest) {
  const wanted = Math.ceil((2 * offsetCount(raw.from, raw.to)) / MAX_IDS_IN_MEMORY);
  return { folder, count: Math.min(MAX_BUCKETS, Math.max(1, wanted)), maxIds: MAX_IDS_IN_MEMORY };
}
