import { createHash } from 'node:crypto';
import { errors, type Client, type estypes } from '@elastic/elasticsearch';
import { ApplicationFailure } from '@temporalio/common';
import type { Measurement } from '../contracts/measurement';
import type { PipelineAliases } from '../contracts/plan';
import { elasticsearchFailure } from '../elasticsearch/failures';
import { pipelineFailure } from '../failures';
import { deadLetterProperties, readingProperties, windowProperties } from './index-mappings';

export interface PrepareIndicesInput {
  readonly aliases: PipelineAliases;
  readonly measurements: readonly Measurement[];
}

export interface PrepareIndicesResult {
  /** One sentence per alias that had to start a new version. */
  readonly notes: readonly string[];
}

/** Searches see new documents after so long; half a minute would hide a demo, every second costs indexing. */
const REFRESH_INTERVAL = '2s';

/**
 * Sees to it that each alias points to a backing index whose mapping is the wanted one; repeating it changes nothing.
 *
 * A backing index is named `<alias>-<hash of its mapping>`. A mapping that is new gets a new one, and the alias moves
 * there as a whole; the old index stays, under its own name.
 *
 * @throws ServiceUnavailable when Elasticsearch does not answer
 * @throws IndexMisconfigured when the alias cannot be made, for example because an index has that name
 */
export async function prepareIndices(
  elasticsearch: Client,
  { aliases, measurements }: PrepareIndicesInput,
): Promise<PrepareIndicesResult> {
  const wanted: readonly (readonly [string, Record<string, estypes.MappingProperty>])[] = [
    [aliases.readings, readingProperties(measurements)],
    [aliases.windows, windowProperties(measurements)],
    [aliases.deadLetters, deadLetterProperties()],
  ];
  const replaced = await Promise.all(
    wanted.map(([alias, properties]) =>
      prepareAlias(elasticsearch, alias, properties).catch((error: unknown) => {
        throw error instanceof ApplicationFailure ? error : elasticsearchFailure(error, `Preparing index ${alias}`);
      }),
    ),
  );
  return { notes: replaced.filter((note) => note !== null) };
}

/** Name of the backing index for a mapping. */
function backingIndex(alias: string, properties: Record<string, estypes.MappingProperty>): string {
  return `${alias}-${createHash('sha256').update(JSON.stringify(properties)).digest('hex').slice(0, 8)}`;
}

async function prepareAlias(
  elasticsearch: Client,
  alias: string,
  properties: Record<string, estypes.MappingProperty>,
): Promise<string | null> {
  const index = backingIndex(alias, properties);
  const before = await indicesBehind(elasticsearch, alias);
  if (before.length === 1 && before[0] === index) return null;
  await createIndex(elasticsearch, index, properties);
  const old = before.filter((name) => name !== index);
  await elasticsearch.indices.updateAliases({
    actions: [
      ...old.map((name) => ({ remove: { index: name, alias } })),
      { add: { index, alias, is_write_index: true } },
    ],
  });
  if (old.length === 0) return null;
  return `${alias} now points to the new version ${index}, since its fields changed; ${old.join(', ')} stays under its own name.`;
}

async function indicesBehind(elasticsearch: Client, alias: string): Promise<string[]> {
  if (await elasticsearch.indices.existsAlias({ name: alias })) {
    return Object.keys(await elasticsearch.indices.getAlias({ name: alias }));
  }
  if (!(await elasticsearch.indices.exists({ index: alias }))) return [];
  throw pipelineFailure(
    'IndexMisconfigured',
    `${alias} is an index, expected an alias or nothing. Delete or rename that index, or give the pipeline another name.`,
  );
}

async function createIndex(
  elasticsearch: Client,
  index: string,
  properties: Record<string, estypes.MappingProperty>,
): Promise<void> {
  try {
    await elasticsearch.indices.create({
      index,
      settings: { number_of_shards: 1, auto_expand_replicas: '0-1', refresh_interval: REFRESH_INTERVAL },
      mappings: { dynamic: 'strict', properties },
    });
  } catch (error) {
    const isThere = error instanceof errors.ResponseError && error.message.includes('resource_already_exists');
    if (!isThere) throw error;
  }
}
