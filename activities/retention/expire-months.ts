import type { Client } from '@elastic/elasticsearch';
import { z } from 'zod';
import { isBefore, monthOf, monthOfIndex, monthsBefore, type Month } from '../contracts/event-month';
import { aliasesOf, pipelineNameSchema } from '../contracts/pipeline-names';
import { EVENT_TIME_FIELDS } from '../elasticsearch/event-time';
import { advanceBound, readRetention } from '../elasticsearch/retention';
import { elasticsearchFailure } from '../elasticsearch/elasticsearch-failure';
import { STREAMS } from '../elasticsearch/index-templates';
import { monthIndices } from '../elasticsearch/resolve-name';
import { pipelineFailure } from '../contracts/failures';
import { parseWorkflowInput } from '../contracts/workflow-input';

export interface ExpireMonthsRequest {
  /** As the user gave it. */
  readonly input: unknown;
  /** ISO 8601: an instant in the last of the months to keep. */
  readonly at: string;
}

/** An index to drop, with its size when its month expired. */
export interface ExpiredIndex {
  readonly index: string;
  readonly documents: number;
  readonly bytes: number;
}

export interface ExpiredMonths {
  readonly name: string;
  /** No index takes records of earlier months from now on. */
  readonly expiredBefore: Month;
  readonly indices: readonly ExpiredIndex[];
}

const retentionInputSchema = z.strictObject({ name: pipelineNameSchema, keepMonths: z.int().min(1).max(1_200) });

/**
 * Expires all but the latest months of a pipeline. Writers see it before anything is dropped, so that none recreates an
 * index. `expiredBefore` never decreases; idempotent.
 *
 * @throws InvalidInput naming every bad field at once, or if the pipeline does not index by month
 * @throws ServiceUnavailable when Elasticsearch does not answer
 */
export async function expireMonths(elasticsearch: Client, { input, at }: ExpireMonthsRequest): Promise<ExpiredMonths> {
  const { name, keepMonths } = parseWorkflowInput('retention', retentionInputSchema, input);
  const last = monthOf(at);
  if (last === null) throw pipelineFailure('InvalidInput', `at: expected an instant, got ${at}.`);
  const { runs } = aliasesOf(name);
  if ((await readRetention(elasticsearch, runs)) === null) {
    throw pipelineFailure(
      'InvalidInput',
      `name: expected a pipeline that indexes by month, got ${name}. A run with the input {"index":{"by":"month"}} makes it one.`,
    );
  }
  await advanceBound(elasticsearch, runs, 'expiredBefore', monthsBefore(last, keepMonths - 1));
  const expiredBefore = (await readRetention(elasticsearch, runs))?.expiredBefore ?? null;
  const indices = await indicesBefore(elasticsearch, name, expiredBefore);
  return { name, expiredBefore: expiredBefore ?? last, indices };
}

async function indicesBefore(elasticsearch: Client, name: string, bound: Month | null): Promise<ExpiredIndex[]> {
  const aliases = aliasesOf(name);
  const expired: ExpiredIndex[] = [];
  for (const stream of STREAMS.filter((each) => EVENT_TIME_FIELDS[each] !== null)) {
    const { [stream]: alias } = aliases;
    try {
      const months = await monthIndices(elasticsearch, alias);
      const old = months.filter((index) => isBefore(monthOfIndex(alias, index), bound));
      for (const index of old) expired.push({ index, ...(await sizeOf(elasticsearch, index)) });
    } catch (error) {
      throw elasticsearchFailure(error, `Looking for months of ${alias}`, { index: alias });
    }
  }
  return expired;
}

async function sizeOf(elasticsearch: Client, index: string): Promise<Pick<ExpiredIndex, 'documents' | 'bytes'>> {
  const of = { index, metric: ['docs', 'store'], forbid_closed_indices: false };
  const { indices } = await elasticsearch.indices.stats(of);
  const { docs, store } = indices?.[index]?.primaries ?? {};
  return { documents: docs?.count ?? 0, bytes: store?.size_in_bytes ?? 0 };
}
