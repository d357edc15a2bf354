package pipeline.spark;

/**
 * How far the most unlikely reading of a window stands out from the others: a leave-one-out
 * z-score.
 *
 * <p>For each measurement, y is a value in halves of the distance between its limits, from their
 * middle, so -1 to 1. With n readings, their sum S, their sum of squares Q, and e the largest or
 * the smallest y:
 *
 * <pre>
 * m = (S - e) / (n - 1)                                  mean of the others
 * v = (Q - e*e - (n - 1)*m*m) / (n - 2)                  variance of the others
 * score = |e - m| / max(sqrt(v), FLOOR)
 * </pre>
 *
 * <p>A window has the highest score of both ends and of all measurements, rounded to three digits;
 * of equal scores that of the last name. An extreme reading among the others widens their deviation
 * and hides another one: two in a window are found from about 40 readings on, three hardly ever.
 */
record Anomaly(double score, String measurement) {
  /**
   * With fewer readings, noise alone scores too high: of Gaussian windows of 4 readings 14 % exceed
   * the threshold, of 6 still 3 %, of 10 only 0.4 %, of 20 0.03 %.
   */
  private static final int MIN_READINGS = 10;

  /**
   * Between noise and anomalies of the simulator: in windows of 60 readings its noise scored at
   * most 3.4 (200,000 windows), one unlikely reading at least 168, two of them 7.5.
   */
  private static final double THRESHOLD = 6.0;

  /**
   * A thousandth of the distance between the limits: what varies by less counts as constant, since
   * any change would score.
   */
  private static final double FLOOR = 0.002;

  boolean isAnomaly() {
    return score > THRESHOLD;
  }

  /** The more unlikely of two; either may be null. */
  static Anomaly max(Anomaly one, Anomaly other) {
    if (one == null || other == null) return one == null ? other : one;
    if (one.score != other.score) return one.score > other.score ? one : other;
    return one.measurement.compareTo(other.measurement) > 0 ? one : other;
  }

  /**
   * The more unlikely of both ends of a measurement; null if it has too few readings or its sums
   * are not known.
   */
  static Anomaly of(Settings.Measurement measurement, MeasurementStatistics statistics) {
    if (statistics.count() < MIN_READINGS
        || statistics.sum() == null
        || statistics.squares() == null) return null;
    Anomaly ofMin = ofEnd(measurement, statistics, statistics.min());
    return max(ofMin, ofEnd(measurement, statistics, statistics.max()));
  }

  /** A value in halves of the distance between the limits, from their middle. */
  static double scaled(Settings.Measurement measurement, double value) {
    double middle = measurement.min() / 2 + measurement.max() / 2;
    double half = measurement.max() / 2 - measurement.min() / 2;
    return (value - middle) / (half > 0 ? half : Double.POSITIVE_INFINITY);
  }

  private static Anomaly ofEnd(
      Settings.Measurement measurement, MeasurementStatistics statistics, double value) {
    double n = statistics.count();
    double end = scaled(measurement, value);
    double total = scaled(measurement, statistics.sum().doubleValue() / n) * n;
    double mean = (total - end) / (n - 1);
    double squares = statistics.squares().doubleValue() - end * end - (n - 1) * mean * mean;
    double deviation = Math.sqrt(Math.max(squares / (n - 2), 0.0));
    return new Anomaly(
        Decimals.round(Math.abs(end - mean) / Math.max(deviation, FLOOR), 3), measurement.name());
  }
}
