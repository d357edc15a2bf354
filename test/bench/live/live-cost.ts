import type { BilledActions } from './billed-actions';
import type { Latencies } from './latencies';

export const PARTS = ['worker', 'spark', 'kafka', 'elasticsearch', 'temporal'] as const;
export type Part = (typeof PARTS)[number];

/** Of readings that come at a rate. */
export interface LoadCost {
  /** Readings per second that were published in the time measured and are indexed; fewer if the machine is too busy. */
  readonly readingsPerSecond: number;
  readonly latencies: Latencies;
  /** CPU time per reading in µs. */
  readonly micros: Readonly<Record<Part, number>>;
}

/** What one commit needs for a live pipeline. */
export interface LiveCost extends LoadCost {
  /** From the start of the pipeline on a running stack until a search found a reading. */
  readonly firstSearchableMs: number;
  readonly actionsPerHour: BilledActions;
  readonly idle: IdleCost;
}

/** Of a pipeline that follows a topic into which nobody publishes. */
export interface IdleCost {
  /** Share of one core. */
  readonly cores: Readonly<Record<Part, number>>;
  readonly actionsPerHour: BilledActions;
  /** From the publishing of the first record after the silence until a search found its reading. */
  readonly wakeUpMs: number;
}
