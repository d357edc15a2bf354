package pipeline.spark;

import org.apache.spark.types.variant.Variant;

/** What a field of a record holds, in words and without its value. */
final class FieldKind {
  private static final int MAX_NAME_LENGTH = 100;

  private FieldKind() {}

  /** A field by its name, the beginning of a long one. */
  static String named(String name) {
    boolean isCut = name.length() > MAX_NAME_LENGTH;
    return "the field \"" + (isCut ? name.substring(0, MAX_NAME_LENGTH) + "…" : name) + "\"";
  }

  /**
   * @param field null if it is not there
   */
  static String of(Variant field) {
    if (field == null) return "nothing";
    return switch (field.getType()) {
      case NULL -> "null";
      case BOOLEAN -> "true or false";
      case STRING -> field.getString().isBlank() ? "blank text" : "text";
      case OBJECT -> "an object";
      case ARRAY -> "a list";
      case BINARY ->
          SchemaFraming.of(field.getBinary()) == null
              ? "bytes that are not UTF-8"
              : "the framing of a schema registry";
      default -> "a number";
    };
  }
}
