package pipeline.spark;

import java.time.DateTimeException;
import java.time.LocalDate;
import java.time.ZoneId;
import java.time.ZoneOffset;

/**
 * A cursor over a date and a time of ISO 8601, in the spellings that databases and languages write:
 * {@code yyyy-MM-dd[Tt ]HH:mm[:ss[[.,]f{1,9}]]} and then nothing, {@code Z}, {@code UTC}, {@code
 * GMT} or an offset {@code [+-]HH[[:]mm[[:]ss]]}, perhaps after a blank.
 *
 * <p>After an offset, the name of the zone and the monotonic clock are ignored that Go writes, as
 * in {@code +0100 CET m=+0.1}.
 */
final class IsoTime {
  private static final int SECONDS_PER_DAY = 86_400;
  private static final int MAX_FRACTION_DIGITS = 9;

  /** The largest offset that {@link ZoneOffset} allows. */
  private static final int MAX_OFFSET_SECONDS = 18 * 3_600;

  private static final int MIN_WORD_LENGTH = 3;

  private static final String MONOTONIC = " m=";

  /** What every part of the text is if it is not there. */
  private static final int BROKEN = -1;

  private final String text;
  private int at;

  private IsoTime(String text) {
    this.text = text;
  }

  /** Null if the text has another form. Digits beyond microseconds are cut. */
  static WrittenTime read(String text) {
    return new IsoTime(text).read();
  }

  private WrittenTime read() {
    int year = number(4);
    int month = after("-", 2);
    int day = after("-", 2);
    int hour = after("T t", 2);
    int minute = after(":", 2);
    if ((year | month | day | hour | minute) < 0) return null;
    boolean hasSeconds = isAt(':');
    int second = hasSeconds ? after(":", 2) : 0;
    int micros = hasSeconds && (isAt('.') || isAt(',')) ? fraction() : 0;
    if ((second | micros) < 0 || hour > 23 || minute > 59 || second > 59) return null;
    boolean hasZone = at < text.length();
    ZoneId zone = hasZone ? zone() : null;
    if (hasZone && zone == null) return null;
    try {
      long days = LocalDate.of(year, month, day).toEpochDay();
      long seconds = days * SECONDS_PER_DAY + hour * 3_600L + minute * 60L + second;
      return new WrittenTime(seconds, micros, zone);
    } catch (DateTimeException noSuchDay) {
      return null;
    }
  }

  private boolean isAt(char expected) {
    return at < text.length() && text.charAt(at) == expected;
  }

  private int after(String separators, int width) {
    if (at >= text.length() || separators.indexOf(text.charAt(at)) < 0) return BROKEN;
    at += 1;
    return number(width);
  }

  private int number(int width) {
    if (PlainNumber.endOfDigits(text, at) < at + width) return BROKEN;
    at += width;
    return Integer.parseInt(text, at - width, at, 10);
  }

  private int fraction() {
    int start = ++at;
    at = PlainNumber.endOfDigits(text, start);
    int digits = at - start;
    if (digits < 1 || digits > MAX_FRACTION_DIGITS) return BROKEN;
    int micros = 0;
    for (int place = 0; place < 6; place++) {
      micros = micros * 10 + (place < digits ? text.charAt(start + place) - '0' : 0);
    }
    return micros;
  }

  /** Null if the rest of the text is none. */
  private ZoneId zone() {
    if (isAt(' ')) at += 1;
    if (isRest("Z") || isRest("UTC") || isRest("GMT")) return ZoneOffset.UTC;
    boolean isNegative = isAt('-');
    if (!isNegative && !isAt('+')) return null;
    at += 1;
    int hours = number(2);
    int minutes = offsetPart();
    int seconds = offsetPart();
    if ((hours | minutes | seconds) < 0 || minutes > 59 || seconds > 59) return null;
    int offset = hours * 3_600 + minutes * 60 + seconds;
    if (offset > MAX_OFFSET_SECONDS || !isRestOfGo()) return null;
    return ZoneOffset.ofTotalSeconds(isNegative ? -offset : offset);
  }

  private int offsetPart() {
    if (at == text.length() || isAt(' ')) return 0;
    if (isAt(':')) at += 1;
    return number(2);
  }

  private boolean isRest(String expected) {
    int length = expected.length();
    return text.length() - at == length && text.regionMatches(true, at, expected, 0, length);
  }

  private boolean isRestOfGo() {
    if (isAt(' ') && !text.startsWith(MONOTONIC, at)) skipWord(at + 1);
    if (text.startsWith(MONOTONIC, at)) skipWord(at + MONOTONIC.length());
    return at == text.length();
  }

  /** Not a shorter one: an offset may also be followed by the BC of PostgreSQL, or by AM and PM. */
  private void skipWord(int from) {
    int end = from;
    while (end < text.length() && isOfWord(text.charAt(end))) end += 1;
    if (end - from >= MIN_WORD_LENGTH) at = end;
  }

  private static boolean isOfWord(char character) {
    return Character.isLetterOrDigit(character) || "+-.".indexOf(character) >= 0;
  }
}
