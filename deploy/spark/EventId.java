package pipeline.spark;

import java.nio.charset.StandardCharsets;
import org.apache.spark.types.variant.Variant;
import org.apache.spark.types.variant.VariantUtil;

/**
 * The event id of a raw record: that of the header, else that of the mapped field, else that of its
 * row in a file, else the record's coordinates.
 *
 * @param id protected, unless it is the coordinates
 * @param refusal if the record brings an id that cannot be used; else null
 */
record EventId(String id, Refusal refusal) {
  static final int MAX_BYTES = 400;

  private static final FieldPlace HEADER = new FieldPlace.InHeader(OutputRecord.EVENT_ID_HEADER);

  /**
   * @param place of the mapped field
   * @param field what stands there; null if there is nothing
   * @param row null if the record is no row of a file
   * @param protection null if there is none
   */
  static EventId of(
      RawRecord record, FieldPlace place, Variant field, byte[] row, Protection protection) {
    byte[] header = record.eventIdHeader();
    boolean isGiven = header != null || (field != null && field.getType() != VariantUtil.Type.NULL);
    String given = header != null ? ofBytes(header) : ofField(field);
    boolean isUsable = given != null && isUsable(given);
    String brought = isUsable ? given : usableRow(row);
    String leaving = brought == null || protection == null ? brought : protection.id(brought);
    String id = leaving == null ? record.coordinatesId() : leaving;
    if (isUsable || !isGiven) return new EventId(id, null);
    return new EventId(id, refusal(header == null ? place : HEADER, found(header, field, given)));
  }

  private static Refusal refusal(FieldPlace place, String found) {
    return Refusal.of(Reason.BadEventId, Reason.BadEventId.detail, place, "eventId", found);
  }

  private static String found(byte[] header, Variant field, String given) {
    if (given == null) return header == null ? FieldKind.of(field) : "bytes that are not UTF-8";
    return given.isEmpty() ? "empty text" : "a longer one";
  }

  private static String usableRow(byte[] row) {
    String given = row == null ? null : ofBytes(row);
    return given != null && isUsable(given) ? given : null;
  }

  private static String ofBytes(byte[] header) {
    return Utf8.isValid(header) ? new String(header, StandardCharsets.UTF_8) : null;
  }

  private static String ofField(Variant field) {
    return field != null && StrictJson.isName(field) ? StrictJson.text(field) : null;
  }

  private static boolean isUsable(String id) {
    int bytes = Utf8.length(id);
    return bytes >= 1 && bytes <= MAX_BYTES;
  }
}
