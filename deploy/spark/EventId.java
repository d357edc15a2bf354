package pipeline.spark;

import java.nio.charset.StandardCharsets;
import org.apache.spark.types.variant.Variant;
import org.apache.spark.types.variant.VariantUtil;

/**
 * The event id of a raw record: that of the header, else that of the mapped field, else the
 * record's coordinates.
 *
 * @param isBad whether the record brings an id that cannot be used
 */
record EventId(String id, boolean isBad) {
  static final int MAX_BYTES = 400;

  /**
   * @param field value of the mapped field; null if it is not there
   */
  static EventId of(RawRecord record, Variant field) {
    byte[] header = record.eventIdHeader();
    boolean isGiven = header != null || (field != null && field.getType() != VariantUtil.Type.NULL);
    String given = header != null ? fromHeader(header) : fromField(field);
    boolean isUsable = given != null && isUsable(given);
    return new EventId(isUsable ? given : record.coordinatesId(), isGiven && !isUsable);
  }

  private static String fromHeader(byte[] header) {
    return Utf8.isValid(header) ? new String(header, StandardCharsets.UTF_8) : null;
  }

  private static String fromField(Variant field) {
    return field != null && field.getType() == VariantUtil.Type.STRING ? field.getString() : null;
  }

  private static boolean isUsable(String id) {
    int bytes = Utf8.length(id);
    return bytes >= 1 && bytes <= MAX_BYTES;
  }
}
