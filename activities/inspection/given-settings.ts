import { isObject, type JsonObject } from '../contracts/json-object';

/** Keys that say where a field stands; the others say how its text is read. */
const PLACES = ['column', 'path', 'key', 'header', 'constant', 'join', 'names'];

/** Returns a part of settings by its path; undefined if it is not there. */
export function settingAt(settings: unknown, path: string): unknown {
  return path.split('.').reduce<unknown>((at, name) => (isObject(at) ? at[name] : undefined), settings);
}

/** Returns an object of the settings by its path; empty if it is not there. */
export function sectionAt(settings: unknown, path: string): JsonObject {
  const found = settingAt(settings, path);
  return isObject(found) ? found : {};
}

/** Whether a field of a mapping says where it stands. */
export function hasPlace(field: unknown): boolean {
  return typeof field === 'string' || (isObject(field) && PLACES.some((name) => name in field));
}

/**
 * Puts given settings over proposed ones.
 *
 * A given field of a mapping with a place replaces the proposed one; options alone are added to it.
 */
export function merged(proposed: JsonObject, given: JsonObject, areFields = false): JsonObject {
  const result: Record<string, unknown> = { ...proposed };
  for (const [name, value] of Object.entries(given)) {
    const before = result[name];
    const own = areFields && typeof before === 'string' ? { column: before } : before;
    const replaces = !isObject(own) || !isObject(value) || (areFields && hasPlace(value));
    result[name] = replaces ? value : merged(own, value, name === 'fields');
  }
  return result;
}
