/**
 * The templates of which every index of a pipeline is made; `deploy/elasticsearch` holds what comes of them as JSON.
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
import { INDEX_SETTINGS, SETTING_REASONS } from './index-settings';

export const STREAMS = ['readings', 'windows', 'deadLetters'] as const;
/** Whose documents an alias has. */
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
/** Above the templates that Elasticsearch itself brings (100 and 200). */
const PRIORITY = 500;

/** What the indices of all pipelines have in common, by name. */
export function componentTemplates(): Readonly<Record<string, ComponentTemplate>> {
  return {
    [SETTINGS_TEMPLATE]: { template: { settings: INDEX_SETTINGS }, _meta: { reasons: SETTING_REASONS } },
    ...Object.fromEntries(STREAMS.map((stream) => [STREAM_TEMPLATES[stream], strictFields(STREAM_PROPERTIES[stream])])),
  };
}

/** The template of the indices behind one alias; it bears the name of the alias. */
export function indexTemplate(stream: Stream, alias: string, measurements: readonly Measurement[]): IndexTemplate {
  return {
    index_patterns: [`${alias}-*`],
    priority: PRIORITY,
    composed_of: [SETTINGS_TEMPLATE, STREAM_TEMPLATES[stream]],
    allow_auto_create: false,
    template: { mappings: { properties: measuredProperties(stream, measurements) } },
    _meta: {
      reasons: {
        allow_auto_create: 'A write that meets a dropped month must be told so, and not bring the month back.',
      },
    },
  };
}

/** The template of the index of a pipeline's runs; it bears the name of the index. */
export function runsTemplate(
  index: string,
): Pick<IndexTemplate, 'index_patterns' | 'priority'> & { readonly template: estypes.IndicesIndexTemplateSummary } {
  return {
    index_patterns: [index],
    priority: PRIORITY,
    template: { settings: INDEX_SETTINGS, mappings: { dynamic: false, properties: RUN_PROPERTIES } },
  };
}

/** The fields of the indices behind an alias, as its templates give them. */
export function indexProperties(stream: Stream, measurements: readonly Measurement[]): Properties {
  return { ...STREAM_PROPERTIES[stream], ...measuredProperties(stream, measurements) };
}

function strictFields(properties: Properties): ComponentTemplate {
  return {
    template: { mappings: { dynamic: 'strict', properties } },
    _meta: {
      reasons: {
        dynamic: 'A field that nobody planned is a mistake: its document becomes a dead letter and is not lost.',
        index: 'Where false, only columns are kept: panels compute over the field and never look it up.',
        norms: 'Where false, no lengths are kept: texts are found, and nobody ranks them.',
        id: 'The id of the document says the same and is searchable.',
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
