/** Every id a bounded source was to publish, in a form that is counted again without asking the source. */
export type PlannedIds = PlannedSequences | PlannedRows;

/** The simulator's readings `[from, to)`. */
export interface PlannedSequences {
  readonly kind: 'sequences';
  readonly from: number;
  readonly to: number;
  readonly devices: number;
  readonly run: string;
}

/**
 * All rows of a file, counted from 0: for CSV the records after the header, for NDJSON the lines that are not blank.
 */
export interface PlannedRows {
  readonly kind: 'file';
  /** Absolute, on the machine that reconciles. */
  readonly path: string;
  readonly format: 'csv' | 'ndjson';
  /** Of the whole file, in hex, taken before its first row was published. */
  readonly sha256: string;
  /** First row not wanted, where a person stopped the source before its end. */
  readonly to?: number;
}
