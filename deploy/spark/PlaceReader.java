package pipeline.spark;

import java.nio.charset.StandardCharsets;
import java.util.List;
import org.apache.spark.types.variant.Variant;
import org.apache.spark.types.variant.VariantBuilder;
import org.apache.spark.types.variant.VariantUtil;

/** Reads what stands at one place of a raw record. */
interface PlaceReader {
  /**
   * Null if there is nothing; bytes that are not UTF-8, or have the framing of a schema registry,
   * are binary.
   */
  Variant read(Parts parts);

  /**
   * A raw record that is taken apart.
   *
   * @param inValue by the slots of the value's paths
   * @param inKey by the slots of the key's paths
   */
  record Parts(RawRecord record, Variant[] inValue, Variant[] inKey) {}

  /** Makes the readers of a mapping, and collects the paths that they need. */
  final class Factory {
    private final List<String> headers;
    final FieldTree value = new FieldTree();
    final FieldTree key = new FieldTree();

    /** Whether a reader needs the key as an object. */
    boolean hasKeyPaths = false;

    /**
     * @param headers names of the headers that a raw record has, in their order
     */
    Factory(List<String> headers) {
      this.headers = headers;
    }

    /** Of a field whose joins are ids. */
    PlaceReader ofId(FieldPlace place) {
      return of(place, true);
    }

    PlaceReader of(FieldPlace place) {
      return of(place, false);
    }

    private PlaceReader of(FieldPlace place, boolean isId) {
      if (place instanceof FieldPlace.InValue inValue) {
        int slot = value.slotOf(inValue.path());
        return parts -> parts.inValue()[slot];
      }
      if (place instanceof FieldPlace.InKey inKey) return ofKey(inKey.path());
      if (place instanceof FieldPlace.InHeader inHeader) {
        int at = headers.indexOf(inHeader.name());
        return parts -> textOf(parts.record().headers()[at]);
      }
      if (place instanceof FieldPlace.Constant constant) {
        Variant text = textOf(constant.text());
        return parts -> text;
      }
      FieldPlace.Joined joined = (FieldPlace.Joined) place;
      List<PlaceReader> readers = joined.parts().stream().map(part -> of(part, isId)).toList();
      return parts -> join(readers, joined.separator(), isId, parts);
    }

    private PlaceReader ofKey(List<String> path) {
      if (path.isEmpty()) return parts -> textOf(parts.record().key());
      int slot = key.slotOf(path);
      hasKeyPaths = true;
      return parts -> parts.inKey()[slot];
    }
  }

  /**
   * The parts as one text; null if one of them is missing or empty, and a part that is no text as
   * it is.
   *
   * @param isId parts are texts and whole numbers, and a separator or a backslash in them has a
   *     backslash before it, so that different parts never give one id
   */
  private static Variant join(
      List<PlaceReader> readers, String separator, boolean isId, Parts parts) {
    StringBuilder text = new StringBuilder();
    for (int i = 0; i < readers.size(); i++) {
      Variant part = readers.get(i).read(parts);
      if (part == null || part.getType() == VariantUtil.Type.NULL) return null;
      boolean isText = isId ? StrictJson.isName(part) : part.getType() != VariantUtil.Type.BINARY;
      if (!isText) return part;
      String each = StrictJson.text(part);
      if (each.isEmpty()) return null;
      if (i > 0) text.append(separator);
      text.append(isId ? escaped(each, separator) : each);
    }
    return textOf(text.toString());
  }

  private static String escaped(String part, String separator) {
    return part.replace("\\", "\\\\").replace(separator, "\\" + separator);
  }

  private static Variant textOf(byte[] bytes) {
    if (bytes == null) return null;
    boolean isText = Utf8.isValid(bytes) && SchemaFraming.of(bytes) == null;
    if (isText) return textOf(new String(bytes, StandardCharsets.UTF_8));
    VariantBuilder builder = new VariantBuilder(false);
    builder.appendBinary(bytes);
    return builder.result();
  }

  private static Variant textOf(String text) {
    VariantBuilder builder = new VariantBuilder(false);
    builder.appendString(text);
    return builder.result();
  }
}
