import type { Client, estypes } from '@elastic/elasticsearch';
import { monthIndex, monthsBefore, monthsBetween } from '../contracts/event-month';
import type { Measurement } from '../contracts/measurement';
import type { MonthlyIndex, PipelineAliases, PipelinePlan } from '../contracts/plan';
import { EVENT_TIME_FIELDS } from '../elasticsearch/event-time';
import { setRetention } from '../elasticsearch/retention';
import { createIndex } from '../elasticsearch/create-index';
import { elasticsearchFailure } from '../elasticsearch/elasticsearch-failure';
import type { Properties } from '../elasticsearch/index-mappings';
import {
  componentTemplates,
  INDEX_SETTINGS,
  indexProperties,
  indexTemplate,
  STREAMS,
  type Stream,
} from '../elasticsearch/index-templates';
import { monthIndices, resolveName } from '../elasticsearch/resolve-name';
import { assertNoForeignTemplateWins, readTemplateRanks } from '../elasticsearch/winning-template';
import { pipelineFailure } from '../contracts/failures';
import { shortHash } from '../contracts/short-hash';
import { completeMapping } from './index-mapping';

export interface PrepareIndicesInput {
  readonly aliases: PipelineAliases;
  readonly measurements: readonly Measurement[];
  /** Default: one index behind each alias. */
  readonly index?: MonthlyIndex | null;
  /** Default: the pipeline itself writes. */
  readonly sink?: PipelinePlan['sink'];
  /** Default: the run ends by itself. Of a run without end, new indices are refreshed sooner. */
  readonly bounded?: boolean;
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
 * created with their first record; existing ones get new fields and keep the old ones. With an external sink, its first
 * document creates the index of a month, since Logstash never repeats one that is refused.
 *
 * @throws ServiceUnavailable when Elasticsearch does not respond
 * @throws IndexMisconfigured when an alias cannot be created, for example because an index or a data stream has its name,
 *   or when an index would not have the pipeline's own mapping; before any document is written
 */
export async function prepareIndices(
  elasticsearch: Client,
  { aliases, measurements, index = null, sink = 'direct', bounded = true }: PrepareIndicesInput,
): Promise<PrepareIndicesResult> {
  try {
    assertNoForeignTemplateWins(await readTemplateRanks(elasticsearch), ownIndices({ aliases, measurements, index }));
    for (const [name, template] of Object.entries(componentTemplates())) {
      await elasticsearch.cluster.putComponentTemplate({ name, ...template });
    }
    const prepared = STREAMS.map(async (stream) => {
      const { [stream]: alias } = aliases;
      const properties = indexProperties(stream, measurements);
      const before = await indicesBehind(elasticsearch, alias);
      const byMonth = hasMonths(stream, index);
      const template = indexTemplate(stream, alias, measurements, {
        opensMonths: byMonth && sink === 'external',
        isLive: !bounded,
      });
      await elasticsearch.indices.putIndexTemplate({ name: alias, ...template });
      const prepareStream = byMonth ? prepareMonths : prepareOne;
      return await prepareStream(elasticsearch, alias, properties, before);
    });
    const replaced = await Promise.all(prepared);
    await setRetention(elasticsearch, aliases.runs, index);
    return { notes: replaced.filter((note) => note !== null) };
  } catch (error) {
    throw elasticsearchFailure(error, `Preparing ${aliases.readings} and others`);
  }
}

/** Names every index that the pipeline may create; a window may begin in the month before its first reading. */
function ownIndices({ aliases, measurements, index = null }: PrepareIndicesInput): readonly string[] {
  const ofStreams = STREAMS.flatMap((stream) => {
    const { [stream]: alias } = aliases;
    if (!hasMonths(stream, index)) return [onlyIndex(alias, indexProperties(stream, measurements))];
    return monthsBetween(monthsBefore(index.from, 1), index.to).map((month) => monthIndex(alias, month));
  });
  return [...ofStreams, aliases.runs];
}

function hasMonths(stream: Stream, index: MonthlyIndex | null): index is MonthlyIndex {
  return index !== null && EVENT_TIME_FIELDS[stream] !== null;
}

function onlyIndex(alias: string, properties: Properties): string {
  return `${alias}-${shortHash(JSON.stringify([INDEX_SETTINGS, properties]))}`;
}

async function prepareOne(
  elasticsearch: Client,
  alias: string,
  properties: Properties,
  before: readonly string[],
): Promise<string | null> {
  const index = onlyIndex(alias, properties);
  if (before.length === 1 && before[0] === index) return null;
  await createIndex(elasticsearch, { index });
  // No document is written before this: the alias still points elsewhere.
  await completeMapping(elasticsearch, index, properties);
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
  for (const index of months) await completeMapping(elasticsearch, index, properties);
  const old = before.filter((name) => !months.includes(name));
  const added = months.filter((index) => !before.includes(index)).map((index) => ({ add: { index, alias } }));
  await moveAlias(elasticsearch, alias, old, added);
  if (old.length === 0) return null;
  return `${alias} now points to monthly indices; ${old.join(', ')} remains under its own name.`;
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
