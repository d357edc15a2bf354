package pipeline.spark;

import java.nio.charset.StandardCharsets;
import java.util.Map;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.RowFactory;

/**
 * A record that the job writes to Kafka.
 *
 * @param key null if the raw record had none
 * @param value one JSON object on one line
 * @param headers in their order
 */
record OutputRecord(String topic, byte[] key, String value, Map<String, byte[]> headers) {
  static final String EVENT_ID_HEADER = "event-id";
  static final String RUN_HEADER = "pipeline-run";

  /** {@code <partition>:<offset>:<publishing time in epoch ms>} of the raw record. */
  static final String RAW_HEADER = "pipeline-raw";

  /** Distinct readings of a window, which orders its versions. */
  static final String VERSION_HEADER = "pipeline-version";

  static final String REDRIVE_HEADER = "pipeline-redrive";

  /** As the Kafka sink expects headers. */
  static final String HEADERS_TYPE = "array<struct<key:string,value:binary>>";

  Row[] headerRows() {
    return headers.entrySet().stream()
        .map(entry -> RowFactory.create(entry.getKey(), entry.getValue()))
        .toArray(Row[]::new);
  }

  static byte[] utf8(String text) {
    return text.getBytes(StandardCharsets.UTF_8);
  }
}
