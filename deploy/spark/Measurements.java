package pipeline.spark;

import java.util.List;
import org.apache.spark.types.variant.Variant;

/** Reads and checks the measurements of a record. */
final class Measurements {
  /**
   * Sums of values up to this size, rounded to {@link Decimals#DIGITS}, are exact in a decimal of
   * 38 digits.
   */
  private static final double MAX_MAGNITUDE = 1e21;

  private final List<Settings.Measurement> measurements;
  private final List<NumberReader> readers;

  Measurements(List<Settings.Measurement> measurements) {
    this.measurements = measurements;
    readers = measurements.stream().map(NumberReader::new).toList();
  }

  /**
   * In the order of the settings, in their units and rounded; null for a measurement that is
   * absent, NaN for one that is no number.
   */
  Double[] read(Variant[] fields) {
    Double[] values = new Double[fields.length];
    for (int i = 0; i < fields.length; i++) {
      Double number = readers.get(i).read(fields[i]);
      if (number != null)
        values[i] = Decimals.round(converted(measurements.get(i), number), Decimals.DIGITS);
    }
    return values;
  }

  /** Of the first field that is neither a number nor absent; null if there is none. */
  Refusal notANumber(Variant[] fields, Double[] values) {
    for (int i = 0; i < values.length; i++) {
      if (values[i] != null && values[i].isNaN()) return readers.get(i).refusal(fields[i]);
    }
    return null;
  }

  /** Whether none has a value. */
  static boolean areAbsent(Double[] values) {
    for (Double value : values) {
      if (value != null) return false;
    }
    return true;
  }

  /** Of the first measurement outside its limits; null if there is none. */
  Refusal outOfRange(Double[] values) {
    for (int i = 0; i < values.length; i++) {
      Settings.Measurement limits = measurements.get(i);
      double low = Math.max(limits.min(), -MAX_MAGNITUDE);
      double high = Math.min(limits.max(), MAX_MAGNITUDE);
      if (values[i] == null || (values[i] >= low && values[i] <= high)) continue;
      String expected = "expected a value from %s to %s %s".formatted(low, high, limits.unit());
      String found = values[i] < low ? "a smaller one" : "a larger one";
      return Refusal.of(Reason.OutOfRange, expected, limits, found);
    }
    return null;
  }

  private static double converted(Settings.Measurement measurement, double value) {
    boolean isConverted = measurement.scale() != 1 || measurement.offset() != 0;
    return isConverted ? value * measurement.scale() + measurement.offset() : value;
  }
}
