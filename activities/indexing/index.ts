/**
 * Step 4: bring what Spark made into Elasticsearch, under ids that make every repetition harmless.
 *
 * @module
 */
import { indexSlice, type IndexingDependencies } from './index-slice';
import { redriveSlice } from './redrive/redrive-slice';
import type { RedriveSliceInput, SliceCounts } from './redrive/slice';
import type { IndexSliceInput, IndexSliceResult } from './slice';

export interface IndexingActivities {
  indexSlice(input: IndexSliceInput): Promise<IndexSliceResult>;
  redriveSlice(input: RedriveSliceInput): Promise<SliceCounts>;
}

export function createIndexingActivities(dependencies: IndexingDependencies): IndexingActivities {
  return {
    indexSlice: (input) => indexSlice(dependencies, input),
    redriveSlice: (input) => redriveSlice(dependencies, input),
  };
}
