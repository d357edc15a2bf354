/**
 * Step 4: bring what Spark made into Elasticsearch, under ids that make every repetition harmless.
 *
 * @module
 */
import { indexSlice, type IndexingDependencies } from './index-slice';
import type { IndexSliceInput, IndexSliceResult } from './slice';

export interface IndexingActivities {
  indexSlice(input: IndexSliceInput): Promise<IndexSliceResult>;
}

export function createIndexingActivities(dependencies: IndexingDependencies): IndexingActivities {
  return { indexSlice: (input) => indexSlice(dependencies, input) };
}
