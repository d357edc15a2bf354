package pipeline.spark;

import java.util.List;
import org.apache.spark.types.variant.Variant;
import org.apache.spark.types.variant.VariantUtil;

/** Reads and checks the measurements of a record. */
final class Measurements {
  /**
   * Sums of values up to this size, rounded to {@link Decimals#DIGITS}, are exact in a decimal of
   * 38 digits.
   */
  private static final double MAX_MAGNITUDE = 1e21;

  private final List<Settings.Measurement> measurements;

  Measurements(List<Settings.Measurement> measurements) {
    this.measurements = measurements;
  }

  /**
   * In the order of the settings, in their units and rounded; null for a measurement that is not
   * there.
   */
  Double[] read(Variant[] fields) {
    Double[] values = new Double[fields.length];
    for (int i = 0; i < fields.length; i++) {
      Double number = fields[i] == null ? null : number(fields[i]);
      if (number != null)
        values[i] = Decimals.round(converted(measurements.get(i), number), Decimals.DIGITS);
    }
    return values;
  }

  /** Whether a field is there that is neither a number nor null. */
  static boolean isMistyped(Variant[] fields) {
    for (Variant field : fields) {
      if (field != null && field.getType() != VariantUtil.Type.NULL && number(field) == null)
        return true;
    }
    return false;
  }

  static boolean isEmpty(Double[] values) {
    for (Double value : values) {
      if (value != null) return false;
    }
    return true;
  }

  /** Name of the first measurement outside its limits; null if there is none. */
  String outOfRange(Double[] values) {
    for (int i = 0; i < values.length; i++) {
      Settings.Measurement limits = measurements.get(i);
      double low = Math.max(limits.min(), -MAX_MAGNITUDE);
      double high = Math.min(limits.max(), MAX_MAGNITUDE);
      if (values[i] != null && !(values[i] >= low && values[i] <= high)) return limits.name();
    }
    return null;
  }

  private static double converted(Settings.Measurement measurement, double value) {
    boolean isConverted = measurement.scale() != 1 || measurement.offset() != 0;
    return isConverted ? value * measurement.scale() + measurement.offset() : value;
  }

  private static Double number(Variant field) {
    return switch (field.getType()) {
      case LONG -> (double) field.getLong();
      case DOUBLE -> field.getDouble();
      case DECIMAL -> field.getDecimal().doubleValue();
      default -> null;
    };
  }
}
