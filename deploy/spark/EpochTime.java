package pipeline.spark;

import java.math.BigDecimal;
import java.math.RoundingMode;
import java.time.ZoneOffset;
import java.util.Map;
import org.apache.spark.types.variant.Variant;

/** Times since 1970-01-01T00:00Z as numbers, or as text that is a number. */
final class EpochTime {
  /** Decimal digits from the unit to seconds. */
  private static final Map<String, Integer> DIGITS_OF_UNIT =
      Map.of("s", 0, "ms", 3, "us", 6, "ns", 9);

  /** Before the decimal point, or zeros after it; the seconds of the year 9999 have twelve. */
  private static final int MAX_DIGITS = 12;

  private static final int MICRO_DIGITS = 6;
  private static final long MICROS_PER_SECOND = 1_000_000L;

  private final int digits;

  private EpochTime(int digits) {
    this.digits = digits;
  }

  /** Null if the format is not a unit of epoch times. */
  static EpochTime of(String format) {
    Integer digits = DIGITS_OF_UNIT.get(format);
    return digits == null ? null : new EpochTime(digits);
  }

  /** Null if the field is no number. Digits beyond microseconds are cut, towards the past. */
  WrittenTime read(Variant field) {
    BigDecimal number = numberOf(field);
    if (number == null) return null;
    // First of all: to apply an exponent of millions would take all memory.
    long wholeDigits = (long) number.precision() - number.scale() - digits;
    if (Math.abs(wholeDigits) > MAX_DIGITS) return null;
    BigDecimal micros = number.scaleByPowerOfTen(MICRO_DIGITS - digits);
    return ofMicros(micros.setScale(0, RoundingMode.FLOOR).longValueExact());
  }

  static WrittenTime ofMicros(long micros) {
    long seconds = Math.floorDiv(micros, MICROS_PER_SECOND);
    int ofSecond = (int) Math.floorMod(micros, MICROS_PER_SECOND);
    return new WrittenTime(seconds, ofSecond, ZoneOffset.UTC);
  }

  private static BigDecimal numberOf(Variant field) {
    return switch (field.getType()) {
      case LONG -> BigDecimal.valueOf(field.getLong());
      case DECIMAL -> field.getDecimal();
      case DOUBLE -> PlainNumber.exact(Double.toString(field.getDouble()));
      case STRING -> PlainNumber.exact(field.getString().strip());
      default -> null;
    };
  }
}
