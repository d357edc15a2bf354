/**
 * The strict mappings of a pipeline's documents. A field is only as searchable as a panel, a filter or this code needs.
 *
 * @module
 */
import type { estypes } from '@elastic/elasticsearch';
import { PROVENANCE_FIELD } from './provenance';

export type Properties = Record<string, estypes.MappingProperty>;

const EPOCH_MS = { type: 'date', format: 'epoch_millis' } as const;
/** Doc values only: for aggregations, sorts and slow filters, without a search index. */
const DOC_VALUES_ONLY = { index: false } as const;
export const NUMBER: estypes.MappingProperty = { type: 'double', ...DOC_VALUES_ONLY };
/** In `_source` only and never searched, so that its length is not limited. */
const SOURCE_ONLY: estypes.MappingProperty = { type: 'keyword', index: false, doc_values: false };
/** Full-text search without norms: nothing is ranked by length. */
const TEXT: estypes.MappingProperty = { type: 'text', norms: false };

const PROVENANCE: Properties = {
  pipeline: { type: 'keyword' },
  run: { type: 'keyword' },
  partition: { type: 'integer', ...DOC_VALUES_ONLY },
  offset: { type: 'long', ...DOC_VALUES_ONLY },
  publishedAt: { ...EPOCH_MS, ...DOC_VALUES_ONLY },
  processedAt: { ...EPOCH_MS, ...DOC_VALUES_ONLY },
  indexedAt: { ...EPOCH_MS, ...DOC_VALUES_ONLY },
  latencyMs: { type: 'long', ...DOC_VALUES_ONLY },
  redrive: { type: 'byte', ...DOC_VALUES_ONLY },
};

/** Longer label values are stored but not searchable; the limit of a Lucene term is 32,766 bytes. */
const MAX_SEARCHABLE_LABEL_CHARACTERS = 1_024;

/** An alias field with the name that Kibana and most queries expect for the time of a document. */
function timestampOf(path: string): Properties {
  return { '@timestamp': { type: 'alias', path } };
}

/** Of every `EnrichedReading`, without its measurements. */
export const READING_PROPERTIES: Properties = {
  ...timestampOf('timestamp'),
  [PROVENANCE_FIELD]: { properties: PROVENANCE },
  // Equal to `_id`, which is searchable.
  id: SOURCE_ONLY,
  deviceId: { type: 'keyword' },
  timestamp: { type: 'date' },
  text: TEXT,
  words: { type: 'keyword' },
  labels: { type: 'flattened', ignore_above: MAX_SEARCHABLE_LABEL_CHARACTERS },
  late: { type: 'boolean' },
  dewPoint: NUMBER,
};

/** Of every `DeviceWindow`, without the statistics of its measurements. */
export const WINDOW_PROPERTIES: Properties = {
  ...timestampOf('windowStart'),
  [PROVENANCE_FIELD]: { properties: PROVENANCE },
  id: SOURCE_ONLY,
  deviceId: { type: 'keyword' },
  windowStart: { type: 'date' },
  windowEnd: { type: 'date', ...DOC_VALUES_ONLY },
  count: { type: 'long', ...DOC_VALUES_ONLY },
  anomaly: {
    properties: {
      score: NUMBER,
      measurement: { type: 'keyword' },
      isAnomaly: { type: 'boolean' },
    },
  },
};

/** Of every `DeadLetter`; the original is stored as bytes and never parsed. */
export const DEAD_LETTER_PROPERTIES: Properties = {
  // The event time of a record that cannot be parsed is unknown; this is when it became a dead letter.
  ...timestampOf(`${PROVENANCE_FIELD}.processedAt`),
  [PROVENANCE_FIELD]: { properties: { ...PROVENANCE, processedAt: EPOCH_MS, resolvedAt: EPOCH_MS } },
  id: SOURCE_ONLY,
  stage: { type: 'keyword' },
  reason: { type: 'keyword' },
  detail: TEXT,
  topic: { type: 'keyword' },
  partition: { type: 'integer' },
  offset: { type: 'keyword' },
  publishedAt: EPOCH_MS,
  originalLength: { type: 'long' },
  originalSha256: { type: 'keyword' },
  originalHmac: { type: 'keyword' },
  original: { type: 'binary' },
  headers: { properties: { raw: SOURCE_ONLY, version: SOURCE_ONLY } },
};

/** Of each measurement of a window. */
export const STATISTICS: estypes.MappingProperty = {
  properties: { count: { type: 'long', ...DOC_VALUES_ONLY }, mean: NUMBER, min: NUMBER, max: NUMBER },
};

const PROOF_NUMBERS = ['published', 'indexed', 'deadLetters', 'repeats', 'conflicts', 'windows', 'rawBytes'];

/** Fields by which runs are searched and listed; the rest of a report is stored and not indexed. */
export const RUN_PROPERTIES: Properties = {
  ...timestampOf('startedAt'),
  name: { type: 'keyword' },
  run: { type: 'keyword' },
  // The names that all other documents have, so that one dashboard filter fits all.
  [PROVENANCE_FIELD]: {
    properties: { pipeline: { type: 'alias', path: 'name' }, run: { type: 'alias', path: 'run' } },
  },
  source: { type: 'keyword' },
  reconciled: { type: 'boolean' },
  // Of a range of a run without end, which has no field `run`.
  rangeOf: { type: 'keyword' },
  range: { properties: { number: { type: 'long' } } },
  provenAt: { type: 'date' },
  startedAt: { type: 'date' },
  endedAt: { type: 'date' },
  durationMs: { type: 'long' },
  deadLetterFlood: { properties: { deadLetters: { type: 'long' } } },
  proof: { properties: Object.fromEntries(PROOF_NUMBERS.map((name) => [name, { type: 'long' }])) },
};
