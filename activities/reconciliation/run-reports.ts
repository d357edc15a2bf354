import type { Client } from '@elastic/elasticsearch';
import { z } from 'zod';
import { aliasesOf, pipelineNameSchema } from '../contracts/pipeline-names';
import type { RunReport } from '../contracts/report';
import { createRunsIndex } from '../elasticsearch/create-index';
import { elasticsearchFailure } from '../elasticsearch/elasticsearch-failure';
import { pipelineFailure } from '../contracts/failures';
import { parseWorkflowInput } from '../contracts/workflow-input';

export interface StoreReportInput {
  readonly report: RunReport;
}

const findRunInputSchema = z.strictObject({ name: pipelineNameSchema, run: z.string().min(1).optional() });

/**
 * Keeps a report under its run in the index of the pipeline's runs; repeating it changes nothing.
 *
 * @throws ServiceUnavailable when Elasticsearch does not answer
 * @throws IndexMisconfigured when it refuses
 */
export async function storeReport(elasticsearch: Client, { report }: StoreReportInput): Promise<void> {
  const index = report.aliases.runs;
  try {
    await createRunsIndex(elasticsearch, index);
    await elasticsearch.index({ index, id: report.run, document: report, refresh: true });
  } catch (error) {
    throw elasticsearchFailure(error, `Storing the report of run ${report.run} in index ${index}`, { index });
  }
}

/**
 * The report of a run, by default of the newest of its pipeline.
 *
 * @throws InvalidInput when no such run left a report
 * @throws ServiceUnavailable when Elasticsearch does not answer
 */
export async function findRun(elasticsearch: Client, { input }: { readonly input: unknown }): Promise<RunReport> {
  const { name, run } = parseWorkflowInput('reconciliation', findRunInputSchema, input);
  const { runs: index } = aliasesOf(name);
  const filter = [{ term: { name } }, ...(run === undefined ? [] : [{ term: { run } }])];
  const found = await elasticsearch
    .search<RunReport>({
      index,
      ignore_unavailable: true,
      size: 1,
      query: { bool: { filter } },
      sort: [{ startedAt: { order: 'desc', unmapped_type: 'date' } }],
    })
    .catch((error: unknown) => {
      throw elasticsearchFailure(error, `Looking for runs of ${name} in index ${index}`, { index });
    });
  const report = found.hits.hits[0]?._source;
  if (report !== undefined) return report;
  throw pipelineFailure(
    'InvalidInput',
    run === undefined
      ? `name: expected a pipeline that has left a report in index ${index}, got ${name}. Bounded runs leave one at their end.`
      : `run: expected a run of ${name} that has left a report in index ${index}, got ${run}.`,
  );
}
