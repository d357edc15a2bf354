/**
 * The strict mappings of a pipeline's documents. A field is only as searchable as a panel, a filter or this code needs:
 * what that leaves out is said beside it.
 *
 * @module
 */
import type { estypes } from '@elastic/elasticsearch';
import type { Measurement } from '../contracts/measurement';
import { PROVENANCE_FIELD } from './provenance';

export type Properties = Record<string, estypes.MappingProperty>;

const EPOCH_MS = { type: 'date', format: 'epoch_millis' } as const;
/** In columns alone: read by aggregations and sorts; a filter still finds it, slowly, and no tree of it is kept. */
const COLUMN = { index: false } as const;
/** Kept and never searched, so that no length of it is too much. */
const KEPT: estypes.MappingProperty = { type: 'keyword', index: false, doc_values: false };
/** Found by words and phrases; nothing is ranked by length. */
const PROSE: estypes.MappingProperty = { type: 'text', norms: false };

const PROVENANCE: Properties = {
  pipeline: { type: 'keyword' },
  run: { type: 'keyword' },
  partition: { type: 'integer', ...COLUMN },
  offset: { type: 'long', ...COLUMN },
  publishedAt: { ...EPOCH_MS, ...COLUMN },
  processedAt: { ...EPOCH_MS, ...COLUMN },
  indexedAt: { ...EPOCH_MS, ...COLUMN },
  latencyMs: { type: 'long', ...COLUMN },
  redrive: { type: 'byte', ...COLUMN },
};

/** Label values beyond this are kept but not searchable; Lucene takes no term over 32,766 bytes. */
const MAX_SEARCHABLE_LABEL_CHARACTERS = 1_024;

/** The time of a document under the name that Kibana and most queries expect; a document itself never has it. */
function timestampOf(path: string): Properties {
  return { '@timestamp': { type: 'alias', path } };
}

/** Of every `EnrichedReading`, beside its measurements. */
export const READING_PROPERTIES: Properties = {
  ...timestampOf('timestamp'),
  [PROVENANCE_FIELD]: { properties: PROVENANCE },
  // The same as `_id`, which is searchable.
  id: KEPT,
  deviceId: { type: 'keyword' },
  timestamp: { type: 'date' },
  text: PROSE,
  words: { type: 'keyword' },
  labels: { type: 'flattened', ignore_above: MAX_SEARCHABLE_LABEL_CHARACTERS },
  late: { type: 'boolean' },
  dewPoint: { type: 'double', ...COLUMN },
};

/** Of every `DeviceWindow`, beside the statistics of its measurements. */
export const WINDOW_PROPERTIES: Properties = {
  ...timestampOf('windowStart'),
  [PROVENANCE_FIELD]: { properties: PROVENANCE },
  id: KEPT,
  deviceId: { type: 'keyword' },
  windowStart: { type: 'date' },
  windowEnd: { type: 'date', ...COLUMN },
  count: { type: 'long', ...COLUMN },
  anomaly: {
    properties: {
      score: { type: 'double', ...COLUMN },
      measurement: { type: 'keyword' },
      isAnomaly: { type: 'boolean' },
    },
  },
};

/** Of every `DeadLetter`; the original is kept as bytes and never looked into. */
export const DEAD_LETTER_PROPERTIES: Properties = {
  // What a record that cannot be read says about its time is unknown: the time at which it was given up.
  ...timestampOf(`${PROVENANCE_FIELD}.processedAt`),
  [PROVENANCE_FIELD]: { properties: { ...PROVENANCE, processedAt: EPOCH_MS, resolvedAt: EPOCH_MS } },
  id: KEPT,
  stage: { type: 'keyword' },
  reason: { type: 'keyword' },
  detail: PROSE,
  topic: { type: 'keyword' },
  partition: { type: 'integer' },
  offset: { type: 'keyword' },
  publishedAt: EPOCH_MS,
  originalLength: { type: 'long' },
  originalSha256: { type: 'keyword' },
  original: { type: 'binary' },
  headers: { properties: { raw: KEPT, version: KEPT } },
};

/** One number of a reading each. */
export function measurementProperties(measurements: readonly Measurement[]): Properties {
  return Object.fromEntries(measurements.map(({ name }) => [name, { type: 'double', ...COLUMN }]));
}

/** The statistics of a window each. */
export function statisticsProperties(measurements: readonly Measurement[]): Properties {
  const number = { type: 'double', ...COLUMN } as const;
  const statistics: estypes.MappingProperty = {
    properties: { count: { type: 'long', ...COLUMN }, mean: number, min: number, max: number },
  };
  return Object.fromEntries(measurements.map(({ name }) => [name, statistics]));
}

/** What runs are looked for and listed by; the rest of a report is kept as it is and not indexed. */
export const RUN_PROPERTIES: Properties = {
  ...timestampOf('startedAt'),
  name: { type: 'keyword' },
  run: { type: 'keyword' },
  // Under these names every other document has them, so that one filter of a dashboard fits all.
  [PROVENANCE_FIELD]: {
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
