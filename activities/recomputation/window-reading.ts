import type { JsonObject } from '../contracts/json-object';
import type { Measurement } from '../contracts/measurement';
import { RUN_FIELD } from '../elasticsearch/provenance';
import { windowId, windowStartMs } from '../contracts/window';

/** What a window takes from a reading. */
export interface WindowReading {
  readonly id: string;
  /** Whether it is of the run that recomputes. */
  readonly isOfRun: boolean;
  readonly windowId: string;
  readonly deviceId: string;
  readonly startMs: number;
  /** In the order of the measurements; undefined for one that the reading does not have. */
  readonly values: readonly (number | undefined)[];
}

export interface ReadingShape {
  readonly windowMs: number;
  readonly measurements: readonly Measurement[];
}

/** Returns null for a reading that is in no window. */
export function windowReading(
  id: string,
  reading: JsonObject,
  isOfRun: boolean,
  { windowMs, measurements }: ReadingShape,
): WindowReading | null {
  if (reading['late'] === true) return null;
  const deviceId = String(reading['deviceId']);
  const startMs = windowStartMs(String(reading['timestamp']), windowMs);
  const values = measurements.map(({ name }) => {
    const value = reading[name];
    return typeof value === 'number' ? value : undefined;
  });
  return { id, isOfRun, windowId: windowId(deviceId, startMs, windowMs), deviceId, startMs, values };
}

/** The fields of a document that `windowReading` reads. */
export function readingFields(measurements: readonly Measurement[]): string[] {
  return ['deviceId', 'timestamp', 'late', RUN_FIELD, ...measurements.map(({ name }) => name)];
}
