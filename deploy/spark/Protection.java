package pipeline.spark;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * Protects what leaves the raw topic, by the settings' {@code protect}.
 *
 * <pre>
 * what                                            outcome
 * ----------------------------------------------  ------------------------------------------------
 * device, text, labels                            dropped, hashed or masked by their rules
 * words of a text that is protected               left out
 * two devices that are equal under a mask         one device from here on, with the windows of both
 * event id of a header, a field or a row          hashed, whatever is protected: it may be made of it
 * coordinates as an event id                      as they are
 * key of a reading, id and key of a window        those of the protected device
 * dead letter                                     length and keyed digest; its id is its key
 * </pre>
 */
final class Protection {
  private final Settings.Protect rules;
  private final ProtectKey key;

  private Protection(Settings.Protect rules, ProtectKey key) {
    this.rules = rules;
    this.key = key;
  }

  /** Null if the settings protect nothing. */
  static Protection of(Settings settings) {
    Settings.Protect rules = settings.protect();
    if (rules == null) return null;
    try {
      Path file = Path.of(rules.keyFile());
      return new Protection(rules, ProtectKey.read(file, rules.keyFingerprint()));
    } catch (IOException unreadable) {
      throw new UncheckedIOException("PROTECT_KEY_FILE cannot be read", unreadable);
    }
  }

  String id(String given) {
    return key.hash(given);
  }

  String digest(byte[] original) {
    return key.digest(original);
  }

  Reading apply(Reading reading) {
    boolean isTextWhole = reading.text() == null || rules.text() == null;
    return new Reading(
        protectedText(rules.deviceId(), reading.deviceId()),
        reading.eventMicros(),
        reading.values(),
        isTextWhole ? reading.text() : rules.text().apply(reading.text(), key),
        reading.hasWords() && isTextWhole,
        reading.labels() == null ? null : labels(reading.labels()),
        reading.isLate());
  }

  private Map<String, String> labels(Map<String, String> labels) {
    Map<String, String> kept = new LinkedHashMap<>();
    labels.forEach(
        (name, value) -> {
          ProtectRule rule =
              rules.labels() == null ? rules.namedLabels().get(name) : rules.labels();
          String protectedValue = protectedText(rule, value);
          if (protectedValue != null) kept.put(name, protectedValue);
        });
    return kept.isEmpty() ? null : kept;
  }

  private String protectedText(ProtectRule rule, String text) {
    return rule == null ? text : rule.apply(text, key);
  }
}
