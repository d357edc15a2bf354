/** What serializers of a schema registry put before a value: a byte of zero and the id of the schema. */
export interface SchemaFraming {
  /** Above zero. */
  readonly schemaId: number;
  /** As far as the bytes after it tell; the registry knows it. */
  readonly likely: 'JSON Schema' | 'Avro or Protobuf';
}

/** The zero, and the id in four bytes, the highest first. */
export const FRAMING_BYTES = 5;

/** Returns the framing of a key or a value of a Kafka record; null if it has none. */
export function schemaFramingOf(bytes: Buffer | null): SchemaFraming | null {
  if (bytes === null || bytes.length < FRAMING_BYTES || bytes[0] !== 0) return null;
  const schemaId = bytes.readInt32BE(1);
  if (schemaId <= 0) return null;
  return { schemaId, likely: bytes[FRAMING_BYTES] === '{'.charCodeAt(0) ? 'JSON Schema' : 'Avro or Protobuf' };
}
