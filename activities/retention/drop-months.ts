import type { Client } from '@elastic/elasticsearch';
import { aliasesOf } from '../contracts/pipeline-names';
import { advanceBound } from '../elasticsearch/retention';
import { elasticsearchFailure } from '../elasticsearch/elasticsearch-failure';
import type { ExpiredMonths } from './expire-months';

/** The URL of a request contains all its names. */
const INDICES_PER_REQUEST = 20;

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
  const names = indices.map(({ index }) => index);
  try {
    for (let first = 0; first < names.length; first += INDICES_PER_REQUEST) {
      const index = names.slice(first, first + INDICES_PER_REQUEST);
      await elasticsearch.indices.delete({ index, ignore_unavailable: true });
    }
    if (names.length > 0) {
      const retention = { pipeline: name, expiredBefore, indices };
      await elasticsearch.index({ index: runs, id: `retention-${run}`, document: { retention } });
    }
  } catch (error) {
    throw elasticsearchFailure(error, `Dropping months of ${name}`);
  }
  await advanceBound(elasticsearch, runs, 'droppedBefore', expiredBefore);
}
