package pipeline.spark;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.core.json.JsonReadFeature;
import java.io.IOException;
import java.time.ZoneOffset;
import java.util.HashSet;
import java.util.Set;
import org.apache.spark.types.variant.Variant;
import org.apache.spark.types.variant.VariantBuilder;
import org.apache.spark.types.variant.VariantUtil;

/** Reads the value of a raw record strictly: exactly one JSON object. */
final class StrictJson {
  /**
   * Without a table of names: Jackson shares it between records, and refuses a record whose names
   * overfill it.
   */
  private static final JsonFactory STRICT =
      JsonFactory.builder().disable(JsonFactory.Feature.CANONICALIZE_FIELD_NAMES).build();

  private static final JsonFactory LENIENT =
      JsonFactory.builder()
          .disable(JsonFactory.Feature.CANONICALIZE_FIELD_NAMES)
          .enable(JsonReadFeature.ALLOW_SINGLE_QUOTES)
          .enable(JsonReadFeature.ALLOW_NON_NUMERIC_NUMBERS)
          .build();

  private static final String BLANKS = " \t\r\n";

  private StrictJson() {}

  /**
   * The object, or null if the text is not exactly one JSON object.
   *
   * <p>The parser stops at the end of the first value. In {@code [TEXT,offset]}, bytes after the
   * object break the syntax or the count of two.
   */
  static Variant object(String text, long offset) {
    try (JsonParser parser = STRICT.createParser("[" + text + "," + offset + "]")) {
      parser.nextToken();
      Variant parts = VariantBuilder.parseJson(parser, false);
      if (parts.getType() != VariantUtil.Type.ARRAY || parts.arraySize() != 2) return null;
      Variant object = parts.getElementAtIndex(0);
      Variant marker = parts.getElementAtIndex(1);
      boolean isWhole = marker.getType() == VariantUtil.Type.LONG && marker.getLong() == offset;
      return isWhole && object.getType() == VariantUtil.Type.OBJECT ? object : null;
    } catch (Exception refused) {
      return null;
    }
  }

  /** Why {@link #object} returned null for a text that is not blank. */
  static Refusal refusal(String text, long offset) {
    if (!isLenientObject(text, offset)) return Refusal.ofValue(Reason.NotAReading, kindOf(text));
    String key = repeatedKey(text);
    if (key != null) return Refusal.ofValue(Reason.DuplicateKey, FieldKind.named(key) + " twice");
    String found =
        "NaN, Infinity, single quotes, a lone surrogate, or a key of a nested object twice";
    return Refusal.ofValue(Reason.NotStrictJson, found);
  }

  /** Of a text that is not exactly one object; its first character tells. */
  private static String kindOf(String text) {
    String start = text.strip();
    if (start.startsWith("{")) return "an object that is broken or has something after it";
    if (start.startsWith("[")) return "a list, or the beginning of one";
    return start.startsWith("\"") ? "a JSON string" : "no object: text, or a single value";
  }

  /** A string as it is, everything else as its JSON text; null for null. */
  static String text(Variant value) {
    return switch (value.getType()) {
      case STRING -> value.getString();
      case LONG -> Long.toString(value.getLong());
      case BOOLEAN -> Boolean.toString(value.getBoolean());
      case DOUBLE -> Double.toString(value.getDouble());
      case DECIMAL -> value.getDecimal().toPlainString();
      case NULL -> null;
      default -> value.toJson(ZoneOffset.UTC);
    };
  }

  /** Whether a value can name something: a string, or a whole number of at most 64 bits. */
  static boolean isName(Variant value) {
    return value.getType() == VariantUtil.Type.STRING || value.getType() == VariantUtil.Type.LONG;
  }

  /** Only spaces, tabs and line breaks, or nothing. */
  static boolean isBlank(String text) {
    for (int at = 0; at < text.length(); at++) {
      if (BLANKS.indexOf(text.charAt(at)) < 0) return false;
    }
    return true;
  }

  /** Whether a lenient parser reads one object and nothing after it. */
  private static boolean isLenientObject(String text, long offset) {
    String wrapped = "{\"r\":[" + text + ",{\"~\":" + offset + "}]}";
    try (JsonParser parser = LENIENT.createParser(wrapped)) {
      boolean startsAnObject =
          parser.nextToken() == JsonToken.START_OBJECT
              && parser.nextToken() == JsonToken.FIELD_NAME
              && parser.nextToken() == JsonToken.START_ARRAY
              && parser.nextToken() == JsonToken.START_OBJECT;
      if (!startsAnObject) return false;
      parser.skipChildren();
      return parser.nextToken() == JsonToken.START_OBJECT
          && parser.nextToken() == JsonToken.FIELD_NAME
          && parser.currentName().equals("~")
          && parser.nextToken() == JsonToken.VALUE_NUMBER_INT
          && parser.getText().equals(Long.toString(offset))
          && parser.nextToken() == JsonToken.END_OBJECT
          && parser.nextToken() == JsonToken.END_ARRAY
          && parser.nextToken() == JsonToken.END_OBJECT
          && parser.nextToken() == null;
    } catch (IOException broken) {
      return false;
    }
  }

  /** The first key that the object has twice; null if there is none. */
  private static String repeatedKey(String text) {
    Set<String> keys = new HashSet<>();
    String repeated = null;
    try (JsonParser parser = STRICT.createParser(text)) {
      if (parser.nextToken() != JsonToken.START_OBJECT) return null;
      while (parser.nextToken() == JsonToken.FIELD_NAME) {
        String key = parser.currentName();
        if (!keys.add(key) && repeated == null) repeated = key;
        parser.nextToken();
        parser.skipChildren();
      }
      return repeated;
    } catch (IOException broken) {
      return null;
    }
  }
}
