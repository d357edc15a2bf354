import { errors, type Client, type estypes } from '@elastic/elasticsearch';
import { aliasesOf } from '../contracts/pipeline-names';
import type { RunReport } from '../contracts/report';
import { elasticsearchFailure } from '../elasticsearch/failures';
import { PASSAGE_FIELD } from '../elasticsearch/passage';
import { pipelineFailure } from '../failures';

/** What runs are looked for and listed by; the rest of a report is kept as it is and not indexed. */
const PROPERTIES: Record<string, estypes.MappingProperty> = {
  name: { type: 'keyword' },
  run: { type: 'keyword' },
  // Under these names every other document has them, so that one filter of a dashboard fits all.
  [PASSAGE_FIELD]: {
    properties: { pipeline: { type: 'alias', path: 'name' }, run: { type: 'alias', path: 'run' } },
  },
  source: { type: 'keyword' },
  reconciled: { type: 'boolean' },
  startedAt: { type: 'date' },
  endedAt: { type: 'date' },
  durationMs: { type: 'long' },
  proof: {
    properties: {
      published: { type: 'long' },
      indexed: { type: 'long' },
      deadLetters: { type: 'long' },
      repeats: { type: 'long' },
      conflicts: { type: 'long' },
      windows: { type: 'long' },
      rawBytes: { type: 'long' },
    },
  },
};

/**
 * Keeps a report under its run in the index of the pipeline's runs; repeating it changes nothing.
 *
 * @throws ServiceUnavailable when Elasticsearch does not answer
 * @throws IndexMisconfigured when it refuses
 */
export async function storeReport(elasticsearch: Client, { report }: { readonly report: RunReport }): Promise<void> {
  const index = report.aliases.runs;
  try {
    await prepareIndex(elasticsearch, index);
    await elasticsearch.index({ index, id: report.run, document: report, refresh: true });
  } catch (error) {
    throw elasticsearchFailure(error, `Storing the report of run ${report.run} in index ${index}`);
  }
}

/**
 * The report of a run, by default of the newest of its pipeline.
 *
 * @throws InvalidInput when no such run left a report
 * @throws ServiceUnavailable when Elasticsearch does not answer
 */
export async function findRun(
  elasticsearch: Client,
  { name, run }: { readonly name: string; readonly run?: string },
): Promise<RunReport> {
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
      throw elasticsearchFailure(error, `Looking for runs of ${name} in index ${index}`);
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

async function prepareIndex(elasticsearch: Client, index: string): Promise<void> {
  if (await elasticsearch.indices.exists({ index })) {
    // An index of an earlier version gets the fields that it does not have yet.
    await elasticsearch.indices.putMapping({ index, properties: PROPERTIES });
    return;
  }
  try {
    await elasticsearch.indices.create({
      index,
      settings: { number_of_shards: 1, auto_expand_replicas: '0-1' },
      mappings: { dynamic: false, properties: PROPERTIES },
    });
  } catch (error) {
    const isThere = error instanceof errors.ResponseError && error.message.includes('resource_already_exists');
    if (!isThere) throw error;
  }
}
