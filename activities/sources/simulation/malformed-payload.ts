import type { MalformedKind } from '../../contracts/simulated-shares';
import type { Measurement } from '../../contracts/measurement';

/** A reading before it is written as JSON. */
export interface ReadingParts {
  readonly deviceId: string;
  /** ISO 8601 in UTC. */
  readonly timestamp: string;
  /** One per measurement, in the order of the settings. */
  readonly values: readonly number[];
  readonly text: string;
  /** Absent where labels are not kept. */
  readonly place?: string;
}

/** Writes a reading with its fields in their usual order. */
export function readingJson(parts: ReadingParts, measurements: readonly Measurement[]): string {
  return JSON.stringify(readingFields(parts, measurements));
}

/** Writes a reading so that it cannot be used, each kind in its own way. */
export function malformedPayload(
  kind: MalformedKind,
  parts: ReadingParts,
  measurements: readonly Measurement[],
): Buffer {
  if (kind === 'empty') return Buffer.alloc(0);
  // 0xff stands in no UTF-8 text.
  if (kind === 'binary') return Buffer.concat([Buffer.of(0xff, 0x00, 0x9f), Buffer.from(parts.text).reverse()]);
  const fields = readingFields(parts, measurements);
  if (kind === 'truncated') {
    const json = JSON.stringify(fields);
    return Buffer.from(json.slice(0, json.length >> 1));
  }
  const [measurement] = measurements;
  const change: Readonly<Record<typeof kind, Readonly<Record<string, unknown>>>> = {
    wrongType: measurement ? { [measurement.name]: 'hot' } : {},
    missingDevice: { deviceId: undefined },
    badTimestamp: { timestamp: parts.timestamp.replace('Z', '') },
    outOfRange: measurement ? { [measurement.name]: 2 * measurement.max - measurement.min + 1 } : {},
    noMeasurement: Object.fromEntries(measurements.map(({ name }) => [name, undefined])),
  };
  return Buffer.from(JSON.stringify({ ...fields, ...change[kind] }));
}

function readingFields(
  { deviceId, timestamp, values, text, place }: ReadingParts,
  measurements: readonly Measurement[],
): Record<string, unknown> {
  const fields: Record<string, unknown> = { deviceId, timestamp };
  measurements.forEach(({ name }, index) => (fields[name] = values[index]));
  fields['text'] = text;
  if (place !== undefined) fields['place'] = place;
  return fields;
}
