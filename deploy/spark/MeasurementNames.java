package pipeline.spark;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.apache.spark.types.variant.Variant;

/** Finds the measurement of a name in long format. */
final class MeasurementNames {
  private final Map<String, Integer> names = new HashMap<>();
  private final List<NamePattern> patterns;

  /**
   * A name in which * stands for any text. Matched from left to right, since a regular expression
   * with several of them takes far too long for a long name.
   *
   * @param texts around each *
   */
  private record NamePattern(String[] texts, int measurement) {
    static NamePattern of(String name, int measurement) {
      return new NamePattern(name.split("\\*", -1), measurement);
    }

    boolean matches(String name) {
      String first = texts[0];
      String last = texts[texts.length - 1];
      int end = name.length() - last.length();
      if (end < first.length() || !name.startsWith(first) || !name.endsWith(last)) return false;
      int at = first.length();
      for (int i = 1; i < texts.length - 1; i++) {
        int found = name.indexOf(texts[i], at);
        at = found + texts[i].length();
        if (found < 0 || at > end) return false;
      }
      return true;
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
      if (each.matches(name)) return each.measurement();
    }
    return -1;
  }
}
