package pipeline.spark;

import java.time.DateTimeException;
import java.time.LocalDate;
import java.time.LocalDateTime;
import java.time.ZoneOffset;
import org.apache.spark.types.variant.Variant;

/** Event times, in microseconds since the epoch. */
final class EventTime {
  private static final long MICROS_PER_SECOND = 1_000_000L;
  private static final int MAX_EPOCH_DIGITS = 15;

  /** As text; fewer digits could be a year. */
  private static final int MIN_EPOCH_DIGITS_AS_TEXT = 9;

  private static final int MAX_FRACTION_DIGITS = 9;

  /** The largest zone offset that {@link ZoneOffset} allows. */
  private static final int MAX_ZONE_MINUTES = 18 * 60;

  private static final String SHORTEST = "2026-01-01T00:00Z";

  private EventTime() {}

  /**
   * The time of a mapped field, or null if it is not a time with a zone or whole epoch
   * milliseconds.
   */
  static Long of(Variant field) {
    if (field == null) return null;
    return switch (field.getType()) {
      case STRING -> ofText(field.getString());
      case LONG -> ofEpochMs(Long.toString(field.getLong()), 1);
      default -> null;
    };
  }

  static boolean isInYears1000To9999(long micros) {
    int year = utc(micros).getYear();
    return year >= 1000 && year <= 9999;
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

  private static Long ofEpochMs(String digits, int minDigits) {
    int start = digits.startsWith("-") ? 1 : 0;
    int count = digits.length() - start;
    if (count < minDigits || count > MAX_EPOCH_DIGITS || !areDigits(digits, start, digits.length()))
      return null;
    return Math.multiplyExact(Long.parseLong(digits), 1_000L);
  }

  private static Long ofText(String text) {
    Long epoch = ofEpochMs(text, MIN_EPOCH_DIGITS_AS_TEXT);
    return epoch != null ? epoch : new IsoText(text).micros();
  }

  private static LocalDateTime utc(long micros) {
    return LocalDateTime.ofEpochSecond(Math.floorDiv(micros, MICROS_PER_SECOND), 0, ZoneOffset.UTC);
  }

  private static StringBuilder pad(StringBuilder text, int number, int width) {
    String digits = Integer.toString(number);
    return text.append("0".repeat(Math.max(0, width - digits.length()))).append(digits);
  }

  private static boolean areDigits(String text, int from, int to) {
    if (to > text.length()) return false;
    for (int at = from; at < to; at++) {
      if (text.charAt(at) < '0' || text.charAt(at) > '9') return false;
    }
    return true;
  }

  /** A cursor over {@code yyyy-MM-dd[T ]HH:mm[:ss[.f{1,9}]](Z|[+-]HH[:]mm)}. */
  private static final class IsoText {
    private final String text;
    private int at;

    IsoText(String text) {
      this.text = text;
    }

    /** Null if the text has another form. Digits beyond microseconds are cut. */
    Long micros() {
      if (text.length() < SHORTEST.length()) return null;
      Integer year = number(4);
      Integer month = after("-", 2);
      Integer day = after("-", 2);
      Integer hour = after("T ", 2);
      Integer minute = after(":", 2);
      if (year == null || month == null || day == null || hour == null || minute == null)
        return null;
      boolean hasSeconds = text.startsWith(":", at);
      Integer second = hasSeconds ? after(":", 2) : Integer.valueOf(0);
      if (second == null || hour > 23 || minute > 59 || second > 59) return null;
      Integer fraction = hasSeconds && text.startsWith(".", at) ? fraction() : Integer.valueOf(0);
      Integer zoneMinutes = fraction == null ? null : zone();
      if (zoneMinutes == null) return null;
      try {
        long days = LocalDate.of(year, month, day).toEpochDay();
        long seconds = days * 86_400 + hour * 3_600L + minute * 60L + second - zoneMinutes * 60L;
        return seconds * MICROS_PER_SECOND + fraction;
      } catch (DateTimeException noSuchDay) {
        return null;
      }
    }

    private Integer after(String separators, int width) {
      if (at >= text.length() || separators.indexOf(text.charAt(at)) < 0) return null;
      at += 1;
      return number(width);
    }

    private Integer number(int width) {
      if (!areDigits(text, at, at + width)) return null;
      at += width;
      return Integer.parseInt(text, at - width, at, 10);
    }

    private Integer fraction() {
      int start = ++at;
      while (areDigits(text, at, at + 1)) at += 1;
      int digits = at - start;
      if (digits < 1 || digits > MAX_FRACTION_DIGITS) return null;
      int micros = 0;
      for (int place = 0; place < 6; place++) {
        micros = micros * 10 + (place < digits ? text.charAt(start + place) - '0' : 0);
      }
      return micros;
    }

    private Integer zone() {
      if (at >= text.length()) return null;
      char sign = text.charAt(at++);
      if (sign == 'Z') return at == text.length() ? 0 : null;
      if (sign != '+' && sign != '-') return null;
      Integer hours = number(2);
      if (hours == null) return null;
      if (text.startsWith(":", at)) at += 1;
      Integer minutes = number(2);
      if (minutes == null || at != text.length() || minutes > 59) return null;
      int offset = hours * 60 + minutes;
      if (offset > MAX_ZONE_MINUTES) return null;
      return sign == '-' ? -offset : offset;
    }
  }
}
