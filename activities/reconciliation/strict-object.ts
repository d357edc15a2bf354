import { isObject, parseObject, type JsonObject } from '../contracts/json-object';
import { isStrictJson } from './strict-json';

const MAX_LONG = 2n ** 63n - 1n;
const NUMBER_OR_TEXT = /"[^"\\]*(?:\\.[^"\\]*)*"|-?\d[-+.\deE]*/g;

/** A JSON object as the Spark job reads it: what it rejects as a whole has no fields. */
export class StrictObject {
  #object: JsonObject | null | undefined = null;
  #isStrict: boolean | null = null;

  constructor(private readonly json: Buffer | null) {}

  /** Returns the string or the whole number at a path; null for anything else, undefined for nothing. */
  nameAt(path: readonly string[]): string | null | undefined {
    if (this.json === null) return undefined;
    if (this.#object === null) this.#object = parseObject(this.json);
    const field = valueAt(this.#object, path);
    if (field === undefined || field === null) return undefined;
    const text = this.json.toString('utf8');
    this.#isStrict ??= isStrictJson(text);
    if (!this.#isStrict) return undefined;
    if (typeof field === 'string') return field;
    return typeof field === 'number' ? wholeNumber(text, path) : null;
  }
}

/** Parses the text again with its numbers as texts: JavaScript's own are exact only up to 2^53. */
function wholeNumber(json: string, path: readonly string[]): string | null {
  const quoted = json.replace(NUMBER_OR_TEXT, (token) => (token.startsWith('"') ? token : `"${token}"`));
  const digits = String(valueAt(JSON.parse(quoted), path));
  if (!/^-?\d+$/.test(digits)) return null;
  const number = BigInt(digits);
  return number >= -MAX_LONG - 1n && number <= MAX_LONG ? String(number) : null;
}

function valueAt(value: unknown, path: readonly string[]): unknown {
  let found = value;
  for (const name of path) {
    if (Array.isArray(found)) found = /^(?:0|[1-9]\d*)$/.test(name) ? (found[Number(name)] as unknown) : undefined;
    else found = isObject(found) && Object.hasOwn(found, name) ? found[name] : undefined;
  }
  return found;
}
