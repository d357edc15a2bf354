import type { Client } from '@elastic/elasticsearch';
import { aliasesOf } from '../contracts/pipeline-names';
import { markDropped } from '../elasticsearch/retention';
import { elasticsearchFailure } from '../elasticsearch/elasticsearch-failure';
import type { ExpiredMonths } from './expire-months';

/** Names of one request stand in its address. */
const AT_ONCE = 20;

export interface DropMonthsInput extends ExpiredMonths {
  /** Run id of the workflow that drops them. */
  readonly run: string;
}

/**
 * Deletes the indices of expired months, and keeps a record of it among the runs of the pipeline; repeating it changes
 * nothing.
 *
 * @throws ServiceUnavailable when Elasticsearch does not answer
 * @throws IndexMisconfigured when it refuses
 */
export async function dropMonths(
  elasticsearch: Client,
  { name, run, expiredBefore, indices }: DropMonthsInput,
): Promise<void> {
  const { runs } = aliasesOf(name);
  const names = indices.map(({ index }) => index);
  try {
    for (let first = 0; first < names.length; first += AT_ONCE) {
      await elasticsearch.indices.delete({ index: names.slice(first, first + AT_ONCE), ignore_unavailable: true });
    }
    if (names.length > 0) {
      const retention = { pipeline: name, expiredBefore, indices };
      await elasticsearch.index({ index: runs, id: `retention-${run}`, document: { retention } });
    }
  } catch (error) {
    throw elasticsearchFailure(error, `Dropping months of ${name}`);
  }
  await markDropped(elasticsearch, runs, expiredBefore);
}
