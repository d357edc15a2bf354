import type { Month } from '../contracts/event-month';

/**
 * What one topic or index shows about one event id. A row of a file has an id of its own: that of what is planned, of a
 * `row` that was published with another event id, and of a dead letter of the source.
 */
export type ReadingFact =
  | { readonly kind: 'planned' | 'row'; readonly id: string }
  | PublishedFact
  | ProcessedFact
  | (DerivedFact & { readonly kind: 'indexed'; readonly plain?: string; readonly redriven?: true })
  | (DerivedFact & { readonly kind: 'indexedDeadLetter' })
  /** A document in the index of dead letters, of another one under the same id. */
  | { readonly kind: 'deadLetterElsewhere'; readonly id: string }
  | ForeignFact
  | ForeignDeadLetterFact;

export interface PublishedFact {
  readonly kind: 'published';
  readonly id: string;
  readonly digest: string;
  /** Id of the row that it was made from, if it is another one. */
  readonly row?: string;
  readonly ofAnotherRun?: true;
}

/** What became of a raw record. */
export type ProcessedFact = Processing &
  (
    | (DerivedFact & {
        readonly kind: 'enriched';
        /** Digest without the flag of a late reading, if it has it. */
        readonly plain?: string;
        readonly window: string | null;
        readonly month?: Month | null;
      })
    | (Omit<DerivedFact, 'digest'> & { readonly kind: 'absent' })
    /** `cause` is absent for a dead letter of a window. */
    | (DerivedFact & { readonly kind: 'deadLetter'; readonly cause?: string })
  );

interface Processing {
  /** When the record was published, in epoch ms. */
  readonly atMs: number;
  /** The run that processed the raw record, if it is another one. */
  readonly byRun?: string;
}

/** A reading of another run. */
export interface ForeignFact {
  readonly kind: 'foreign';
  readonly id: string;
  /** Absent if the index rejected the reading. */
  readonly digest?: string;
  /** Null if the reading is not in a window. */
  readonly window: string | null;
  /** When the indexed record was published, in epoch ms. */
  readonly atMs: number;
  readonly redriven?: true;
}

/** A document of another run in the index of dead letters. */
export interface ForeignDeadLetterFact {
  readonly kind: 'foreignDeadLetter';
  readonly id: string;
  readonly digest: string;
  /** When the dead letter was published, in epoch ms. */
  readonly atMs: number;
}

interface DerivedFact {
  readonly id: string;
  readonly digest: string;
  /** Made from a record before or after the range; never set if the range is the whole run. */
  readonly outside?: true;
}
