package pipeline.spark;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.core.json.JsonWriteFeature;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.RowFactory;

/**
 * A record that the job writes to Kafka.
 *
 * @param key null if there is none
 * @param value one JSON object on one line, in UTF-8; null if there is none
 * @param headers in their order, each with name and value
 */
record OutputRecord(String topic, byte[] key, byte[] value, List<Row> headers) {
  static final String EVENT_ID_HEADER = "event-id";
  static final String RUN_HEADER = "pipeline-run";

  /** Identity of a row in the file that a raw record comes from. */
  static final String ROW_HEADER = "pipeline-row";

  /** Where that row stands in the file, as people count rows. */
  static final String POSITION_HEADER = "pipeline-position";

  /** {@code <partition>:<offset>:<publishing time in epoch ms>} of the raw record. */
  static final String RAW_HEADER = "pipeline-raw";

  /** Orders the versions of a window: see {@link WindowRecord}. */
  static final String VERSION_HEADER = "pipeline-version";

  /** On a record without key and value, of a raw record in which no measurement has a value. */
  static final String ABSENT_HEADER = "pipeline-absent";

  static final String REDRIVE_HEADER = "pipeline-redrive";

  /** Fingerprint of the key, on every record of a pipeline that protects values. */
  static final String PROTECTED_HEADER = "pipeline-protected";

  /**
   * Limit of the topics that the job writes, with everything that Kafka adds to a record: four
   * times the default, since JSON escaping and base64 make a raw record longer.
   */
  static final int MAX_MESSAGE_BYTES = 4 * 1_048_588;

  /** For the batch and its one record: lengths, offsets, times, names of headers. */
  private static final int KAFKA_OVERHEAD_BYTES = 1024;

  /** As the Kafka sink expects them. */
  static final String COLUMNS =
      "topic string, key binary, value binary, headers array<struct<key:string,value:binary>>";

  private static final JsonFactory JSON =
      JsonFactory.builder().enable(JsonWriteFeature.COMBINE_UNICODE_SURROGATES_IN_UTF8).build();
  private static final int USUAL_LENGTH = 512;

  /** Whether the topic accepts it. */
  boolean fits() {
    return bytes() <= MAX_MESSAGE_BYTES;
  }

  /** With everything that Kafka adds, at most. */
  int bytes() {
    int bytes = length(key) + length(value) + KAFKA_OVERHEAD_BYTES;
    for (Row header : headers) bytes += ((byte[]) header.get(1)).length;
    return bytes;
  }

  /** 0 if there are none. */
  static int length(byte[] bytes) {
    return bytes == null ? 0 : bytes.length;
  }

  /** The members of a JSON object. */
  interface Members {
    void write(JsonGenerator json) throws IOException;
  }

  /** The object in UTF-8. */
  static byte[] json(Members members) {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream(USUAL_LENGTH);
    try (JsonGenerator json = JSON.createGenerator(bytes)) {
      json.writeStartObject();
      members.write(json);
      json.writeEndObject();
    } catch (IOException impossible) {
      throw new UncheckedIOException(impossible);
    }
    return bytes.toByteArray();
  }

  /** The headers that every record has; others can be added. */
  static List<Row> headers(String eventId, Settings settings) {
    List<Row> headers = new ArrayList<>(5);
    headers.add(header(EVENT_ID_HEADER, utf8(eventId)));
    headers.add(header(RUN_HEADER, utf8(settings.run())));
    Settings.Protect protect = settings.protect();
    if (protect != null) headers.add(header(PROTECTED_HEADER, utf8(protect.keyFingerprint())));
    return headers;
  }

  static Row header(String name, byte[] value) {
    return RowFactory.create(name, value);
  }

  static byte[] utf8(String text) {
    return text.getBytes(StandardCharsets.UTF_8);
  }
}
