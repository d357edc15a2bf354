import type { estypes } from '@elastic/elasticsearch';
import { isObject, type JsonObject } from '../contracts/json-object';

/**
 * Where a document comes from; its first field, which is not part of its digest.
 *
 * For a reading, `partition` and `offset` are those of the raw record; for windows and dead letters those of the
 * record that was indexed.
 *
 * @public part of every document; indexing writes it as text
 */
export interface Provenance {
  /** Its name. */
  readonly pipeline: string;
  readonly run: string;
  readonly partition: number;
  /** Decimal offset. */
  readonly offset: string;
  /** When the raw record was published, in epoch ms; absent for windows and dead letters. */
  readonly publishedAt?: number;
  /** When the indexed record was published, in epoch ms. */
  readonly processedAt: number;
  /** When the bulk request was built, in epoch ms. */
  readonly indexedAt: number;
  /**
   * From `publishedAt` to `indexedAt`, so that dashboards need no script; a replay overwrites it. Absent if `publishedAt` is
   * before 2001 or after `indexedAt`: then it is in another unit, or the clock of the producer is wrong.
   */
  readonly latencyMs?: number;
  /** How often the record was redriven as a dead letter; absent if never. */
  readonly redrive?: number;
  /** Dead letters only: when a redrive found that its id is indexed, in epoch ms. */
  readonly resolvedAt?: number;
}

export const PROVENANCE_FIELD = 'provenance';
export const RUN_FIELD = `${PROVENANCE_FIELD}.run`;

/** Matches the documents of a run, and those without any. */
export function ofRun(run: string): estypes.QueryDslQueryContainer {
  return {
    bool: { should: [{ term: { [RUN_FIELD]: run } }, { bool: { must_not: { exists: { field: RUN_FIELD } } } }] },
  };
}

/** Matches the documents of all other runs. */
export function ofOtherRuns(run: string): estypes.QueryDslQueryContainer {
  return { bool: { must_not: ofRun(run) } };
}

/** Whether `ofOtherRuns` matches a document. */
export function isOfOtherRun(document: JsonObject, run: string): boolean {
  const provenance = document[PROVENANCE_FIELD];
  const found = isObject(provenance) ? provenance['run'] : undefined;
  return found !== undefined && found !== run;
}
