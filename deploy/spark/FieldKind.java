package pipeline.spark;

import org.apache.spark.types.variant.Variant;

/** What a field of a record holds, in words and without its value. */
final class FieldKind {
  private FieldKind() {}

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
