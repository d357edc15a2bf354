package pipeline.spark;

import static org.apache.spark.sql.functions.array;
import static org.apache.spark.sql.functions.array_position;
import static org.apache.spark.sql.functions.col;
import static org.apache.spark.sql.functions.count;
import static org.apache.spark.sql.functions.get;
import static org.apache.spark.sql.functions.inline;
import static org.apache.spark.sql.functions.lit;
import static org.apache.spark.sql.functions.max;
import static org.apache.spark.sql.functions.min;
import static org.apache.spark.sql.functions.struct;
import static org.apache.spark.sql.functions.sum;
import static org.apache.spark.sql.functions.timestamp_micros;
import static org.apache.spark.sql.functions.udf;
import static org.apache.spark.sql.functions.unix_micros;
import static org.apache.spark.sql.functions.unix_millis;
import static org.apache.spark.sql.functions.when;
import static org.apache.spark.sql.functions.window;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeoutException;
import org.apache.spark.sql.Column;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.SparkSession;
import org.apache.spark.sql.streaming.DataStreamWriter;
import org.apache.spark.sql.streaming.StreamingQuery;
import org.apache.spark.sql.streaming.Trigger;

/**
 * Raw readings to enriched readings, device windows and dead letters: Kafka to Kafka, one query,
 * one checkpoint.
 *
 * <p>Each row names its own topic, so all three share one query, one checkpoint and one restart.
 */
final class ReadingsQuery {
  private static final int SEND_BUFFER_BYTES = 64 << 20;

  /**
   * Fewer and larger requests cost the driver and the broker less; a task flushes at its end, so no
   * record of a small micro-batch waits for this.
   */
  private static final int LINGER_MS = 20;

  private static final int SEND_BATCH_BYTES = 128 << 10;

  /**
   * How far the partitions of a live run may drift apart in Kafka time before the watermark drops
   * readings.
   */
  private static final long PARTITION_DRIFT_MS = 600_000;

  private final SparkSession spark;
  private final Settings settings;
  private final Connections connections;

  ReadingsQuery(SparkSession spark, Settings settings, Connections connections) {
    this.spark = spark;
    this.settings = settings;
    this.connections = connections;
  }

  StreamingQuery start() throws TimeoutException {
    Dataset<Row> outcomes = outcomes(ownRecords(source()));
    DataStreamWriter<Row> sink =
        records(outcomes)
            .unionByName(windows(outcomes))
            .writeStream()
            .format("kafka")
            .options(connections.sparkOptions(settings))
            .option("kafka.max.request.size", OutputRecord.MAX_MESSAGE_BYTES)
            .option("kafka.buffer.memory", SEND_BUFFER_BYTES)
            .option("kafka.linger.ms", LINGER_MS)
            .option("kafka.batch.size", SEND_BATCH_BYTES)
            .option("checkpointLocation", settings.checkpoint())
            .outputMode("update");
    return sink.trigger(trigger()).start();
  }

  private Trigger trigger() {
    if (settings.trigger().equals("available-now")) return Trigger.AvailableNow();
    return Trigger.ProcessingTime(settings.triggerIntervalMs());
  }

