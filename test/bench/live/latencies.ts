import type { Client } from '@elastic/elasticsearch';
import { z } from 'zod';
import { scanIndex } from '../../../activities/elasticsearch/scan-index';
import { percentile } from '../percentile';
import type { SearchableReading } from './searchable-probe';

export interface Percentiles {
  readonly p50: number;
  readonly p95: number;
  readonly p99: number;
}

/** In ms, of the readings published in one time. */
export interface Latencies {
  /** From the raw record's time in Kafka to the enriched record's. */
  readonly publishedToEnriched: Percentiles;
  /** From there until the bulk request was built. */
  readonly enrichedToIndexed: Percentiles;
  readonly publishedToIndexed: Percentiles;
  /** Until a search found it; of sampled readings, others than those above. */
  readonly indexedToSearchable: Percentiles;
  readonly publishedToSearchable: Percentiles;
}

/** Epoch ms; `toMs` is exclusive. */
export interface TimeRange {
  readonly fromMs: number;
  readonly toMs: number;
}

const provenanceSchema = z.object({ publishedAt: z.number(), processedAt: z.number(), indexedAt: z.number() });

/**
 * Takes the times of readings from their documents, so that every reading that was ever indexed counts.
 *
 * @returns also how many there are
 */
export async function latenciesOf(
  elasticsearch: Client,
  alias: string,
  { fromMs, toMs }: TimeRange,
  sampled: readonly SearchableReading[],
): Promise<{ readonly readings: number; readonly latencies: Latencies }> {
  const enriched: number[] = [];
  const waiting: number[] = [];
  const indexed: number[] = [];
  const query = { range: { 'provenance.publishedAt': { gte: fromMs, lt: toMs } } };
  const request = { index: alias, query, fields: ['provenance'], signal: new AbortController().signal };
  for await (const page of scanIndex(elasticsearch, request)) {
    for (const { _source } of page) {
      const { publishedAt, processedAt, indexedAt } = provenanceSchema.parse(_source['provenance']);
      enriched.push(processedAt - publishedAt);
      waiting.push(indexedAt - processedAt);
      indexed.push(indexedAt - publishedAt);
    }
  }
  const latencies = {
    publishedToEnriched: percentiles(enriched),
    enrichedToIndexed: percentiles(waiting),
    publishedToIndexed: percentiles(indexed),
    indexedToSearchable: percentiles(sampled.map(({ indexedMs, searchableMs }) => searchableMs - indexedMs)),
    publishedToSearchable: percentiles(sampled.map(({ publishedMs, searchableMs }) => searchableMs - publishedMs)),
  };
  return { readings: indexed.length, latencies };
}

function percentiles(values: readonly number[]): Percentiles {
  return { p50: percentile(values, 50), p95: percentile(values, 95), p99: percentile(values, 99) };
}
