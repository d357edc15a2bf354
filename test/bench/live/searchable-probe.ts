import { setTimeout as sleep } from 'node:timers/promises';
import type { Client } from '@elastic/elasticsearch';
import { z } from 'zod';

/**
 * Between two searches; no latency is measured more exactly than this. More searches, of more devices, take a large part of a
 * core, and so delay what they measure.
 */
const SEARCH_EVERY_MS = 200;
/** Readings that were sent to Elasticsearch in parallel may become searchable in another order. */
const REORDERED_MS = 1_000;
/** A few percent of the readings. */
const SAMPLED_DEVICES = ['device-0017'];
const MAX_HITS = 10_000;

const hitSchema = z.object({
  _id: z.string(),
  fields: z.object({
    'provenance.publishedAt': z.tuple([z.coerce.number()]),
    'provenance.indexedAt': z.tuple([z.coerce.number()]),
  }),
});

/** A reading that a search has found. */
export interface SearchableReading {
  readonly publishedMs: number;
  readonly indexedMs: number;
  readonly searchableMs: number;
}

/** Searches for sampled readings until a time; returns when each of them was found first. */
export async function probeSearches(
  elasticsearch: Client,
  alias: string,
  untilMs: number,
): Promise<readonly SearchableReading[]> {
  const found = new Map<string, SearchableReading>();
  let newestMs = 0;
  for (let startedMs = Date.now(); startedMs < untilMs; startedMs = Date.now()) {
    const hits = await searchSince(elasticsearch, alias, newestMs - REORDERED_MS);
    const searchableMs = Date.now();
    for (const { _id, fields } of hits) {
      const [publishedMs] = fields['provenance.publishedAt'];
      const [indexedMs] = fields['provenance.indexedAt'];
      newestMs = Math.max(newestMs, indexedMs);
      if (!found.has(_id)) found.set(_id, { publishedMs, indexedMs, searchableMs });
    }
    await sleep(Math.max(0, startedMs + SEARCH_EVERY_MS - Date.now()));
  }
  return [...found.values()];
}

async function searchSince(
  elasticsearch: Client,
  index: string,
  sinceMs: number,
): Promise<z.infer<typeof hitSchema>[]> {
  const { hits } = await elasticsearch.search({
    index,
    query: {
      bool: {
        filter: [{ terms: { deviceId: SAMPLED_DEVICES } }, { range: { 'provenance.indexedAt': { gte: sinceMs } } }],
      },
    },
    _source: false,
    docvalue_fields: ['provenance.publishedAt', 'provenance.indexedAt'],
    size: MAX_HITS,
    track_total_hits: false,
  });
  return z.array(hitSchema).parse(hits.hits);
}

/** Resolves with the time at which a search found at least `count` documents; the index need not exist before. */
export async function searchableAtMs(elasticsearch: Client, index: string, count: number): Promise<number> {
  for (;;) {
    const answer = await elasticsearch.search({ index, ignore_unavailable: true, size: 0, track_total_hits: count });
    const { total } = answer.hits;
    if (typeof total === 'object' && total.value >= count) return Date.now();
    await sleep(SEARCH_EVERY_MS);
  }
}
