import type { MalformedKind } from '../../contracts/simulated-shares';
import type { Measurement } from '../../contracts/measurement';

/** A reading before serialization. */
export interface ReadingParts {
  readonly deviceId: string;
  /** ISO 8601 in UTC. */
  readonly timestamp: string;
  /** One per measurement, in their order. */
  readonly values: readonly number[];
  readonly text: string;
  /** Absent if labels are not kept. */
  readonly place?: string;
}

export function readingJson(parts: ReadingParts, measurements: readonly Measurement[]): string {
  return JSON.stringify(readingFields(parts, measurements));
}

/** Returns the payload of an unusable record of this kind. */
export function malformedPayload(
  kind: MalformedKind,
  parts: ReadingParts,
  measurements: readonly Measurement[],
): Buffer {
  if (kind === 'empty') return Buffer.alloc(0);
  // 0xff never occurs in UTF-8.
  if (kind === 'binary') return Buffer.concat([Buffer.of(0xff, 0x00, 0x9f), Buffer.from(parts.text).reverse()]);
  const fields = readingFields(parts, measurements);
  if (kind === 'truncated') {
    const json = JSON.stringify(fields);
    return Buffer.from(json.slice(0, json.length >> 1));
  }
  const [measurement] = measurements;
  const changes: Readonly<Record<typeof kind, Readonly<Record<string, unknown>>>> = {
    wrongType: measurement ? { [measurement.name]: 'hot' } : {},
    missingDevice: { deviceId: undefined },
    badTimestamp: { timestamp: parts.timestamp.replace('Z', '') },
    outOfRange: measurement ? { [measurement.name]: 2 * measurement.max - measurement.min + 1 } : {},
    noMeasurement: Object.fromEntries(measurements.map(({ name }) => [name, undefined])),
  };
  return Buffer.from(JSON.stringify({ ...fields, ...changes[kind] }));
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
