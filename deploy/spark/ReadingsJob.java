package pipeline.spark;

import java.nio.file.Path;
import java.util.Map;
import org.apache.spark.SparkThrowable;
import org.apache.spark.sql.SparkSession;
import org.apache.spark.sql.streaming.StreamingQuery;

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
    try (TopicIdentity topic = new TopicIdentity(settings)) {
      topic.check();
      StreamingQuery query = new ReadingsQuery(spark, settings).start();
      Progress progress = new Progress(Path.of(settings.progressFile()));
      try {
        while (!query.awaitTermination(POLL_MS)) {
          progress.take(query);
          topic.check();
        }
      } finally {
        progress.take(query);
      }
    }
    spark.stop();
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
          .config("spark.sql.streaming.stateStore.minDeltasForSnapshot", 100);
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
    Throwable cause = error.getCause();
    if (cause != null && cause != error) return describe(cause);
    String condition = error instanceof SparkThrowable known ? known.getCondition() : null;
    String kind = condition == null ? error.getClass().getSimpleName() : condition;
    String message = String.valueOf(error.getMessage()).strip().lines().findFirst().orElse("");
    String text = (kind + ": " + message).replaceAll(QUOTED, "…");
    return text.substring(0, Math.min(text.length(), MAX_ERROR_LENGTH));
  }
}
