package pipeline.spark;

import static org.apache.spark.sql.functions.array;
import static org.apache.spark.sql.functions.array_position;
import static org.apache.spark.sql.functions.col;
import static org.apache.spark.sql.functions.get;
import static org.apache.spark.sql.functions.lit;
import static org.apache.spark.sql.functions.udf;
import static org.apache.spark.sql.functions.unix_micros;
import static org.apache.spark.sql.functions.when;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeoutException;
import org.apache.spark.sql.Column;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.SparkSession;
import org.apache.spark.sql.streaming.DataStreamReader;
import org.apache.spark.sql.streaming.StreamingQuery;
import org.apache.spark.sql.streaming.Trigger;

/**
 * Raw readings to enriched readings, device windows and dead letters: Kafka to Kafka.
 *
 * <p>A bounded run has one query: each raw record is read and judged once. A run without end has
 * two, each with its own checkpoint: records are written one by one as they come, in Spark's
 * real-time mode, which has no state; the windows follow in micro-batches.
 */
final class ReadingsQueries {
  private static final int SEND_BUFFER_BYTES = 64 << 20;

  /**
   * Fewer and larger requests cost the driver and the broker less; a task flushes at its end, so no
   * record of a small micro-batch waits for this.
   */
  private static final int LINGER_MS = 20;

  private static final int SEND_BATCH_BYTES = 128 << 10;

  private static final long INTERVAL_MS = 500;

  /**
   * How often a query of a run without end commits. Spark's shortest interval of real-time mode;
   * each micro-batch of the windows sends all that have grown, for every device.
   */
  private static final long COMMIT_MS = 5_000;

  private final SparkSession spark;
  private final Settings settings;
  private final Connections connections;
  private final DeviceWindows windows;

  ReadingsQueries(SparkSession spark, Settings settings, Connections connections) {
    this.spark = spark;
    this.settings = settings;
    this.connections = connections;
    windows = new DeviceWindows(settings);
  }

  /** The first of them writes the records. */
  List<StreamingQuery> start() throws TimeoutException {
    return settings.bounded() ? List.of(startReadings()) : List.of(startRecords(), startWindows());
  }

  private StreamingQuery startReadings() throws TimeoutException {
    Dataset<Row> outcomes = shared(outcomes(ownRecords(batches()), true));
    Dataset<Row> all = records(outcomes).unionByName(windows.of(outcomes));
    return start("readings", all, settings.checkpoint(), batchesEvery(INTERVAL_MS));
  }

  private StreamingQuery startRecords() throws TimeoutException {
    boolean isRealTime = settings.triggerIntervalMs() == null && !isAvailableNow();
    Dataset<Row> raw = isRealTime ? source().load() : fewTasks(batches());
    Trigger trigger = isRealTime ? Trigger.RealTime(COMMIT_MS) : batchesEvery(INTERVAL_MS);
    return start("records", records(outcomes(raw, true)), checkpointOf("records"), trigger);
  }

  private StreamingQuery startWindows() throws TimeoutException {
    Dataset<Row> statistics = windows.of(outcomes(fewTasks(batches()), false));
    return start("windows", statistics, checkpointOf("windows"), batchesEvery(COMMIT_MS));
  }

  private StreamingQuery start(String name, Dataset<Row> output, String checkpoint, Trigger trigger)
      throws TimeoutException {
    return output
        .writeStream()
        .queryName(name)
        .format("kafka")
        .options(connections.sparkOptions(settings))
        .option("kafka.max.request.size", OutputRecord.MAX_MESSAGE_BYTES)
        .option("kafka.buffer.memory", SEND_BUFFER_BYTES)
        .option("kafka.linger.ms", LINGER_MS)
        .option("kafka.batch.size", SEND_BATCH_BYTES)
        .option("checkpointLocation", checkpoint)
        .outputMode("update")
        .trigger(trigger)
        .start();
  }

  private String checkpointOf(String query) {
    return settings.checkpoint() + "/" + query;
  }

  /**
   * @param intervalMs if the settings have none
   */
  private Trigger batchesEvery(long intervalMs) {
    if (isAvailableNow()) return Trigger.AvailableNow();
    Long given = settings.triggerIntervalMs();
    return Trigger.ProcessingTime(given == null ? intervalMs : given);
  }

