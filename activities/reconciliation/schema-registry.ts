import { pipelineFailure } from '../contracts/failures';
import { isObject, parseObject, type JsonObject } from '../contracts/json-object';
import { AvroSchemaParser, SchemaUnreadable, type AvroType } from './avro-schema';

const TIMEOUT_MS = 10_000;
/** Codes of Confluent's API for a subject, a version and a schema that do not exist. */
const UNKNOWN: readonly unknown[] = [40_401, 40_402, 40_403];

/** The Avro schemas of a registry with Confluent's API, each asked for once. */
export class SchemaRegistry {
  readonly #url: string;
  readonly #known = new Map<number, AvroType | null>();

  constructor(
    url: string,
    private readonly signal: AbortSignal,
  ) {
    this.#url = url.replace(/\/+$/, '');
  }

  /**
   * Makes a schema known.
   *
   * @throws SchemaRegistryUnavailable when the registry does not tell whether it has the schema
   */
  async load(id: number): Promise<void> {
    if (!this.#known.has(id)) this.#known.set(id, await this.#avro(id));
  }

  /** Returns a schema that was loaded; null if the registry does not have it, or not as Avro. */
  loaded(id: number): AvroType | null {
    return this.#known.get(id) ?? null;
  }

  async #avro(id: number): Promise<AvroType | null> {
    const found = await this.#get(`/schemas/ids/${id}`);
    if (found === null || (found['schemaType'] ?? 'AVRO') !== 'AVRO') return null;
    const parser = new AvroSchemaParser();
    try {
      const isComplete = await this.#parseReferences(parser, found, new Set());
      return isComplete ? parser.parse(String(found['schema'])) : null;
    } catch (error) {
      // The job refuses such a schema too.
      if (error instanceof SchemaUnreadable || error instanceof SyntaxError) return null;
      throw error;
    }
  }

  /** Parses what a schema refers to, which has to come first. @returns whether the registry has all of it */
  async #parseReferences(parser: AvroSchemaParser, schema: JsonObject, parsed: Set<string>): Promise<boolean> {
    const { references } = schema;
    for (const reference of Array.isArray(references) ? references.filter(isObject) : []) {
      const path = `/subjects/${encodeURIComponent(String(reference['subject']))}/versions/${String(reference['version'])}`;
      if (parsed.has(path)) continue;
      parsed.add(path);
      const found = await this.#get(path);
      if (found === null || !(await this.#parseReferences(parser, found, parsed))) return false;
      parser.parse(String(found['schema']));
    }
    return true;
  }

  /** Returns null if the registry does not have it. */
  async #get(path: string): Promise<JsonObject | null> {
    const url = this.#url + path;
    this.signal.throwIfAborted();
    // Not together with the other signal: in Node 20, a timeout within `AbortSignal.any` may be garbage-collected.
    const response = await fetch(url, { signal: AbortSignal.timeout(TIMEOUT_MS) }).catch((error: unknown) => {
      throw unavailable(url, reasonOf(error), error);
    });
    const answer = parseObject(await response.text().catch(() => ''));
    if (response.status === 200 && answer !== undefined) return answer;
    if (response.status === 404 && UNKNOWN.includes(answer?.['error_code'])) return null;
    throw unavailable(url, `it answered with status ${response.status}`);
  }
}

function unavailable(url: string, reason: string, cause?: unknown): Error {
  const message =
    `Expected a schema from ${url}, but ${reason}; SCHEMA_REGISTRY_URL must name the Confluent-compatible API of a ` +
    'registry.';
  return pipelineFailure('SchemaRegistryUnavailable', message, { cause });
}

/** `fetch failed` explains nothing; its cause does. */
function reasonOf(error: unknown): string {
  const { cause = error } = error as { cause?: unknown };
  return cause instanceof Error ? cause.message : String(cause);
}
