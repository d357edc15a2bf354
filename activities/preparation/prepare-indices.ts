import { createHash } from 'node:crypto';
import type { Client, estypes } from '@elastic/elasticsearch';
import { ApplicationFailure } from '@temporalio/common';
import type { Measurement } from '../contracts/measurement';
import type { MonthlyIndex, PipelineAliases } from '../contracts/plan';
import { EVENT_TIME_FIELDS, setRetention } from '../elasticsearch/retention';
import { createIndex } from '../elasticsearch/create-index';
import { elasticsearchFailure } from '../elasticsearch/elasticsearch-failure';
import type { Properties } from '../elasticsearch/index-mappings';
import {
  componentTemplates,
  INDEX_SETTINGS,
  indexProperties,
  indexTemplate,
  STREAMS,
} from '../elasticsearch/index-templates';
import { monthIndices, resolveName } from '../elasticsearch/resolve-name';
import { pipelineFailure } from '../contracts/failures';
import { newProperties } from './new-properties';

export interface PrepareIndicesInput {
  readonly aliases: PipelineAliases;
  readonly measurements: readonly Measurement[];
  /** By default one index behind each alias. */
  readonly index?: MonthlyIndex | null;
}

export interface PrepareIndicesResult {
  /** One sentence per alias that had to start a new version. */
  readonly notes: readonly string[];
}

interface Wanted {
  readonly alias: string;
  readonly properties: Properties;
  readonly monthly: boolean;
}

/**
 * Sees to it that the templates of a pipeline are there, and that each alias has the indices of the wanted kind and no
 * others behind it; repeating it changes nothing.
 *
 * An alias of one index has it under the name `<alias>-<hash of settings and mapping>`. What is new gets a new one, and
 * the alias moves there as a whole; the old index stays, under its own name. By month, the indices are named
 * `<alias>-<month>` and created when a record comes for them; those that are there get new fields and keep the old ones.
 *
 * @throws ServiceUnavailable when Elasticsearch does not answer
 * @throws IndexMisconfigured when the alias cannot be made, for example because an index or a data stream has that name
 */
export async function prepareIndices(
  elasticsearch: Client,
  { aliases, measurements, index = null }: PrepareIndicesInput,
): Promise<PrepareIndicesResult> {
  try {
    for (const [name, template] of Object.entries(componentTemplates())) {
      await elasticsearch.cluster.putComponentTemplate({ name, ...template });
    }
    const prepared = STREAMS.map(async (stream) => {
      const { [stream]: alias } = aliases;
      const properties = indexProperties(stream, measurements);
      const wanted = { alias, properties, monthly: index !== null && EVENT_TIME_FIELDS[stream] !== null };
      const before = await indicesBehind(elasticsearch, alias);
      await elasticsearch.indices.putIndexTemplate({ name: alias, ...indexTemplate(stream, alias, measurements) });
      return wanted.monthly
        ? await prepareMonths(elasticsearch, wanted, before)
        : await prepareOne(elasticsearch, wanted, before);
    });
    const replaced = await Promise.all(prepared);
    await setRetention(elasticsearch, aliases.runs, index);
    return { notes: replaced.filter((note) => note !== null) };
  } catch (error) {
    throw error instanceof ApplicationFailure
      ? error
      : elasticsearchFailure(error, `Preparing ${aliases.readings} and others`);
  }
}

async function prepareOne(
  elasticsearch: Client,
  { alias, properties }: Wanted,
  before: readonly string[],
): Promise<string | null> {
  const index = `${alias}-${hashOf([INDEX_SETTINGS, properties])}`;
  if (before.length === 1 && before[0] === index) return null;
  await createIndex(elasticsearch, { index });
  const old = before.filter((name) => name !== index);
  await moveAlias(elasticsearch, alias, old, [{ add: { index, alias, is_write_index: true } }]);
  if (old.length === 0) return null;
  return `${alias} now points to the new version ${index}, since its fields changed; ${old.join(', ')} stays under its own name.`;
}

async function prepareMonths(
  elasticsearch: Client,
  { alias, properties }: Wanted,
  before: readonly string[],
): Promise<string | null> {
  const months = await monthIndices(elasticsearch, alias);
  for (const index of months) await addFields(elasticsearch, index, properties);
  const old = before.filter((name) => !months.includes(name));
  const added = months.filter((index) => !before.includes(index));
  await moveAlias(
    elasticsearch,
    alias,
    old,
    added.map((index) => ({ add: { index, alias } })),
  );
  if (old.length === 0) return null;
  return `${alias} now points to the indices of single months; ${old.join(', ')} stays under its own name.`;
}

/** Gives an index that is there the fields that it lacks. */
async function addFields(elasticsearch: Client, index: string, properties: Properties): Promise<void> {
  const { [index]: there } = await elasticsearch.indices.getMapping({ index });
  const missing = newProperties(properties, there?.mappings.properties ?? {});
  if (Object.keys(missing).length > 0) await elasticsearch.indices.putMapping({ index, properties: missing });
}

async function moveAlias(
  elasticsearch: Client,
  alias: string,
  old: readonly string[],
  added: readonly estypes.IndicesUpdateAliasesAction[],
): Promise<void> {
  const actions = [...old.map((index) => ({ remove: { index, alias } })), ...added];
  if (actions.length > 0) await elasticsearch.indices.updateAliases({ actions });
}

async function indicesBehind(elasticsearch: Client, alias: string): Promise<readonly string[]> {
  const found = await resolveName(elasticsearch, alias);
  if (found.kind === 'alias') return found.indices;
  if (found.kind === 'nothing') return [];
  throw pipelineFailure(
    'IndexMisconfigured',
    `${alias} is ${found.kind === 'index' ? 'an index' : 'a data stream'}, expected an alias or nothing. ` +
      'Delete or rename that, or give the pipeline another name.',
    { index: alias },
  );
}

function hashOf(design: unknown): string {
  return createHash('sha256').update(JSON.stringify(design)).digest('hex').slice(0, 8);
}
