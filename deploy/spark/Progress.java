package pipeline.spark;

import java.io.IOException;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.apache.spark.sql.streaming.StateOperatorProgress;
import org.apache.spark.sql.streaming.StreamingQuery;
import org.apache.spark.sql.streaming.StreamingQueryProgress;

/**
 * Totals of one start, in a file for whoever watches the driver; replaced after each micro-batch.
 * Batch and rows are those of the query that writes the records.
 */
final class Progress {
  /** Progress that Spark keeps; more batches than end between two calls of {@link #take}. */
  static final int KEPT_BATCHES = 20;

  private final Path file;

  /** The last batch of each query, by its name. */
  private final Map<String, Long> last = new HashMap<>();

  private long batch = -1;
  private long batchDurationMs = 0;
  private long inputRows = 0;
  private long droppedByWatermark = 0;

  Progress(Path file) {
    this.file = file;
  }

  /**
   * Writes what has ended since the last call.
   *
   * @param queries the first writes the records
   */
  void take(List<StreamingQuery> queries) throws IOException {
    boolean isNews = false;
    for (StreamingQuery query : queries) {
      for (StreamingQueryProgress progress : query.recentProgress()) {
        if (!isNew(progress)) continue;
        isNews = true;
        droppedByWatermark += dropped(progress);
        if (query == queries.get(0)) add(progress);
      }
    }
    if (isNews) write();
  }

  private boolean isNew(StreamingQueryProgress progress) {
    boolean hasRead = progress.sources()[0].endOffset() != null;
    if (!hasRead || progress.batchId() <= last.getOrDefault(progress.name(), -1L)) return false;
    last.put(progress.name(), progress.batchId());
    return true;
  }

  private static long dropped(StreamingQueryProgress progress) {
    return Arrays.stream(progress.stateOperators())
        .mapToLong(StateOperatorProgress::numRowsDroppedByWatermark)
        .sum();
  }

  private void add(StreamingQueryProgress progress) {
    batch = progress.batchId();
    batchDurationMs = progress.batchDuration();
    inputRows += progress.numInputRows();
  }

  private void write() throws IOException {
    AtomicFile.write(
        file,
        Map.of(
            "batch", batch,
            "batchDurationMs", batchDurationMs,
            "inputRows", inputRows,
            "droppedByWatermark", droppedByWatermark));
  }
}
