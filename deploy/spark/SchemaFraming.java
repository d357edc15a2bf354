package pipeline.spark;

import java.nio.ByteBuffer;

/**
 * What serializers of a schema registry put before a value: a byte of zero, and the id of the
 * schema in four bytes, the highest first.
 *
 * @param schemaId above zero
 * @param isJson whether a JSON object may follow, and so the kind is JSON Schema; else it is Avro
 *     or Protobuf
 */
record SchemaFraming(int schemaId, boolean isJson) {
  static final int BYTES = 5;

  /** Null if the bytes have none. */
  static SchemaFraming of(byte[] bytes) {
    if (bytes.length < BYTES || bytes[0] != 0) return null;
    int schemaId = ByteBuffer.wrap(bytes).getInt(1);
    boolean isJson = bytes.length > BYTES && bytes[BYTES] == '{';
    return schemaId > 0 ? new SchemaFraming(schemaId, isJson) : null;
  }

  /** Why a value with it is not read as JSON. */
  Refusal refusal() {
    String kind = isJson ? "likely JSON Schema" : "Avro or Protobuf";
    String remedy =
        isJson
            ? "; let its producer write plain JSON"
            : "; if it is Avro, set source.format to avro; else let its producer write plain JSON";
    String detail = Reason.SchemaRegistryFraming.detail;
    String found = " with schema id " + schemaId + ", " + kind;
    return new Refusal(Reason.SchemaRegistryFraming.name(), detail + found + remedy);
  }
}
