import { resolve } from 'node:path';
import type { Client } from '@elastic/elasticsearch';
import { z } from 'zod';
import type { PipelinePlan } from '../contracts/plan';
import { elasticsearchFailure } from '../elasticsearch/elasticsearch-failure';

/** Of the newest runs, those of other files among them. */
const MAX_RUNS = 100;

const readSchema = z.object({
  run: z.string(),
  plan: z.object({
    kind: z.literal('file'),
    path: z.string(),
    bytes: z.int(),
    sha256: z.string(),
    to: z.int().optional(),
  }),
});

/** A run that has read a file before, and how much of it. */
export interface EarlierRead {
  readonly run: string;
  readonly bytes: number;
  readonly sha256: string;
}

/**
 * Returns the last run of the pipeline that has read a file to its end; null if no report names one.
 *
 * @throws ServiceUnavailable when Elasticsearch does not respond
 * @throws IndexMisconfigured when it rejects the request
 */
export async function earlierRead(
  elasticsearch: Client,
  { name, run, aliases }: PipelinePlan,
  path: string,
): Promise<EarlierRead | null> {
  const index = aliases.runs;
  const sort = { startedAt: { order: 'desc', unmapped_type: 'date' } } as const;
  const query = { bool: { filter: [{ term: { name } }], must_not: [{ term: { run } }] } };
  const newest = { index, ignore_unavailable: true, size: MAX_RUNS, query, sort, _source: ['run', 'plan'] };
  const { hits } = await elasticsearch.search(newest).catch((error: unknown) => {
    throw elasticsearchFailure(error, `Looking for earlier runs of ${name} in index ${index}`, { index });
  });
  for (const { _source } of hits.hits) {
    const { data } = readSchema.safeParse(_source);
    if (data === undefined || data.plan.to !== undefined || resolve(data.plan.path) !== resolve(path)) continue;
    return { run: data.run, bytes: data.plan.bytes, sha256: data.plan.sha256 };
  }
  return null;
}
