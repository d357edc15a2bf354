package pipeline.spark;

import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.apache.kafka.common.errors.AuthenticationException;
import org.apache.kafka.common.errors.AuthorizationException;
import org.apache.spark.SparkThrowable;
import org.apache.spark.sql.SparkSession;
import org.apache.spark.sql.streaming.StreamingQuery;
import org.apache.spark.sql.streaming.StreamingQueryException;

/**
 * The readings job: {@code spark-submit --class pipeline.spark.ReadingsJob readings-job.jar
 * --settings FILE}.
 *
 * <p>Exit status 0: everything up to the end of an available-now run is committed, or another
 * driver has this start.
 */
public final class ReadingsJob {
  private static final long POLL_MS = 250;
  private static final int MAX_ERROR_LENGTH = 500;
  private static final String ROCKSDB =
      "org.apache.spark.sql.execution.streaming.state.RocksDBStateStoreProvider";

  /** Messages may quote values of records. */
  private static final String QUOTED = "'[^']*'|\"[^\"]*\"|\\{.*";

  /** That Kafka or the registry keeps this job out, which no other start changes. */
  private static final String REFUSED = "AccessRefused: ";

  private ReadingsJob() {}

  public static void main(String[] arguments) throws Exception {
    String json = Settings.textOf(arguments);
    Settings settings = Settings.parse(json);
    if (!Driver.lock(Path.of(settings.lockFile()))) {
      System.out.println("another driver holds the lock of this start");
      return;
    }
    Driver.holdLease(settings);
    try {
      run(settings, json);
    } catch (Exception error) {
      Driver.writeResult(settings, Map.of("ok", false, "error", describe(error)));
      throw error;
    }
    Driver.writeResult(settings, Map.of("ok", true));
  }

  private static void run(Settings settings, String json) throws Exception {
    SparkSession spark = session(settings, json);
    Connections connections = Connections.of(settings);
    try (TopicIdentity topic = new TopicIdentity(settings, connections)) {
      topic.check();
      List<StreamingQuery> queries = new ReadingsQueries(spark, settings, connections).start();
      Progress progress = new Progress(Path.of(settings.progressFile()));
      try {
        while (!haveEnded(queries)) {
          progress.take(queries);
          topic.check();
        }
      } finally {
        progress.take(queries);
      }
    }
    spark.stop();
  }

  /** Waits a little for each query that runs; throws what one of them has failed of. */
  private static boolean haveEnded(List<StreamingQuery> queries) throws StreamingQueryException {
    boolean haveEnded = true;
    for (StreamingQuery query : queries) haveEnded &= query.awaitTermination(POLL_MS);
    return haveEnded;
  }

  private static SparkSession session(Settings settings, String json) {
    SparkSession.Builder builder =
        SparkSession.builder()
            .appName(settings.topics().raw() + " " + settings.generation())
            .config(Settings.PROPERTY, json)
            .config("spark.sql.session.timeZone", "UTC")
            // Records and windows share one shuffle only if both use the whole outcome.
            .config("spark.sql.optimizer.nestedSchemaPruning.enabled", "false")
            .config("spark.sql.optimizer.expression.nestedPruning.enabled", "false")
            .config("spark.sql.shuffle.partitions", settings.shufflePartitions())
            // Only this process reads its shuffle files.
            .config("spark.shuffle.compress", "false")
            .config("spark.shuffle.checksum.enabled", "false")
            .config("spark.sql.shuffle.orderIndependentChecksum.enabled", "false")
            .config("spark.sql.streaming.numRecentProgressUpdates", Progress.KEPT_BATCHES);
    if (!settings.bounded()) {
      // The state of a run without end grows for hours; each micro-batch copies a map in the heap.
      builder
          .config("spark.sql.streaming.stateStore.providerClass", ROCKSDB)
          .config("spark.sql.streaming.stateStore.rocksdb.changelogCheckpointing.enabled", "true")
          // Counting the rows reads the old value before each write.
          .config("spark.sql.streaming.stateStore.rocksdb.trackTotalNumberOfRows", "false")
          // Micro-batches between two snapshots: Spark's 10 are a few seconds here, and a restart
          // soon applies 100 changelogs.
          .config("spark.sql.streaming.stateStore.minDeltasForSnapshot", 100)
          // What only removes old state can wait for the next records.
          .config("spark.sql.streaming.noDataMicroBatches.enabled", "false");
    }
    SparkSession spark = builder.getOrCreate();
    spark.sparkContext().setLogLevel("WARN");
    return spark;
  }

  /**
   * Kind and first line of the innermost error, without what it quotes: those around it only say
   * that a task failed.
   */
  private static String describe(Throwable error) {
    String refusal = "";
    Throwable innermost = error;
    for (Throwable each = error; each != null; each = each.getCause()) {
      innermost = each;
      if (isRefusal(each)) refusal = REFUSED;
    }
    String condition = innermost instanceof SparkThrowable known ? known.getCondition() : null;
    String kind = condition == null ? innermost.getClass().getSimpleName() : condition;
    String message = String.valueOf(innermost.getMessage()).strip().lines().findFirst().orElse("");
    String text = refusal + (kind + ": " + message).replaceAll(QUOTED, "…");
    return text.substring(0, Math.min(text.length(), MAX_ERROR_LENGTH));
  }

  private static boolean isRefusal(Throwable error) {
    return error instanceof AuthenticationException
        || error instanceof AuthorizationException
        || error instanceof SchemaRegistryRefused;
  }
}
