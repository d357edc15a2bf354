import type { Client } from '@elastic/elasticsearch';
import { parseObject, type JsonObject } from '../contracts/json-object';
import type { ReconcileRequest } from '../contracts/report';
import { wholeOriginal } from '../contracts/dead-letter';
import { windowId, windowStartMs } from '../contracts/window';
import type { EventTimeRange } from '../elasticsearch/event-time';
import { afterOffsets } from '../elasticsearch/provenance-range';
import { readingCounts } from '../elasticsearch/reading-counts';
import { scanIndex } from '../elasticsearch/scan-index';
import type { CollectionCheckpoint } from './collection-checkpoint';
import type { FactBuckets } from './fact-buckets';
import type { RecordFacts } from './record-facts';
import type { WindowFact } from './window-state';

export type ProvenRange = NonNullable<ReconcileRequest['range']>;

interface CountCollection {
  readonly elasticsearch: Client;
  readonly request: ReconcileRequest;
  readonly windows: Pick<FactBuckets<WindowFact>, 'append'>;
  readonly checkpoint: Pick<CollectionCheckpoint, 'indexed'>;
  readonly signal: AbortSignal;
  readonly onStep: (step: string) => void;
}

/**
 * Returns the earliest start of a window that a range may count: it closed since the range before, or the range published
 * it; null if every earlier window may count.
 *
 * @param published - from the start of the first to the end of the last window that the range published; null without any
 */
export function firstCountedMs(
  { windowsFromMs, windowsToMs }: ProvenRange,
  published: EventTimeRange | null,
): number | null {
  return windowsFromMs === null ? null : Math.min(windowsFromMs, published?.gte ?? windowsToMs);
}

/** Appends for each window that a range may count how many readings of it are indexed, or were rejected by the index. */
export async function collectWindowCounts(
  { elasticsearch, request, windows, checkpoint, signal, onStep }: CountCollection,
  range: ProvenRange,
  facts: RecordFacts,
): Promise<void> {
  const { aliases, scope, windowMs } = request;
  const append = (fact: WindowFact): void => {
    windows.append(fact);
    checkpoint.indexed.add(fact);
  };
  onStep(`counting the readings of windows in ${aliases.readings}`);
  const [fromMs, toMs] = [firstCountedMs(range, facts.windowTime), range.windowsToMs];
  const later = afterOffsets(scope.raw);
  const counted = { readings: aliases.readings, run: scope.run, windowMs, fromMs, toMs, later, signal };
  for await (const counts of readingCounts(elasticsearch, counted)) {
    for (const { deviceId, startMs, ...count } of counts) {
      append({ kind: 'counted', id: scope.windowIdPrefix + windowId(deviceId, startMs, windowMs), ...count });
    }
  }
  const query = { bool: { filter: [{ term: { stage: 'index' } }, { term: { topic: scope.enriched.topic } }] } };
  for await (const letters of scanIndex(elasticsearch, { index: aliases.deadLetters, query, signal })) {
    for (const { _source } of letters) {
      const reading = parseObject(wholeOriginal(_source));
      if (reading === undefined) checkpoint.indexed.add({ unreadable: (facts.unreadableRejections += 1) });
      else if (reading['late'] !== true) append({ kind: 'rejected', id: windowOf(reading, request) });
    }
  }
}

function windowOf(reading: JsonObject, { scope, windowMs }: ReconcileRequest): string {
  const startMs = windowStartMs(String(reading['timestamp']), windowMs);
  return scope.windowIdPrefix + windowId(String(reading['deviceId']), startMs, windowMs);
}
