import type { Client } from '@elastic/elasticsearch';
import { z } from 'zod';
import { pipelineFailure } from '../contracts/failures';
import { rangeId } from '../contracts/proof-range';
import { reconcileRequestSchema, type RangeReport, type ReconcileResult } from '../contracts/report';
import { createRunsIndex } from '../elasticsearch/create-index';
import { elasticsearchFailure, isNotFound } from '../elasticsearch/elasticsearch-failure';

/** What a later proof of a range reads from its report. */
const storedRangeSchema = z.looseObject({
  ...reconcileRequestSchema.shape,
  range: reconcileRequestSchema.shape.range.unwrap(),
  proof: z.custom<ReconcileResult>((proof) => typeof proof === 'object'),
  indexed: z
    .object({ checksum: z.string(), windows: z.object({ firstMs: z.number(), lastMs: z.number() }).nullable() })
    .nullable(),
  ...{ name: z.string(), rangeOf: z.string(), proofTaskQueue: z.string(), startedAt: z.string() },
});

/**
 * Stores the report of a range in the index of the pipeline's runs; idempotent.
 *
 * @throws ServiceUnavailable when Elasticsearch does not respond
 * @throws IndexMisconfigured when it rejects the request
 */
export async function storeRange(elasticsearch: Client, report: RangeReport): Promise<void> {
  const index = report.aliases.runs;
  const id = rangeId(report.rangeOf, report.range.number);
  try {
    await createRunsIndex(elasticsearch, index);
    await elasticsearch.index({ index, id, document: report, refresh: true });
  } catch (error) {
    throw elasticsearchFailure(error, `Storing the report ${id} in index ${index}`, { index });
  }
}

/**
 * Returns the report of a range; null if there is none.
 *
 * @throws InvalidInput when it cannot be parsed
 * @throws ServiceUnavailable when Elasticsearch does not respond
 */
export async function findRange(
  elasticsearch: Client,
  index: string,
  id: string,
): Promise<z.infer<typeof storedRangeSchema> | null> {
  const found = await elasticsearch.get({ index, id }).catch((error: unknown) => {
    if (isNotFound(error)) return null;
    throw elasticsearchFailure(error, `Looking for the report ${id} in index ${index}`, { index });
  });
  if (found === null) return null;
  const { success, data, error } = storedRangeSchema.safeParse(found._source);
  if (success) return data;
  throw pipelineFailure('InvalidInput', `The report ${id} cannot be read:\n${z.prettifyError(error)}`);
}
