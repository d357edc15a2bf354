package pipeline.spark;

import java.math.BigDecimal;

/**
 * Statistics of one measurement in a window.
 *
 * @param sum null if it does not fit a decimal
 * @param squares sum of the squares of the scaled values; null if it does not fit a decimal
 * @param min null if no reading had the measurement
 * @param max null if no reading had the measurement
 */
record MeasurementStatistics(
    long count, BigDecimal sum, BigDecimal squares, Double min, Double max) {
  Double mean() {
    return sum == null ? null : Decimals.round(sum.doubleValue() / (double) count, Decimals.DIGITS);
  }
}
