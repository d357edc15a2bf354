package pipeline.spark;

import java.math.BigDecimal;
import java.math.RoundingMode;

/** Rounding that gives the same digits whatever the order of the micro-batches. */
final class Decimals {
  /** Fraction digits of a measurement. */
  static final int DIGITS = 6;

  private static final double MICRO = 1e6;

  /** Up to here a whole number of millionths is exact in a double. */
  private static final double MAX_FAST = 1e14;

  private Decimals() {}

  /** Half up, on the decimal digits that {@link Double#toString} prints. */
  static double round(double value, int digits) {
    if (Double.isNaN(value) || Double.isInfinite(value)) return value;
    if (digits == DIGITS && isMillionths(value)) return value == 0 ? 0.0 : value;
    return new BigDecimal(Double.toString(value))
        .setScale(digits, RoundingMode.HALF_UP)
        .doubleValue();
  }

  /** Null if the value is not finite or needs more digits than {@code precision}. */
  static BigDecimal of(double value, int scale, int precision) {
    if (Double.isNaN(value) || Double.isInfinite(value)) return null;
    if (scale == DIGITS && isMillionths(value))
      return BigDecimal.valueOf(Math.round(value * MICRO), DIGITS);
    BigDecimal decimal =
        new BigDecimal(Double.toString(value)).setScale(scale, RoundingMode.HALF_UP);
    return decimal.precision() > precision ? null : decimal;
  }

  private static boolean isMillionths(double value) {
    double millionths = value * MICRO;
    return Math.abs(millionths) < MAX_FAST && Math.round(millionths) / MICRO == value;
  }
}
