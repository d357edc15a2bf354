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
