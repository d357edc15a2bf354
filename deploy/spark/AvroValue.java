package pipeline.spark;

import java.util.HashMap;
import java.util.Map;
import org.apache.spark.types.variant.Variant;
import pipeline.spark.SchemaRegistry.Answer;

/** Reads a value that is one Avro record in the framing of a schema registry. */
final class AvroValue implements ValueReader {
  private final SchemaRegistry registry;

  /** Ids that the registry did not know when it was asked first; the next task asks again. */
  private final Map<Integer, Answer> unknown = new HashMap<>();

  AvroValue(SchemaRegistry registry) {
    this.registry = registry;
  }

  /**
   * @throws SchemaRegistryUnavailable when the registry does not tell whether it has the schema
   */
  @Override
  public Value read(RawRecord record) {
    byte[] bytes = record.value();
    if (bytes == null) return Value.refused(Refusal.ofValue(Reason.Tombstone, "nothing"));
    SchemaFraming framing = SchemaFraming.of(bytes);
    if (framing == null) return Value.refused(notAvro("without the framing of a schema registry"));
    int id = framing.schemaId();
    Answer answer = unknown.getOrDefault(id, null);
    if (answer == null) answer = registry.schema(id);
    if (answer.refusal() != null && answer.refusal().is(Reason.UnknownSchema))
      unknown.put(id, answer);
    if (answer.refusal() != null) return Value.refused(answer.refusal());
    try {
      String text = AvroJson.of(answer.schema(), bytes, SchemaFraming.BYTES);
      Variant object = StrictJson.object(text, record.offset());
      if (object != null) return new Value(object, null);
      return Value.refused(StrictJson.refusal(text, record.offset()));
    } catch (UnreadableAvro unreadable) {
      return Value.refused(notAvro("with " + unreadable.getMessage() + ", schema id " + id));
    }
  }

  private static Refusal notAvro(String found) {
    return new Refusal(Reason.NotAvro.name(), Reason.NotAvro.detail + ", got one " + found);
  }
}
