/**
 * Step 4: bring what Spark made into Elasticsearch, under ids that make every repetition harmless.
 *
 * @module
 */
import { indexSlice, type IndexingDependencies, type IndexSliceInput, type IndexSliceResult } from './index-slice';

export interface IndexingActivities {
  indexSlice(input: IndexSliceInput): Promise<IndexSliceResult>;
}

export function createIndexingActivities(dependencies: IndexingDependencies): IndexingActivities {
  return { indexSlice: (input) => indexSlice(dependencies, input) };
}
