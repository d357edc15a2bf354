import type { Client } from '@elastic/elasticsearch';
import { z } from 'zod';
import { aliasesOf, pipelineNameSchema } from '../contracts/pipeline-names';
import { storedRunSchema, type RunReport } from '../contracts/report';
import { createRunsIndex } from '../elasticsearch/create-index';
import { elasticsearchFailure, isNotFound } from '../elasticsearch/elasticsearch-failure';
import { pipelineFailure } from '../contracts/failures';
import { parseWorkflowInput } from '../contracts/workflow-input';

const findRunInputSchema = z.strictObject({
  name: pipelineNameSchema,
  run: z.string().min(1).optional(),
  range: z.int().min(1).optional(),
});

/**
 * Stores a report under its run in the index of the pipeline's runs; idempotent.
 *
 * @throws ServiceUnavailable when Elasticsearch does not respond
 * @throws IndexMisconfigured when it rejects the request
 */
export async function storeReport(elasticsearch: Client, { report }: { readonly report: RunReport }): Promise<void> {
  const index = report.aliases.runs;
  try {
    await createRunsIndex(elasticsearch, index);
    await elasticsearch.index({ index, id: report.run, document: report, refresh: true });
  } catch (error) {
    throw elasticsearchFailure(error, `Storing the report of run ${report.run} in index ${index}`, { index });
  }
}

/**
 * Returns the report of a run, by default of the newest run of the pipeline, or of a range of it.
 *
 * @throws InvalidInput when there is no report of such a run, or it cannot be parsed
 * @throws ServiceUnavailable when Elasticsearch does not respond
 */
export async function findRun(
  elasticsearch: Client,
  { input }: { readonly input: unknown },
): Promise<z.infer<typeof storedRunSchema>> {
  const { name, run, range } = parseWorkflowInput('reconciliation', findRunInputSchema, input);
  const { runs: index } = aliasesOf(name);
  const runField = range === undefined ? 'run' : 'rangeOf';
  const filter = [
    { term: { name } },
    run === undefined ? { exists: { field: runField } } : { term: { [runField]: run } },
    ...(range === undefined ? [] : [{ term: { 'range.number': range } }]),
  ];
  const sort = { startedAt: { order: 'desc', unmapped_type: 'date' } } as const;
  const newest = { index, size: 1, query: { bool: { filter } }, sort };
  const found = await elasticsearch.search(newest).catch((error: unknown) => {
    if (isNotFound(error)) return null;
    throw elasticsearchFailure(error, `Looking for runs of ${name} in index ${index}`, { index });
  });
  const [hit] = found?.hits.hits ?? [];
  if (hit === undefined) {
    throw pipelineFailure('InvalidInput', noReport({ name, run, range }, index));
  }
  const { success, data, error } = storedRunSchema.safeParse(hit._source);
  if (success) return data;
  const problems = z.prettifyError(error);
  throw pipelineFailure('InvalidInput', `run: the report ${hit._id ?? ''} cannot be read:\n${problems}`);
}

function noReport({ name, run, range }: z.infer<typeof findRunInputSchema>, index: string): string {
  if (range !== undefined) return `range: expected a proven range of ${name} in index ${index}, got ${range}.`;
  return run === undefined
    ? `name: expected a pipeline with a report in index ${index}, got ${name}. A run stores one at its end, once it is proven.`
    : `run: expected a run of ${name} with a report in index ${index}, got ${run}.`;
}
