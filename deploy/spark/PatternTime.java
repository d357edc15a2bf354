package pipeline.spark;

import java.time.DateTimeException;
import java.time.LocalDate;
import java.time.LocalTime;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.time.format.DateTimeFormatterBuilder;
import java.time.format.ResolverStyle;
import java.time.temporal.ChronoField;
import java.time.temporal.TemporalAccessor;
import java.time.temporal.TemporalQueries;
import java.util.List;
import java.util.Locale;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Times in a pattern of {@link DateTimeFormatter}; names of months and days are English.
 *
 * <p>The letter {@code z} stands at the end, for a name that the zone of the settings has: by
 * itself, EST or IST would be one of several zones.
 */
final class PatternTime {
  private static final long SECONDS_PER_DAY = 86_400L;

  /** What remains of a time of day that is not whole, for example of hours from 1 to 12. */
  private static final List<ChronoField> PARTS_OF_A_TIME =
      List.of(
          ChronoField.HOUR_OF_AMPM,
          ChronoField.AMPM_OF_DAY,
          ChronoField.HOUR_OF_DAY,
          ChronoField.MINUTE_OF_HOUR,
          ChronoField.SECOND_OF_MINUTE,
          ChronoField.NANO_OF_SECOND);

  private static final Pattern WITH_NAME = Pattern.compile("(.*?) ?([A-Za-z]+)");

  private final DateTimeFormatter formatter;
  private final boolean hasZoneName;

  /** Strict, since 30 February would become the 29th otherwise. */
  private PatternTime(DateTimeFormatterBuilder builder, boolean hasZoneName) {
    this.hasZoneName = hasZoneName;
    formatter =
        builder
            .parseDefaulting(ChronoField.ERA, 1)
            .toFormatter(Locale.ENGLISH)
            .withResolverStyle(ResolverStyle.STRICT);
  }

  /**
   * @throws IllegalArgumentException if it is no pattern; the message names it
   */
  static PatternTime of(String pattern) {
    try {
      boolean hasZoneName = pattern.endsWith("z");
      String clock =
          hasZoneName ? pattern.substring(0, pattern.length() - 1).stripTrailing() : pattern;
      return new PatternTime(builder().appendPattern(clock), hasZoneName);
    } catch (IllegalArgumentException noPattern) {
      String expected = "source.fields.timestamp.format: expected a pattern of DateTimeFormatter";
      String message = expected + ", got " + pattern + ": " + noPattern.getMessage();
      throw new IllegalArgumentException(message, noPattern);
    }
  }

  static PatternTime ofRfc1123() {
    return new PatternTime(
        builder()
            .appendPattern("[EEE, ]d MMM yyyy HH:mm[:ss] ")
            .optionalStart()
            .appendOffset("+HHMM", "GMT")
            .optionalEnd()
            .optionalStart()
            .appendOffset("+HHMM", "UTC")
            .optionalEnd(),
        false);
  }

  private static DateTimeFormatterBuilder builder() {
    return new DateTimeFormatterBuilder().parseCaseInsensitive();
  }

  /** Null if the text has another form. A date without a time is its first moment. */
  WrittenTime read(String text) {
    if (!hasZoneName) return read(text, null);
    Matcher parts = WITH_NAME.matcher(text);
    return parts.matches() ? read(parts.group(1), parts.group(2)) : null;
  }

  private WrittenTime read(String text, String zoneName) {
    try {
      TemporalAccessor parsed = formatter.parse(text);
      LocalDate date = parsed.query(TemporalQueries.localDate());
      LocalTime time = parsed.query(TemporalQueries.localTime());
      boolean isPartial = time == null && PARTS_OF_A_TIME.stream().anyMatch(parsed::isSupported);
      if (date == null || isPartial) return null;
      LocalTime ofDay = time == null ? LocalTime.MIDNIGHT : time;
      long seconds = date.toEpochDay() * SECONDS_PER_DAY + ofDay.toSecondOfDay();
      ZoneOffset offset = parsed.query(TemporalQueries.offset());
      ZoneId zone = offset == null ? parsed.query(TemporalQueries.zoneId()) : offset;
      return new WrittenTime(seconds, ofDay.get(ChronoField.MICRO_OF_SECOND), zone, zoneName);
    } catch (DateTimeException otherForm) {
      return null;
    }
  }
}
