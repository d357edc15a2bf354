package pipeline.spark;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.apache.spark.types.variant.Variant;

/** Finds the measurement of a name in long format. */
final class MeasurementNames {
  private final Map<String, Integer> names = new HashMap<>();
  private final List<NamePattern> patterns;

  /** A name in which * stands for any text. */
  private record NamePattern(Pattern pattern, int measurement) {
    static NamePattern of(String name, int measurement) {
      String[] texts = name.split("\\*", -1);
      String regex = Stream.of(texts).map(Pattern::quote).collect(Collectors.joining(".*"));
      return new NamePattern(Pattern.compile(regex, Pattern.DOTALL), measurement);
    }
  }

  MeasurementNames(List<Settings.Measurement> measurements) {
    Stream.Builder<NamePattern> found = Stream.builder();
    for (int i = 0; i < measurements.size(); i++) {
      for (String name : measurements.get(i).names()) {
        if (name.contains("*")) found.add(NamePattern.of(name, i));
        else names.putIfAbsent(name, i);
      }
    }
    patterns = found.build().toList();
  }

  /**
   * The index of the measurement; of several patterns that match the first counts, and a name
   * before all patterns. -1 if there is none.
   *
   * @param field null if it is not there
   */
  int find(Variant field) {
    if (field == null || !StrictJson.isName(field)) return -1;
    String name = StrictJson.text(field).strip();
    Integer known = names.get(name);
    if (known != null) return known;
    for (NamePattern each : patterns) {
      if (each.pattern().matcher(name).matches()) return each.measurement();
    }
    return -1;
  }
}
