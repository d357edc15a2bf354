import { pipelineFailure } from '../contracts/failures';
import { isObject, parseObject, type JsonObject } from '../contracts/json-object';
import { tlsProblem } from '../contracts/tls-problem';
import type { HttpServer } from '../http/http-server';
import { AvroSchemaParser, SchemaUnreadable, type AvroType } from './avro-schema';

const TIMEOUT_MS = 10_000;
/** Codes of Confluent's API for a subject, a version and a schema that do not exist. */
const UNKNOWN: readonly unknown[] = [40_401, 40_402, 40_403];

/** The Avro schemas of a registry with Confluent's API, each asked for once. */
export class SchemaRegistry {
  readonly #known = new Map<number, AvroType | null>();

  constructor(
    private readonly server: HttpServer,
    private readonly signal: AbortSignal,
  ) {}

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
    const url = this.server.url.replace(/\/+$/, '') + path;
    this.signal.throwIfAborted();
    // Not together with the other signal: in Node 20, a timeout within `AbortSignal.any` may be garbage-collected.
    const response = await this.#request(path).catch((error: unknown) => {
      throw unavailable(url, reasonOf(error), error);
    });
    const answer = parseObject(await response.text().catch(() => ''));
    if (response.status === 200 && answer !== undefined) return answer;
    if (response.status === 404 && UNKNOWN.includes(answer?.['error_code'])) return null;
    if (response.status === 401 || response.status === 403) {
      throw pipelineFailure(
        'AccessRefused',
        `Expected a schema from ${url}, got status ${response.status}: the registry refuses the credentials. Correct ` +
          'SCHEMA_REGISTRY_USERNAME and SCHEMA_REGISTRY_PASSWORD, or SCHEMA_REGISTRY_API_KEY or SCHEMA_REGISTRY_BEARER_TOKEN.',
      );
    }
    throw unavailable(url, `it answered with status ${response.status}`);
  }

  async #request(path: string): ReturnType<HttpServer['fetch']> {
    const { server } = this;
    return await server.fetch(path, server.security.authorization(), { signal: AbortSignal.timeout(TIMEOUT_MS) });
  }
}

function unavailable(url: string, reason: string, cause?: unknown): Error {
  const refusal = tlsProblem((cause as Error | undefined)?.cause ?? cause, 'SCHEMA_REGISTRY');
  if (refusal !== undefined) {
    const message = `Expected a schema from ${url}, but the registry cannot be used: ${refusal} (${reason}).`;
    return pipelineFailure('AccessRefused', message, { cause });
  }
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
