package pipeline.spark;

import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.apache.spark.SparkEnv;

/**
 * The settings of one start of the readings job, as its settings file has them. A field that is
 * missing or unknown stops the start.
 *
 * @param ownRawTopic whether the pipeline fills the raw topic itself; in a topic of others, no
 *     record belongs to another run
 * @param windowIdPrefix first part of every window id
 * @param startedMs when the run started, in epoch milliseconds
 * @param startingOffsets "earliest", or an object of partition and offset; read only if the
 *     checkpoint is empty
 * @param failOnDataLoss false: continue where Kafka has removed records that were not read
 * @param untilOffsets the first offset of each partition that does not belong to the run; null: no
 *     such bound
 * @param trigger "available-now" ends by itself, "processing-time" does not
 * @param triggerIntervalMs between the starts of two micro-batches of a continuous run; null: 500
 *     in a bounded run, and no micro-batches for the records of a run without end
 * @param rawHeaders headers of raw records that are read beside those that every pipeline has
 * @param extraFields "label" or "dead-letter"
 * @param valueFormat of raw records: "json" or "avro"
 * @param schemaRegistry address of its Confluent-compatible API; null if there is none
 * @param connectionsFile path of {@link Connections}; null: nothing is connected to
 * @param protect null if nothing is protected
 * @param driverMemoryMb heap of this JVM; its command line has already applied it
 * @param eventStartMs readings before it are dead letters; null: no such bound
 * @param eventEndMs readings at it or later are dead letters; null: no such bound
 */
record Settings(
    String bootstrap,
    Topics topics,
    boolean ownRawTopic,
    String run,
    String generation,
    String windowIdPrefix,
    long startedMs,
    String checkpoint,
    JsonNode startingOffsets,
    boolean failOnDataLoss,
    Map<String, Long> untilOffsets,
    String trigger,
    Long triggerIntervalMs,
    List<String> rawHeaders,
    Fields fields,
    long windowMs,
    long maxClockSkewMs,
    String extraFields,
    String valueFormat,
    String schemaRegistry,
    String connectionsFile,
    Protect protect,
    Long eventStartMs,
    Long eventEndMs,
    boolean bounded,
    long allowedLatenessMs,
    long deduplicationMs,
    int shufflePartitions,
    long maxRecordsPerBatch,
    int driverMemoryMb,
    String lockFile,
    String leaseFile,
    long leaseMs,
    String progressFile,
    String resultFile) {

  record Topics(String raw, String enriched, String windows, String deadLetter) {}

  /**
   * Places in the raw record; several fields may have the same one.
   *
   * @param measurementName in long format; null: each measurement has a place of its own
   */
  record Fields(
      FieldPlace deviceId,
      FieldPlace timestamp,
      FieldPlace text,
      FieldPlace eventId,
      Time time,
      FieldPlace measurementName,
      List<Measurement> measurements) {
    Fields {
      TimestampReader.check(time);
    }
  }

  /**
   * How timestamps are written.
   *
   * @param format "iso", "s", "ms", "us" or "ns" since 1970, "rfc1123", or a pattern of {@link
   *     java.time.format.DateTimeFormatter}
   * @param zone of times without one; null: such a time is a dead letter
   * @param ambiguous which instant a local time means that occurs twice: "earlier" or "later"
   */
  record Time(String format, String zone, String ambiguous) {}

  /**
   * A measured quantity: {@code value * scale + offset} of its place must lie within {@code [min,
   * max]}.
   *
   * @param names in long format: what its name is in the raw record, where * stands for any text
   * @param decimal decimal sign of numbers in text
   * @param absent texts and numbers for a value that is not there, beside the usual marks
   */
  record Measurement(
      String name,
      String unit,
      FieldPlace place,
      List<String> names,
      double scale,
      double offset,
      double min,
      double max,
      String decimal,
      List<String> absent) {}

  /**
   * What is protected, each with its rule or null.
   *
   * @param keyFile has the key, which is never a setting itself: Spark shows settings
   * @param labels of all labels
   * @param namedLabels of labels by name, if there is none of all
   */
  record Protect(
      String keyFile,
      String keyFingerprint,
      ProtectRule deviceId,
      ProtectRule text,
      ProtectRule labels,
      Map<String, ProtectRule> namedLabels) {}

  /** Property of the Spark session that has the text of the settings. */
  static final String PROPERTY = "spark.pipeline.settings";

  private static final ObjectMapper JSON =
      new ObjectMapper().enable(DeserializationFeature.FAIL_ON_MISSING_CREATOR_PROPERTIES);

  static Settings parse(String json) throws IOException {
    return JSON.readValue(json, Settings.class);
  }

  /** The text of the settings file that a command line {@code --settings FILE} names. */
  static String textOf(String... arguments) throws IOException {
    if (arguments.length != 2 || !arguments[0].equals("--settings")) {
      throw new IllegalArgumentException(
          "expected --settings FILE, got " + String.join(" ", arguments));
    }
    return Files.readString(Path.of(arguments[1]));
  }

  /** For the functions of the job, wherever Spark runs them. */
  static Settings ofSession() throws IOException {
    return parse(SparkEnv.get().conf().get(PROPERTY));
  }
}
