/** A JSON object with unchecked fields. */
export type JsonObject = Readonly<Record<string, unknown>>;

/** Returns undefined if the text is not a JSON object. */
export function parseObject(text: Buffer | string | null): JsonObject | undefined {
  try {
    const parsed: unknown = JSON.parse(text?.toString() ?? '');
    return isObject(parsed) ? parsed : undefined;
  } catch {
    return undefined;
  }
}

export function isObject(value: unknown): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
