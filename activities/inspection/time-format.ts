import type { Cell } from './cell';

/** How the values of a column are read as times. */
export interface TimeReading {
  /** As `source.fields.timestamp.format` has it. */
  readonly format: string;
  /** Whether each value says its zone. */
  readonly hasZone: boolean;
  /** Formats that would read the sample as well. */
  readonly others: readonly string[];
  /** Only dates without a time of day. */
  readonly isDate: boolean;
  readonly reads: (cell: Cell) => boolean;
}
