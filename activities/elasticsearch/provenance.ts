/**
 * How a record passed through the pipeline; the first field of every document, outside its digest.
 *
 * For a reading, `partition` and `offset` are those of the raw record; for windows and dead letters those of the
 * record that was indexed.
 *
 * @public documents hold it; indexing writes it as text
 */
export interface Provenance {
  /** Its name. */
  readonly pipeline: string;
  readonly run: string;
  readonly partition: number;
  /** Decimal offset. */
  readonly offset: string;
  /** Epoch ms: the raw record was published; absent for windows and dead letters. */
  readonly publishedAt?: number;
  /** Epoch ms: the record to index was published. */
  readonly processedAt: number;
  /** Epoch ms: the bulk request was built. */
  readonly indexedAt: number;
  /** From `publishedAt` to `indexedAt`, so that dashboards need no script; of the last time, after a replay. */
  readonly latencyMs?: number;
  /** How often the record was redriven as a dead letter; absent: never. */
  readonly redrive?: number;
  /** Dead letters only; epoch ms: a redrive saw that its id is indexed. */
  readonly resolvedAt?: number;
}

/** The field name under which a document carries its provenance. */
export const PROVENANCE_FIELD = 'provenance';
