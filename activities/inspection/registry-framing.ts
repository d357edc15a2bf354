import { schemaFramingOf } from '../contracts/schema-framing';

/** What is to be said about values that a schema registry frames; both lists are empty if there are none. */
export interface RegistryAccount {
  readonly facts: readonly string[];
  readonly notes: readonly string[];
}

const NOTE =
  'Records in the framing of a schema registry: if they are Avro, set source.format to "avro" and SCHEMA_REGISTRY_URL for ' +
  'the worker; publish others as JSON, since they become dead letters.';

/** Tells how many values are framed, by which schemas, and what is probably in them. */
export function registryAccount(values: readonly (Buffer | null)[]): RegistryAccount {
  const framed = values.flatMap((value) => schemaFramingOf(value) ?? []);
  if (framed.length === 0) return { facts: [], notes: [] };
  const ids = [...new Set(framed.map(({ schemaId }) => schemaId))];
  const kinds = [...new Set(framed.map(({ likely }) => likely))].join(', ');
  const facts = [
    `schema registry: ${framed.length} of ${values.length} records, ${kinds}, schema ids ${ids.join(', ')}`,
  ];
  return { facts, notes: [NOTE] };
}
