import { pipelineFailure } from '../contracts/failures';
import { EVENT_ID_HEADER } from '../contracts/record';
import type { ReconcileRequest } from '../contracts/report';
import { FRAMING_BYTES, schemaFramingOf } from '../contracts/schema-framing';
import type { FieldPlace } from '../contracts/field-place';
import type { HttpServer } from '../http/http-server';
import type { IncomingRecord } from '../kafka';
import { avroJson } from './avro-json';
import { SchemaRegistry } from './schema-registry';

/** The values of raw records as JSON, whatever their format. */
export interface RawValues {
  /** Gets what `jsonOf` needs for these records. */
  prepare(records: readonly IncomingRecord[]): Promise<void>;
  /** Returns null for a record without a value, or with one that cannot be read. */
  jsonOf(record: IncomingRecord): Buffer | null;
}

export const JSON_VALUES: RawValues = {
  prepare: () => Promise.resolve(),
  jsonOf: ({ value }) => value,
};

/**
 * @param schemaRegistry - null if the worker has none
 * @throws SchemaRegistryUnavailable when it has none for values in Avro
 */
export function rawValues(
  { valueFormat, eventId }: Pick<ReconcileRequest, 'valueFormat' | 'eventId'>,
  schemaRegistry: HttpServer | null,
  signal: AbortSignal,
): RawValues {
  if (valueFormat === 'json' || !isInValue(eventId)) return JSON_VALUES;
  if (schemaRegistry !== null) return new AvroValues(new SchemaRegistry(schemaRegistry, signal));
  const message =
    'Expected a schema registry for values in Avro: set SCHEMA_REGISTRY_URL in the environment of the worker.';
  throw pipelineFailure('SchemaRegistryUnavailable', message);
}

/** Whether an id needs what stands in the value. */
function isInValue(place: FieldPlace): boolean {
  return place.kind === 'join' ? place.parts.some(isInValue) : place.kind === 'value';
}

/** Avro in the framing of a schema registry. */
class AvroValues implements RawValues {
  constructor(private readonly registry: SchemaRegistry) {}

  /** @throws SchemaRegistryUnavailable when the registry does not tell whether it has a schema */
  async prepare(records: readonly IncomingRecord[]): Promise<void> {
    for (const { headers, value } of records) {
      // Nothing is looked for in the value of a record that has its id in a header.
      const framing = headers[EVENT_ID_HEADER] === undefined ? schemaFramingOf(value) : null;
      if (framing !== null) await this.registry.load(framing.schemaId);
    }
  }

  jsonOf({ value }: IncomingRecord): Buffer | null {
    const framing = schemaFramingOf(value);
    const type = framing === null ? null : this.registry.loaded(framing.schemaId);
    const json = type === null || value === null ? null : avroJson(type, value.subarray(FRAMING_BYTES));
    return json === null ? null : Buffer.from(json);
  }
}
