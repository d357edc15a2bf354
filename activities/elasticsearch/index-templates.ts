/**
 * The index templates of a pipeline; `deploy/elasticsearch` has them as JSON.
 *
 * @module
 */
import type { estypes } from '@elastic/elasticsearch';
import type { Measurement } from '../contracts/measurement';
import {
  DEAD_LETTER_PROPERTIES,
  measurementProperties,
  READING_PROPERTIES,
  RUN_PROPERTIES,
  statisticsProperties,
  WINDOW_PROPERTIES,
  type Properties,
} from './index-mappings';

export const STREAMS = ['readings', 'windows', 'deadLetters'] as const;
/** The kind of documents of an alias. */
export type Stream = (typeof STREAMS)[number];

interface ComponentTemplate {
  readonly template: { readonly settings?: object; readonly mappings?: estypes.MappingTypeMapping };
  readonly _meta: { readonly reasons: Readonly<Record<string, string>> };
}

export interface IndexTemplate {
  readonly index_patterns: string[];
  readonly priority: number;
  readonly composed_of: string[];
  readonly allow_auto_create: false;
  readonly template: { readonly mappings: estypes.MappingTypeMapping };
  readonly _meta: { readonly reasons: Readonly<Record<string, string>> };
}

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
const STREAM_TEMPLATES: Readonly<Record<Stream, string>> = {
  readings: 'pipeline-readings',
  windows: 'pipeline-windows',
  deadLetters: 'pipeline-dead-letters',
};
const STREAM_PROPERTIES: Readonly<Record<Stream, Properties>> = {
  readings: READING_PROPERTIES,
  windows: WINDOW_PROPERTIES,
  deadLetters: DEAD_LETTER_PROPERTIES,
};
/** Above the built-in templates of Elasticsearch (100 and 200). */
const PRIORITY = 500;

/** Returns the component templates that all pipelines share, by name. */
export function componentTemplates(): Readonly<Record<string, ComponentTemplate>> {
  return {
    [SETTINGS_TEMPLATE]: { template: { settings: INDEX_SETTINGS }, _meta: { reasons: SETTING_REASONS } },
    ...Object.fromEntries(STREAMS.map((stream) => [STREAM_TEMPLATES[stream], strictFields(STREAM_PROPERTIES[stream])])),
  };
}

/** Returns the template of the indices of one alias; it has the name of the alias. */
export function indexTemplate(stream: Stream, alias: string, measurements: readonly Measurement[]): IndexTemplate {
  return {
    index_patterns: [`${alias}-*`],
    priority: PRIORITY,
    composed_of: [SETTINGS_TEMPLATE, STREAM_TEMPLATES[stream]],
    allow_auto_create: false,
    template: { mappings: { properties: measuredProperties(stream, measurements) } },
    _meta: {
      reasons: {
        allow_auto_create: 'A write to a dropped month must fail and not recreate the index.',
      },
    },
  };
}

/** Returns the template of the index of a pipeline's runs; it has the name of the index. */
export function runsTemplate(
  index: string,
): Pick<IndexTemplate, 'index_patterns' | 'priority'> & { readonly template: estypes.IndicesIndexTemplateSummary } {
  return {
    index_patterns: [index],
    priority: PRIORITY,
    template: { settings: INDEX_SETTINGS, mappings: { dynamic: false, properties: RUN_PROPERTIES } },
  };
}

/** Returns the fields of the indices of a stream, as its templates define them. */
export function indexProperties(stream: Stream, measurements: readonly Measurement[]): Properties {
  return { ...STREAM_PROPERTIES[stream], ...measuredProperties(stream, measurements) };
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
  switch (stream) {
    case 'readings':
      return measurementProperties(measurements);
    case 'windows':
      return statisticsProperties(measurements);
    case 'deadLetters':
      return {};
  }
}
