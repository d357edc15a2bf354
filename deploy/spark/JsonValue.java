package pipeline.spark;

import java.nio.charset.StandardCharsets;
import org.apache.spark.types.variant.Variant;

/** Reads a value that is one JSON object in UTF-8. */
final class JsonValue implements ValueReader {
  @Override
  public Value read(RawRecord record) {
    byte[] bytes = record.value();
    if (bytes == null) return Value.refused(Refusal.ofValue(Reason.Tombstone, "nothing"));
    String text = new String(bytes, StandardCharsets.UTF_8);
    Variant object = StrictJson.object(text, record.offset());
    if (object != null && Utf8.isValid(bytes)) return new Value(object, null);
    return new Value(object, refusal(bytes, text, record.offset()));
  }

  private static Refusal refusal(byte[] bytes, String text, long offset) {
    SchemaFraming framing = SchemaFraming.of(bytes);
    if (framing != null) return framing.refusal();
    if (!Utf8.isValid(bytes)) return Refusal.ofValue(Reason.NotUtf8, "other bytes");
    if (!StrictJson.isBlank(text)) return StrictJson.refusal(text, offset);
    return Refusal.ofValue(Reason.Empty, bytes.length == 0 ? "no bytes" : "only blanks");
  }
}
