import type { Client, estypes } from '@elastic/elasticsearch';
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
import { shortHash } from '../contracts/short-hash';

export interface PrepareIndicesInput {
  readonly aliases: PipelineAliases;
  readonly measurements: readonly Measurement[];
  /** Default: one index behind each alias. */
  readonly index?: MonthlyIndex | null;
}

export interface PrepareIndicesResult {
  /** One sentence per alias that now points to another index. */
  readonly notes: readonly string[];
}

/**
 * Creates the templates of a pipeline and makes each alias point to exactly the indices that it should; idempotent.
 *
 * The one index of an alias is named `<alias>-<hash of settings and mapping>`. If these change, a new index is created and
 * the alias moves to it; the old index remains under its own name. Monthly indices are named `<alias>-<month>` and are
 * created with their first record; existing ones get new fields and keep the old ones.
 *
 * @throws ServiceUnavailable when Elasticsearch does not respond
 * @throws IndexMisconfigured when an alias cannot be created, for example because an index or a data stream has its name
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
      const isMonthly = index !== null && EVENT_TIME_FIELDS[stream] !== null;
      const before = await indicesBehind(elasticsearch, alias);
      await elasticsearch.indices.putIndexTemplate({ name: alias, ...indexTemplate(stream, alias, measurements) });
      return await (isMonthly ? prepareMonths : prepareOne)(elasticsearch, alias, properties, before);
    });
    const replaced = await Promise.all(prepared);
    await setRetention(elasticsearch, aliases.runs, index);
    return { notes: replaced.filter((note) => note !== null) };
  } catch (error) {
    throw elasticsearchFailure(error, `Preparing ${aliases.readings} and others`);
  }
}

async function prepareOne(
  elasticsearch: Client,
  alias: string,
  properties: Properties,
  before: readonly string[],
): Promise<string | null> {
  const index = `${alias}-${shortHash(JSON.stringify([INDEX_SETTINGS, properties]))}`;
  if (before.length === 1 && before[0] === index) return null;
  await createIndex(elasticsearch, { index });
  const old = before.filter((name) => name !== index);
  await moveAlias(elasticsearch, alias, old, [{ add: { index, alias, is_write_index: true } }]);
  if (old.length === 0) return null;
  return `${alias} now points to the new version ${index}, since its fields changed; ${old.join(', ')} remains under its own name.`;
}

async function prepareMonths(
  elasticsearch: Client,
  alias: string,
  properties: Properties,
  before: readonly string[],
): Promise<string | null> {
  const months = await monthIndices(elasticsearch, alias);
  for (const index of months) await addFields(elasticsearch, index, properties);
  const old = before.filter((name) => !months.includes(name));
  const added = months.filter((index) => !before.includes(index)).map((index) => ({ add: { index, alias } }));
  await moveAlias(elasticsearch, alias, old, added);
  if (old.length === 0) return null;
  return `${alias} now points to monthly indices; ${old.join(', ')} remains under its own name.`;
}

async function addFields(elasticsearch: Client, index: string, properties: Properties): Promise<void> {
  const { [index]: existing } = await elasticsearch.indices.getMapping({ index });
  const missing = newProperties(properties, existing?.mappings.properties ?? {});
  if (Object.keys(missing).length > 0) await elasticsearch.indices.putMapping({ index, properties: missing });
}

/** Returns the desired fields that a mapping lacks, also within objects; existing fields are left out, even if they differ. */
export function newProperties(desired: Properties, existing: Properties): Properties {
  const missing = Object.entries(desired).flatMap(([name, field]): [string, Properties[string]][] => {
    const known = existing[name];
    if (known === undefined) return [[name, field]];
    const within = newProperties(fieldsWithin(field), fieldsWithin(known));
    return Object.keys(within).length === 0 ? [] : [[name, { properties: within }]];
  });
  return Object.fromEntries(missing);
}

function fieldsWithin(field: Properties[string]): Properties {
  return 'properties' in field ? (field.properties ?? {}) : {};
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
