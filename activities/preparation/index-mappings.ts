import type { estypes } from '@elastic/elasticsearch';
import type { Measurement } from '../contracts/measurement';
import { PASSAGE_FIELD } from '../elasticsearch/passage';

type Properties = Record<string, estypes.MappingProperty>;

const EPOCH_MS: estypes.MappingProperty = { type: 'date', format: 'epoch_millis' };

const PASSAGE_PROPERTIES: Properties = {
  pipeline: { type: 'keyword' },
  run: { type: 'keyword' },
  partition: { type: 'integer' },
  offset: { type: 'long' },
  publishedAt: EPOCH_MS,
  processedAt: EPOCH_MS,
  indexedAt: EPOCH_MS,
  latencyMs: { type: 'long' },
  redrive: { type: 'byte' },
};
const PASSAGE: estypes.MappingProperty = { properties: PASSAGE_PROPERTIES };

/** Kept and never searched, so that no length of it is too much. */
const KEPT: estypes.MappingProperty = { type: 'keyword', index: false, doc_values: false };

/** Label values beyond this are kept but not searchable; Lucene takes no term over 32,766 bytes. */
const MAX_SEARCHABLE_LABEL_CHARACTERS = 1_024;

/** Strict mapping of `EnrichedReading`. */
export function readingProperties(measurements: readonly Measurement[]): Properties {
  return {
    [PASSAGE_FIELD]: PASSAGE,
    id: { type: 'keyword' },
    deviceId: { type: 'keyword' },
    timestamp: { type: 'date' },
    text: { type: 'text' },
    words: { type: 'keyword' },
    labels: { type: 'flattened', ignore_above: MAX_SEARCHABLE_LABEL_CHARACTERS },
    late: { type: 'boolean' },
    dewPoint: { type: 'double' },
    ...Object.fromEntries(measurements.map(({ name }) => [name, { type: 'double' }])),
  };
}

/** Strict mapping of `DeviceWindow`. */
export function windowProperties(measurements: readonly Measurement[]): Properties {
  const statistics: estypes.MappingProperty = {
    properties: {
      count: { type: 'long' },
      mean: { type: 'double' },
      min: { type: 'double' },
      max: { type: 'double' },
    },
  };
  return {
    [PASSAGE_FIELD]: PASSAGE,
    id: { type: 'keyword' },
    deviceId: { type: 'keyword' },
    windowStart: { type: 'date' },
    windowEnd: { type: 'date' },
    count: { type: 'long' },
    anomaly: {
      properties: { score: { type: 'double' }, measurement: { type: 'keyword' }, isAnomaly: { type: 'boolean' } },
    },
    ...Object.fromEntries(measurements.map(({ name }) => [name, statistics])),
  };
}

/** Strict mapping of `DeadLetter`; the original is kept as bytes and never looked into. */
export function deadLetterProperties(): Properties {
  return {
    [PASSAGE_FIELD]: { properties: { ...PASSAGE_PROPERTIES, resolvedAt: EPOCH_MS } },
    id: { type: 'keyword' },
    stage: { type: 'keyword' },
    reason: { type: 'keyword' },
    detail: { type: 'text' },
    topic: { type: 'keyword' },
    partition: { type: 'integer' },
    offset: { type: 'keyword' },
    publishedAt: EPOCH_MS,
    originalLength: { type: 'long' },
    originalSha256: { type: 'keyword' },
    original: { type: 'binary' },
    headers: { properties: { raw: KEPT, version: KEPT } },
  };
}
