package pipeline.spark;

import java.time.LocalDateTime;
import java.time.ZoneOffset;

/** Event times, in microseconds since the epoch. */
final class EventTime {
  private static final long MICROS_PER_SECOND = 1_000_000L;

  /** From 2001-01-01 to 2100-01-01, in epoch milliseconds. */
  private static final long PLAUSIBLE_FROM_MS = 978_307_200_000L;

  private static final long PLAUSIBLE_TO_MS = 4_102_444_800_000L;

  private EventTime() {}

  static boolean isInYears1000To9999(long micros) {
    int year = utc(micros).getYear();
    return year >= 1000 && year <= 9999;
  }

  /**
   * Whether a number can be the milliseconds of a time at which a device or a broker worked, and
   * neither of another unit nor of a clock that nobody has set.
   */
  static boolean isPlausibleMs(long epochMs) {
    return epochMs >= PLAUSIBLE_FROM_MS && epochMs < PLAUSIBLE_TO_MS;
  }

  /** ISO 8601 in UTC with six fractional digits. */
  static String format(long micros) {
    LocalDateTime time = utc(micros);
    StringBuilder text = new StringBuilder("0000-00-00T00:00:00.000000Z".length());
    pad(text, time.getYear(), 4).append('-');
    pad(text, time.getMonthValue(), 2).append('-');
    pad(text, time.getDayOfMonth(), 2).append('T');
    pad(text, time.getHour(), 2).append(':');
    pad(text, time.getMinute(), 2).append(':');
    pad(text, time.getSecond(), 2).append('.');
    return pad(text, (int) Math.floorMod(micros, MICROS_PER_SECOND), 6).append('Z').toString();
  }

  private static LocalDateTime utc(long micros) {
    return LocalDateTime.ofEpochSecond(Math.floorDiv(micros, MICROS_PER_SECOND), 0, ZoneOffset.UTC);
  }

  private static StringBuilder pad(StringBuilder text, int number, int width) {
    String digits = Integer.toString(number);
    return text.append("0".repeat(Math.max(0, width - digits.length()))).append(digits);
  }
}