  private Dataset<Row> source() {
    Dataset<Row> source =
        spark
            .readStream()
            .format("kafka")
            .options(connections.sparkOptions(settings))
            .option("kafka.isolation.level", "read_committed")
            .option("kafka.max.partition.fetch.bytes", OutputRecord.MAX_MESSAGE_BYTES)
            .option("subscribe", settings.topics().raw())
            .option("startingOffsets", startingOffsets())
            .option("maxOffsetsPerTrigger", settings.maxRecordsPerBatch())
            .option("failOnDataLoss", settings.failOnDataLoss())
            .option("includeHeaders", "true")
            .load();
    // Small micro-batches: one task per partition of the topic costs more than it reads.
    return settings.bounded() ? source : source.coalesce(spark.sparkContext().defaultParallelism());
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
   * The {@code id} and the {@code outcome} of each raw record: the record that it becomes, and the
   * reading for windows or null.
   *
   * <p>Shuffled as the distinct readings of windows must be. Spark uses the same shuffle for the
   * records, so each raw record is read and judged once; that requires both to use the whole
   * outcome, hence one column. The records of a device leave a micro-batch in any order.
   */
  private Dataset<Row> outcomes(Dataset<Row> raw) {
    Column outcome =
        udf(new JudgeFunction(), JudgeFunction.type(settings))
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
    return raw.select(outcome.as("outcome"))
        .select(col("outcome.id").as("id"), col("outcome"))
        .repartition(settings.shufflePartitions(), col("id"));
  }

  /** Looking for a header costs more than a field of the value, so there is none unless needed. */
  private Column mappedHeaders() {
    Column[] headers =
        settings.rawHeaders().stream().map(ReadingsQuery::header).toArray(Column[]::new);
    return headers.length == 0 ? lit(null).cast("array<binary>") : array(headers);
  }

  /** Stateless: each raw record becomes one enriched reading or one dead letter. */
  private static Dataset<Row> records(Dataset<Row> outcomes) {
    return outcomes.select("outcome.topic", "outcome.key", "outcome.value", "outcome.headers");
  }

  /**
   * Stateful: statistics of distinct readings per device and window, sent again as they grow.
   *
   * <p>In a live run, a reading that is not flagged late is in its window unless its partition lags
   * the others by more than {@link #PARTITION_DRIFT_MS} of Kafka time. Beyond that Spark drops it
   * and counts it as dropped.
   */
  private Dataset<Row> windows(Dataset<Row> outcomes) {
    Column reading = col("outcome.reading");
    Dataset<Row> readings =
        outcomes
            .select(col("id"), inline(when(reading.isNotNull(), array(reading))))
            .withColumn("eventTime", timestamp_micros(col("eventMicros")));
    List<Column> aggregates = new ArrayList<>();
    List<Column> statistics = new ArrayList<>();
    for (int i = 0; i < settings.fields().measurements().size(); i++) {
      aggregates.add(count(col("value_" + i)).as("count_" + i));
      aggregates.add(sum(col("decimal_" + i)).as("sum_" + i));
      aggregates.add(sum(col("square_" + i)).as("squares_" + i));
      aggregates.add(min(col("value_" + i)).as("min_" + i));
      aggregates.add(max(col("value_" + i)).as("max_" + i));
      Column[] columns = {
        col("count_" + i).as("count"),
        col("sum_" + i).as("sum"),
        col("squares_" + i).as("squares"),
        col("min_" + i).as("min"),
        col("max_" + i).as("max")
      };
      statistics.add(struct(columns));
    }
    Column record =
        udf(new WindowFunction(), WindowFunction.type())
            .apply(
                col("deviceId"),
                unix_millis(col("window.start")),
                col("readings"),
                array(statistics.toArray(Column[]::new)));
    return distinct(readings)
        .groupBy(
            col("deviceId"),
            window(col("eventTime"), settings.windowMs() + " milliseconds").as("window"))
        .agg(count("*").as("readings"), aggregates.toArray(Column[]::new))
        .select(record.as("record"))
        .select("record.*");
  }

  /**
   * One reading per event id. A bounded run has no watermark: with any, Spark drops events before
   * 1970.
   */
  private Dataset<Row> distinct(Dataset<Row> readings) {
    if (settings.bounded()) return readings.dropDuplicates("id");
    // Spark forgets an id when the watermark has passed its time by the watermark's own delay.
    long unflaggedMs =
        settings.allowedLatenessMs() + settings.maxClockSkewMs() + PARTITION_DRIFT_MS;
    long delayMs = Math.max(settings.deduplicationMs(), unflaggedMs);
    return readings
        .withWatermark("eventTime", delayMs + " milliseconds")
        .dropDuplicatesWithinWatermark("id");
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
