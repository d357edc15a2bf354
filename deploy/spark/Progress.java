package pipeline.spark;

import java.io.IOException;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Map;
import org.apache.spark.sql.streaming.StateOperatorProgress;
import org.apache.spark.sql.streaming.StreamingQuery;
import org.apache.spark.sql.streaming.StreamingQueryProgress;

/**
 * Totals of one start, in a file for whoever watches the driver; replaced after each micro-batch.
 */
final class Progress {
  /** Progress that Spark keeps; more batches than end between two calls of {@link #take}. */
  static final int KEPT_BATCHES = 20;

  private final Path file;
  private long batch = -1;
  private long inputRows = 0;
  private long droppedByWatermark = 0;

  Progress(Path file) {
    this.file = file;
  }

  /** Writes what has ended since the last call. */
  void take(StreamingQuery query) throws IOException {
    for (StreamingQueryProgress progress : query.recentProgress()) {
      if (progress.batchId() > batch && progress.sources()[0].endOffset() != null) add(progress);
    }
  }

  private void add(StreamingQueryProgress progress) throws IOException {
    batch = progress.batchId();
    inputRows += progress.numInputRows();
    droppedByWatermark +=
        Arrays.stream(progress.stateOperators())
            .mapToLong(StateOperatorProgress::numRowsDroppedByWatermark)
            .sum();
    AtomicFile.write(
        file,
        Map.of(
            "batch", batch,
            "batchDurationMs", progress.batchDuration(),
            "inputRows", inputRows,
            "droppedByWatermark", droppedByWatermark));
  }
}
