/** The ranges of raw offsets by which a run without end is proven while it runs. */
import type { PartitionOffsets } from './offsets';
import type { PipelineTopics } from './plan';
import type { DiscrepancyKind, NextRange, ReconcileRequest } from './report';

/** Offsets of the four topics. */
export type RangeOffsets = Readonly<Record<keyof PipelineTopics, PartitionOffsets>>;

/** The part of a stage's answer to the `progress` query by which a range is closed. */
export interface StageCheckpoint {
  /** The next offset that the stage will read; all before it is processed, or indexed. */
  readonly checkpoint?: PartitionOffsets;
}

export type CheckedStage = 'spark' | 'readings' | 'windows' | 'deadLetters';

export interface CloseRangeInput {
  readonly topics: PipelineTopics;
  /** Ids of the workflows. */
  readonly stages: Readonly<Record<CheckedStage, string>>;
  /** Where the range begins. */
  readonly from: RangeOffsets;
  /** Of the first range only: records that Kafka deletes before it is proven are passed over. */
  readonly isFirst: boolean;
  readonly maxWaitMs: number;
}

/** A range of which everything is indexed. */
export interface ClosedRange {
  /** When its end was taken. */
  readonly closedMs: number;
  readonly from: RangeOffsets;
  readonly to: RangeOffsets;
}

/** Or the stage that was not ready in time. */
export type CloseRangeResult = ClosedRange | { readonly waitsFor: CheckedStage };

export type RangeRequest = ReconcileRequest & { readonly range: NonNullable<ReconcileRequest['range']> };

/** What a workflow keeps of a verdict; all of it is in the range's report. */
export interface RangeVerdict {
  readonly number: number;
  readonly reconciled: boolean;
  readonly published: number;
  readonly discrepancies: Readonly<Partial<Record<DiscrepancyKind, number>>>;
  readonly next: NextRange;
}

/** Id of the report of a range in the index of the pipeline's runs. */
export function rangeId(run: string, number: number): string {
  return `${run}-range-${number}`;
}
