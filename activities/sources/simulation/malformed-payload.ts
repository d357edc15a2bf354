import type { JsonObject } from '../../contracts/json-object';
import type { Measurement } from '../../contracts/measurement';
import type { MalformedKind } from '../../contracts/simulated-shares';

/** Returns the payload of an unusable record of this kind, made from the fields of a usable one. */
export function malformedPayload(
  kind: MalformedKind,
  fields: JsonObject,
  measurements: readonly Measurement[],
): Buffer {
  if (kind === 'empty') return Buffer.alloc(0);
  const noise = Buffer.from(String(fields['text'])).reverse();
  // 0xff never occurs in UTF-8.
  if (kind === 'binary') return Buffer.concat([Buffer.of(0xff, 0x00, 0x9f), noise]);
  if (kind === 'truncated') {
    const json = JSON.stringify(fields);
    return Buffer.from(json.slice(0, json.length >> 1));
  }
  const [measurement] = measurements;
  const changes: Readonly<Record<typeof kind, JsonObject>> = {
    wrongType: measurement ? { [measurement.name]: 'hot' } : {},
    missingDevice: { deviceId: undefined },
    badTimestamp: { timestamp: String(fields['timestamp']).replace('Z', '') },
    outOfRange: measurement ? { [measurement.name]: 2 * measurement.max - measurement.min + 1 } : {},
    noMeasurement: Object.fromEntries(measurements.map(({ name }) => [name, undefined])),
  };
  return Buffer.from(JSON.stringify({ ...fields, ...changes[kind] }));
}
