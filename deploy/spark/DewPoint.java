package pipeline.spark;

import java.util.List;

/** The dew point, for readings of temperature in °C and humidity in %. */
final class DewPoint {
  /** Magnus formula over water (Sonntag 1990); °C. */
  private static final double B = 17.62;

  private static final double C = 243.12;

  private final int temperature;
  private final int humidity;

  DewPoint(List<Settings.Measurement> measurements) {
    temperature = placeOf(measurements, "temperature", "°C");
    humidity = placeOf(measurements, "humidity", "%");
  }

  /** In °C with two digits; null if it cannot be computed. */
  Double of(Double[] values) {
    if (temperature < 0 || humidity < 0 || values[temperature] == null || values[humidity] == null)
      return null;
    double celsius = values[temperature];
    double percent = values[humidity];
    if (!(celsius > -C) || !(percent > 0)) return null;
    double gamma = StrictMath.log(percent / 100) + celsius * B / (celsius + C);
    double divisor = B - gamma;
    return divisor == 0 ? null : Decimals.round(gamma * C / divisor, 2);
  }

  private static int placeOf(List<Settings.Measurement> measurements, String name, String unit) {
    for (int i = 0; i < measurements.size(); i++) {
      Settings.Measurement each = measurements.get(i);
      if (each.name().equals(name) && each.unit().equals(unit)) return i;
    }
    return -1;
  }
}
