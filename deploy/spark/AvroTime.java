package pipeline.spark;

import com.fasterxml.jackson.core.JsonGenerator;
import java.io.IOException;
import java.time.LocalDate;
import org.apache.avro.Schema;

/**
 * Writes whole numbers of Avro, those that stand for times as ISO 8601: with Z, without a zone for
 * local times, and with six fractional digits. A time outside the years 1000 to 9999 stays a
 * number.
 */
final class AvroTime {
  private static final int MICROS_PER_MS = 1_000;
  private static final int NANOS_PER_MICRO = 1_000;

  /** Far beyond the year 9999, and so far before the year 1000. */
  private static final long MAX_MS = 1L << 50;

  private static final long NO_TIME = Long.MAX_VALUE;

  private static final String LOCAL = "local-";

  private AvroTime() {}

  static void write(Schema schema, long number, JsonGenerator out) throws IOException {
    String logicalType = schema.getProp("logicalType");
    String text = logicalType == null ? null : text(schema.getType(), logicalType, number);
    if (text == null) out.writeNumber(number);
    else out.writeString(text);
  }

  /** Null if the number stands for no time. */
  private static String text(Schema.Type type, String logicalType, long number) {
    if (type == Schema.Type.INT) return logicalType.equals("date") ? date(number) : null;
    boolean isLocal = logicalType.startsWith(LOCAL);
    String kind = isLocal ? logicalType.substring(LOCAL.length()) : logicalType;
    long micros =
        switch (kind) {
          case "timestamp-millis" ->
              number <= MAX_MS && number >= -MAX_MS ? number * MICROS_PER_MS : NO_TIME;
          case "timestamp-micros" -> number;
          case "timestamp-nanos" -> Math.floorDiv(number, NANOS_PER_MICRO);
          default -> NO_TIME;
        };
    if (!EventTime.isInYears1000To9999(micros)) return null;
    String text = EventTime.format(micros);
    return isLocal ? text.substring(0, text.length() - 1) : text;
  }

  private static String date(long days) {
    LocalDate date = LocalDate.ofEpochDay(days);
    return date.getYear() >= 1000 && date.getYear() <= 9999 ? date.toString() : null;
  }
}
