package pipeline.spark;

import java.time.ZoneId;
import org.apache.spark.types.variant.Variant;
import org.apache.spark.types.variant.VariantUtil;

/** Reads the timestamp of a record as the settings say. */
final class TimestampReader {
  private static final long MICROS_PER_MS = 1_000L;

  /** More are beyond all plausible years, and perhaps beyond a long. */
  private static final int MAX_DIGITS_OF_MS = 18;

  private static final String ISO = "iso";
  private static final String RFC_1123 = "rfc1123";

  private final FieldPlace place;
  private final String format;
  private final LocalClock clock;
  private final EpochTime epoch;
  private final PatternTime pattern;

  TimestampReader(FieldPlace place, Settings.Time time) {
    this.place = place;
    format = time.format();
    clock = new LocalClock(zoneOf(time.zone()), time.ambiguous().equals("later"));
    epoch = EpochTime.of(format);
    pattern = epoch == null && !format.equals(ISO) ? patternOf(format) : null;
  }

  /**
   * @throws RuntimeException if the format or the zone does not exist; the message names it
   */
  static void check(Settings.Time time) {
    TimestampReader unused = new TimestampReader(null, time);
  }

  /** A time in microseconds since the epoch, or why there is none; the other is null. */
  record Timestamp(Long micros, Refusal refusal) {}

  /**
   * @param field null if it is not there
   */
  Timestamp read(Variant field) {
    try {
      long micros = clock.micros(written(field));
      if (!EventTime.isInYears1000To9999(micros))
        throw bad("a time outside the years 1000 to 9999");
      return new Timestamp(micros, null);
    } catch (UnreadableTime unreadable) {
      Reason reason = unreadable.reason();
      String expected = "expected " + expected();
      String found = unreadable.getMessage();
      return new Timestamp(null, Refusal.of(reason, expected, place, "timestamp", found));
    }
  }

  private WrittenTime written(Variant field) throws UnreadableTime {
    if (field == null || field.getType() == VariantUtil.Type.NULL) throw bad(FieldKind.of(field));
    boolean isText = field.getType() == VariantUtil.Type.STRING;
    WrittenTime time;
    if (epoch != null) time = epoch.read(field);
    else if (pattern != null) time = isText ? pattern.read(textOf(field)) : null;
    else time = isText ? isoOrNumber(field.getString()) : number(field);
    if (time == null) throw bad(isText ? "text in another form" : FieldKind.of(field));
    return time;
  }

  private static WrittenTime isoOrNumber(String given) throws UnreadableTime {
    String text = given.strip();
    WrittenTime time = IsoTime.read(text);
    if (time != null || !PlainNumber.matches(text, '.')) return time;
    boolean isLong = PlainNumber.isWhole(text) && text.length() <= MAX_DIGITS_OF_MS;
    return milliseconds(isLong ? Long.valueOf(text) : null);
  }

  /** Null if the field is no number. */
  private static WrittenTime number(Variant field) throws UnreadableTime {
    return switch (field.getType()) {
      case LONG -> milliseconds(field.getLong());
      case DOUBLE, DECIMAL -> milliseconds(null);
      default -> null;
    };
  }

  /**
   * A number whose unit nobody has named: in the plausible years, as milliseconds, it can be
   * nothing else.
   *
   * @param number null if it is not whole
   */
  private static WrittenTime milliseconds(Long number) throws UnreadableTime {
    if (number != null && EventTime.isPlausibleMs(number))
      return EpochTime.ofMicros(number * MICROS_PER_MS);
    String found =
        "a number without a unit that is not whole milliseconds of the years 2001 to 2099:"
            + " set source.fields.timestamp.format to s, ms, us or ns";
    throw new UnreadableTime(Reason.AmbiguousTimestamp, found);
  }

  private static String textOf(Variant field) {
    return field.getString().strip();
  }

  private static UnreadableTime bad(String found) {
    return new UnreadableTime(Reason.BadTimestamp, found);
  }

  private String expected() {
    if (epoch != null) return "a number of " + format + " since 1970";
    if (pattern == null) return "ISO 8601";
    return format.equals(RFC_1123) ? "RFC 1123" : "the pattern " + format;
  }

  private static PatternTime patternOf(String format) {
    return format.equals(RFC_1123) ? PatternTime.ofRfc1123() : PatternTime.of(format);
  }

  private static ZoneId zoneOf(String zone) {
    return zone == null ? null : ZoneId.of(zone);
  }
}