  private boolean isAvailableNow() {
    return settings.trigger().equals("available-now");
  }

  /** Small micro-batches: one task per partition of the topic costs more than it reads. */
  private Dataset<Row> fewTasks(Dataset<Row> source) {
    return source.coalesce(spark.sparkContext().defaultParallelism());
  }

  private Dataset<Row> batches() {
    return source().option("maxOffsetsPerTrigger", settings.maxRecordsPerBatch()).load();
  }

  private DataStreamReader source() {
    return spark
        .readStream()
        .format("kafka")
        .options(connections.sparkOptions(settings))
        .option("kafka.isolation.level", "read_committed")
        .option("kafka.max.partition.fetch.bytes", OutputRecord.MAX_MESSAGE_BYTES)
        .option("subscribe", settings.topics().raw())
        .option("startingOffsets", startingOffsets())
        .option("failOnDataLoss", settings.failOnDataLoss())
        .option("includeHeaders", "true");
  }

  private String startingOffsets() {
    if (settings.startingOffsets().isTextual()) return settings.startingOffsets().asText();
    List<String> offsets = new ArrayList<>();
    settings
        .startingOffsets()
        .properties()
        .forEach(entry -> offsets.add("\"" + entry.getKey() + "\":" + entry.getValue().asLong()));
    return "{\"" + settings.topics().raw() + "\":{" + String.join(",", offsets) + "}}";
  }

  /**
   * Without the records that a bounded run must not touch: those of another run in the pipeline's
   * own topic, and those beyond its end.
   */
  private Dataset<Row> ownRecords(Dataset<Row> raw) {
    if (!settings.bounded()) return raw;
    Dataset<Row> own = raw;
    if (settings.ownRawTopic()) {
      Column run = header(OutputRecord.RUN_HEADER).cast("string");
      own = raw.where(run.isNull().or(run.equalTo(settings.run())));
    }
    if (settings.untilOffsets() == null) return own;
    Column end = lit(0L);
    for (Map.Entry<String, Long> each : settings.untilOffsets().entrySet()) {
      int partition = Integer.parseInt(each.getKey());
      end = when(col("partition").equalTo(partition), lit(each.getValue())).otherwise(end);
    }
    return own.where(col("offset").lt(end));
  }

  /**
   * The {@code id} and the {@code outcome} of each raw record: the record that it becomes, if that
   * is asked for, and the reading for windows or null.
   */
  private Dataset<Row> outcomes(Dataset<Row> raw, boolean hasOutput) {
    Column outcome =
        udf(new JudgeFunction(hasOutput), JudgeFunction.type(settings, hasOutput))
            .apply(
                col("value"),
                col("key"),
                header(OutputRecord.EVENT_ID_HEADER),
                header(OutputRecord.REDRIVE_HEADER),
                col("topic"),
                col("partition"),
                col("offset"),
                unix_micros(col("timestamp")),
                mappedHeaders());
    return raw.select(outcome.as("outcome")).select(col("outcome.id").as("id"), col("outcome"));
  }

  /**
   * Shuffled as the distinct readings of windows must be. Spark uses the same shuffle for the
   * records, so each raw record is read and judged once; that requires both to use the whole
   * outcome, hence one column. The records of a device leave a micro-batch in any order.
   */
  private Dataset<Row> shared(Dataset<Row> outcomes) {
    return outcomes.repartition(settings.shufflePartitions(), col("id"));
  }

  /** Looking for a header costs more than a field of the value, so there is none unless needed. */
  private Column mappedHeaders() {
    Column[] headers =
        settings.rawHeaders().stream().map(ReadingsQueries::header).toArray(Column[]::new);
    return headers.length == 0 ? lit(null).cast("array<binary>") : array(headers);
  }

  /** Stateless: each raw record becomes one enriched reading or one dead letter. */
  private static Dataset<Row> records(Dataset<Row> outcomes) {
    return outcomes.select("outcome.topic", "outcome.key", "outcome.value", "outcome.headers");
  }

  /**
   * The bytes of the first header of that name; null if there is none.
   *
   * <p>Not {@code filter}: Spark interprets functions over array elements, which costs more than
   * the rest of a record.
   */
  private static Column header(String name) {
    Column place = array_position(col("headers").getField("key"), lit(name)).cast("int");
    return get(col("headers").getField("value"), place.minus(1));
  }
}
