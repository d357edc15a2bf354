/**
 * The index templates of a pipeline; `deploy/elasticsearch` has them as JSON.
 *
 * @module
 */
import type { estypes } from '@elastic/elasticsearch';
import type { Measurement } from '../contracts/measurement';
import {
  DEAD_LETTER_PROPERTIES,
  NUMBER,
  READING_PROPERTIES,
  STATISTICS,
  WINDOW_PROPERTIES,
  type Properties,
} from './index-mappings';

export const STREAMS = ['readings', 'windows', 'deadLetters'] as const;
/** The kind of documents of an alias. */
export type Stream = (typeof STREAMS)[number];

type ComponentTemplate = Omit<estypes.ClusterPutComponentTemplateRequest, 'name'>;
type IndexTemplate = Omit<estypes.IndicesPutIndexTemplateRequest, 'name'>;

/** The settings of every index of a pipeline. */
const SETTINGS: Readonly<Record<string, { readonly value: string | number; readonly reason: string }>> = {
  number_of_shards: {
    value: 1,
    reason:
      'One shard answers a search with one thread and no merging; more shards pay off from about 30 GB per index.',
  },
  auto_expand_replicas: {
    value: '0-1',
    reason: 'One replica if there is a second node, and no index with an unassigned replica if there is not.',
  },
  refresh_interval: {
    value: '2s',
    reason: 'Documents are searchable after this time: 30 s would be too slow for a demo, 1 s slows down indexing.',
  },
  codec: {
    value: 'default',
    reason:
      'Every proof reads the source of every document. If some were written twice, best_compression makes that take ' +
      'seven times as long and saves a third of the bytes.',
  },
};

export const INDEX_SETTINGS = Object.fromEntries(Object.entries(SETTINGS).map(([name, { value }]) => [name, value]));

const SETTING_REASONS = Object.fromEntries(Object.entries(SETTINGS).map(([name, { reason }]) => [name, reason]));

const SETTINGS_TEMPLATE = 'pipeline-settings';

interface StreamTemplate {
  /** Of its component template. */
  readonly name: string;
  readonly properties: Properties;
  /** Of each measurement, named after it; null if the documents have none. */
  readonly measured: estypes.MappingProperty | null;
}

const STREAM_TEMPLATES: Readonly<Record<Stream, StreamTemplate>> = {
  readings: { name: 'pipeline-readings', properties: READING_PROPERTIES, measured: NUMBER },
  windows: { name: 'pipeline-windows', properties: WINDOW_PROPERTIES, measured: STATISTICS },
  deadLetters: { name: 'pipeline-dead-letters', properties: DEAD_LETTER_PROPERTIES, measured: null },
};

/** Of the indices that a run without end creates, whose readings are looked at as they come; each refresh costs a segment. */
const LIVE_REFRESH_INTERVAL = '1s';

/** Above the built-in templates of Elasticsearch (100 and 200). */
export const PRIORITY = 500;

/** Returns the component templates that all pipelines share, by name. */
export function componentTemplates(): Readonly<Record<string, ComponentTemplate>> {
  return {
    [SETTINGS_TEMPLATE]: { template: { settings: INDEX_SETTINGS }, _meta: { reasons: SETTING_REASONS } },
    ...Object.fromEntries(
      Object.values(STREAM_TEMPLATES).map(({ name, properties }) => [name, strictFields(properties)]),
    ),
  };
}

/**
 * Returns the template of the indices of one alias; it has the name of the alias.
 *
 * @param opensMonths - whether a document creates the index of its month, for a writer that cannot wait until it is there
 * @param isLive - whether documents are to be searchable soon after they come one by one
 */
export function indexTemplate(
  stream: Stream,
  alias: string,
  measurements: readonly Measurement[],
  { opensMonths = false, isLive = false }: { readonly opensMonths?: boolean; readonly isLive?: boolean } = {},
): IndexTemplate {
  const reason = opensMonths
    ? 'Another writer would give up a document that comes before the index of its month.'
    : 'A write to a dropped month must fail and not recreate the index.';
  return {
    index_patterns: [`${alias}-*`],
    priority: PRIORITY,
    composed_of: [SETTINGS_TEMPLATE, STREAM_TEMPLATES[stream].name],
    allow_auto_create: opensMonths,
    template: {
      ...(isLive ? { settings: { refresh_interval: LIVE_REFRESH_INTERVAL } } : {}),
      mappings: { properties: measuredProperties(stream, measurements) },
      ...(opensMonths ? { aliases: { [alias]: {} } } : {}),
    },
    _meta: { reasons: { allow_auto_create: reason } },
  };
}

/** Returns the fields of the indices of a stream, as its templates define them. */
export function indexProperties(stream: Stream, measurements: readonly Measurement[]): Properties {
  return { ...STREAM_TEMPLATES[stream].properties, ...measuredProperties(stream, measurements) };
}

function strictFields(properties: Properties): ComponentTemplate {
  return {
    template: { mappings: { dynamic: 'strict', properties } },
    _meta: {
      reasons: {
        dynamic: 'An unknown field is a mistake: its document becomes a dead letter and is not lost.',
        index: 'If false, the field has doc values only: panels aggregate it and never search it.',
        norms: 'If false, no field lengths are stored: texts are searched and not ranked.',
        id: 'Equal to the _id of the document, which is searchable.',
      },
    },
  };
}

function measuredProperties(stream: Stream, measurements: readonly Measurement[]): Properties {
  const { measured } = STREAM_TEMPLATES[stream];
  return measured === null ? {} : Object.fromEntries(measurements.map(({ name }) => [name, measured]));
}
