package pipeline.spark;

import com.fasterxml.jackson.annotation.JsonSubTypes;
import com.fasterxml.jackson.annotation.JsonTypeInfo;

/** What becomes of a text that must not leave the raw topic. */
@JsonTypeInfo(use = JsonTypeInfo.Id.NAME, property = "kind")
@JsonSubTypes({
  @JsonSubTypes.Type(value = ProtectRule.Drop.class, name = "drop"),
  @JsonSubTypes.Type(value = ProtectRule.Hash.class, name = "hash"),
  @JsonSubTypes.Type(value = ProtectRule.Mask.class, name = "mask")
})
sealed interface ProtectRule {
  /** Null if nothing is left of it. */
  String apply(String text, ProtectKey key);

  record Drop() implements ProtectRule {
    @Override
    public String apply(String text, ProtectKey key) {
      return null;
    }
  }

  record Hash() implements ProtectRule {
    @Override
    public String apply(String text, ProtectKey key) {
      return key.hash(text);
    }
  }

  /**
   * Three asterisks for whatever is before the last characters; a text that has no more than those
   * is three asterisks alone.
   *
   * @param keepLast number of code points
   */
  record Mask(int keepLast) implements ProtectRule {
    private static final String HIDDEN = "***";

    @Override
    public String apply(String text, ProtectKey key) {
      if (text.codePointCount(0, text.length()) <= keepLast) return HIDDEN;
      return HIDDEN + text.substring(text.offsetByCodePoints(text.length(), -keepLast));
    }
  }
}
