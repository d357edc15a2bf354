package pipeline.spark;

import static org.apache.spark.sql.functions.array;
import static org.apache.spark.sql.functions.col;
import static org.apache.spark.sql.functions.count;
import static org.apache.spark.sql.functions.inline;
import static org.apache.spark.sql.functions.max;
import static org.apache.spark.sql.functions.min;
import static org.apache.spark.sql.functions.struct;
import static org.apache.spark.sql.functions.sum;
import static org.apache.spark.sql.functions.timestamp_micros;
import static org.apache.spark.sql.functions.udf;
import static org.apache.spark.sql.functions.unix_millis;
import static org.apache.spark.sql.functions.when;
import static org.apache.spark.sql.functions.window;

import java.util.ArrayList;
import java.util.List;
import org.apache.spark.sql.Column;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;

/** Windows of devices, from judged records; stateful. */
final class DeviceWindows {
  /**
   * How far the partitions of a live run may drift apart in Kafka time before the watermark drops
   * readings.
   */
  private static final long PARTITION_DRIFT_MS = 600_000;

  private final Settings settings;

  DeviceWindows(Settings settings) {
    this.settings = settings;
  }

  /**
   * Statistics of distinct readings per device and window, sent again as they grow.
   *
   * <p>In a live run, a reading that is not flagged late is in its window unless its partition lags
   * the others by more than {@link #PARTITION_DRIFT_MS} of Kafka time. Beyond that Spark drops it
   * and counts it as dropped.
   */
  Dataset<Row> of(Dataset<Row> outcomes) {
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
}
