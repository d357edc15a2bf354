package pipeline.spark;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import java.io.EOFException;
import java.io.IOException;
import java.io.StringWriter;
import java.math.BigDecimal;
import java.math.BigInteger;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.UUID;
import org.apache.avro.AvroRuntimeException;
import org.apache.avro.Schema;
import org.apache.avro.io.BinaryDecoder;
import org.apache.avro.io.DecoderFactory;

/**
 * Writes an Avro value as the JSON that it stands for; the comment of {@link RecordJudge} has the
 * table.
 *
 * <p>Unlike Avro's own readers, it allocates nothing of a length that the bytes merely claim, so
 * that no record can exhaust the memory. The proof of a run has the same rules in {@code
 * avro-json.ts}.
 */
final class AvroJson {
  private static final int MAX_DEPTH = 200;
  private static final int MAX_DECIMAL_BYTES = 400;

  /** Values without bytes, as null, are counted too; others cannot be more than their bytes. */
  private static final int MAX_VALUES_WITHOUT_BYTES = 100_000;

  private static final JsonFactory JSON = new JsonFactory();

  private final BinaryDecoder in;
  private final JsonGenerator out;
  private final int length;
  private long values = 0;

  private AvroJson(byte[] bytes, int from, JsonGenerator out) {
    length = bytes.length - from;
    in = DecoderFactory.get().binaryDecoder(bytes, from, length, null);
    this.out = out;
  }

  /**
   * The JSON of the value that begins at {@code from} and ends with the bytes.
   *
   * @throws UnreadableAvro when the bytes do not fit the schema
   */
  static String of(Schema schema, byte[] bytes, int from) throws UnreadableAvro {
    StringWriter text = new StringWriter();
    try (JsonGenerator out = JSON.createGenerator(text)) {
      AvroJson value = new AvroJson(bytes, from, out);
      value.write(schema, 1);
      if (!value.in.isEnd()) throw new UnreadableAvro("bytes after its value");
    } catch (EOFException tooShort) {
      throw new UnreadableAvro("too few bytes for its schema");
    } catch (IOException | AvroRuntimeException | UnsupportedOperationException broken) {
      throw new UnreadableAvro("a length or a number that cannot be");
    }
    return text.toString();
  }

  private void write(Schema schema, int depth) throws IOException, UnreadableAvro {
    if (depth > MAX_DEPTH) throw new UnreadableAvro("values nested deeper than " + MAX_DEPTH);
    if (++values > MAX_VALUES_WITHOUT_BYTES + length)
      throw new UnreadableAvro("more values than bytes");
    switch (schema.getType()) {
      case RECORD -> writeRecord(schema, depth);
      case ARRAY -> writeArray(schema, depth);
      case MAP -> writeMap(schema, depth);
      case UNION -> write(schema.getTypes().get(index(schema.getTypes().size())), depth + 1);
      case ENUM ->
          out.writeString(schema.getEnumSymbols().get(index(schema.getEnumSymbols().size())));
      case STRING -> out.writeString(text());
      case BYTES -> writeBytes(schema, bytes(in.readLong()));
      case FIXED -> writeBytes(schema, bytes(schema.getFixedSize()));
      case INT -> AvroTime.write(schema, in.readInt(), out);
      case LONG -> AvroTime.write(schema, in.readLong(), out);
      case FLOAT -> writeNumber(Float.toString(in.readFloat()));
      case DOUBLE -> writeNumber(Double.toString(in.readDouble()));
      case BOOLEAN -> out.writeBoolean(in.readBoolean());
      case NULL -> out.writeNull();
    }
  }

  private void writeRecord(Schema schema, int depth) throws IOException, UnreadableAvro {
    out.writeStartObject();
    for (Schema.Field field : schema.getFields()) {
      out.writeFieldName(field.name());
      write(field.schema(), depth + 1);
    }
    out.writeEndObject();
  }

  private void writeArray(Schema schema, int depth) throws IOException, UnreadableAvro {
    out.writeStartArray();
    for (long items = in.readArrayStart(); items != 0; items = in.arrayNext()) {
      for (long i = 0; i < count(items); i++) write(schema.getElementType(), depth + 1);
    }
    out.writeEndArray();
  }

  private void writeMap(Schema schema, int depth) throws IOException, UnreadableAvro {
    out.writeStartObject();
    for (long entries = in.readMapStart(); entries != 0; entries = in.mapNext()) {
      for (long i = 0; i < count(entries); i++) {
        out.writeFieldName(text());
        write(schema.getValueType(), depth + 1);
      }
    }
    out.writeEndObject();
  }

  private void writeBytes(Schema schema, byte[] bytes) throws IOException, UnreadableAvro {
    String logicalType = String.valueOf(schema.getProp("logicalType"));
    if (logicalType.equals("decimal")) {
      if (bytes.length == 0 || bytes.length > MAX_DECIMAL_BYTES)
        throw new UnreadableAvro("a decimal of no bytes, or of more than " + MAX_DECIMAL_BYTES);
      int scale = schema.getObjectProp("scale") instanceof Integer given ? given : 0;
      out.writeNumber(new BigDecimal(new BigInteger(bytes), scale).toString());
    } else if (logicalType.equals("uuid") && bytes.length == 2 * Long.BYTES) {
      ByteBuffer halves = ByteBuffer.wrap(bytes);
      out.writeString(new UUID(halves.getLong(), halves.getLong()).toString());
    } else {
      out.writeString(Base64.getEncoder().encodeToString(bytes));
    }
  }

  /** JSON has no NaN and no infinity: they are text, of which the first is a mark of absence. */
  private void writeNumber(String number) throws IOException {
    boolean isFinite = !number.endsWith("N") && !number.endsWith("y");
    if (isFinite) out.writeNumber(number);
    else out.writeString(number);
  }

  private int index(int size) throws IOException, UnreadableAvro {
    int index = in.readInt();
    if (index >= 0 && index < size) return index;
    throw new UnreadableAvro("a branch or a symbol that its schema does not have");
  }

  private static long count(long items) throws UnreadableAvro {
    if (items > 0) return items;
    throw new UnreadableAvro("a length or a number that cannot be");
  }

  private String text() throws IOException, UnreadableAvro {
    byte[] bytes = bytes(in.readLong());
    if (!Utf8.isValid(bytes)) throw new UnreadableAvro("a text that is not UTF-8");
    return new String(bytes, StandardCharsets.UTF_8);
  }

  private byte[] bytes(long claimed) throws IOException, UnreadableAvro {
    if (claimed < 0) throw new UnreadableAvro("a length or a number that cannot be");
    if (claimed > length) throw new EOFException();
    byte[] bytes = new byte[(int) claimed];
    in.readFixed(bytes, 0, bytes.length);
    return bytes;
  }
}
