package pipeline.spark;

import java.io.IOException;
import org.apache.spark.types.variant.Variant;

/** Reads the value of a raw record as one object. */
interface ValueReader {
  Value read(RawRecord record);

  static ValueReader of(Settings settings) throws IOException {
    return settings.valueFormat().equals("avro")
        ? new AvroValue(SchemaRegistry.at(settings.schemaRegistry(), Connections.of(settings)))
        : new JsonValue();
  }

  /**
   * A value as it was read.
   *
   * @param object null if there is none
   * @param refusal why the record is a dead letter, even if an object was found; null if it is none
   *     for that reason
   */
  record Value(Variant object, Refusal refusal) {
    static Value refused(Refusal refusal) {
      return new Value(null, refusal);
    }
  }
}
