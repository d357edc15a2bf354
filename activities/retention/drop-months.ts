import type { Client } from '@elastic/elasticsearch';
import { aliasesOf } from '../contracts/pipeline-names';
import { deleteIndex } from '../elasticsearch/delete-index';
import { advanceBound } from '../elasticsearch/retention';
import { elasticsearchFailure } from '../elasticsearch/elasticsearch-failure';
import type { ExpiredMonths } from './expire-months';

export interface DropMonthsInput extends ExpiredMonths {
  /** Run id of the workflow that drops them. */
  readonly run: string;
}

/**
 * Deletes the indices of expired months, and records it in the index of the pipeline's runs; idempotent.
 *
 * @throws ServiceUnavailable when Elasticsearch does not answer
 * @throws IndexMisconfigured when it rejects a request
 */
export async function dropMonths(
  elasticsearch: Client,
  { name, run, expiredBefore, indices }: DropMonthsInput,
): Promise<void> {
  const { runs } = aliasesOf(name);
  try {
    for (const { index } of indices) await deleteIndex(elasticsearch, index);
    if (indices.length > 0) {
      const retention = { pipeline: name, expiredBefore, indices };
      await elasticsearch.index({ index: runs, id: `retention-${run}`, document: { retention } });
    }
  } catch (error) {
    throw elasticsearchFailure(error, `Dropping months of ${name}`);
  }
  await advanceBound(elasticsearch, runs, 'droppedBefore', expiredBefore);
}
