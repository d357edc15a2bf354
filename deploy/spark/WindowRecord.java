package pipeline.spark;

import com.fasterxml.jackson.core.JsonGenerator;
import java.io.IOException;
import java.util.List;
import org.apache.spark.sql.Row;

/**
 * The record of a window in the windows topic; sent again with a higher version when the window
 * grows.
 */
final class WindowRecord {
  /** Versions of one run: a window with more distinct readings keeps the last of them. */
  private static final long VERSIONS_PER_SECOND = 100_000_000;

  private final Settings settings;

  WindowRecord(Settings settings) {
    this.settings = settings;
  }

  /**
   * @param statistics in the order of the settings' measurements
   */
  OutputRecord of(
      String deviceId, long startMs, long count, List<MeasurementStatistics> statistics) {
    String id = settings.windowIdPrefix() + deviceId + "|" + startMs + "|" + settings.windowMs();
    List<Row> headers = OutputRecord.headers(id, settings);
    byte[] version = OutputRecord.utf8(Long.toString(version(count)));
    headers.add(OutputRecord.header(OutputRecord.VERSION_HEADER, version));
    byte[] value =
        OutputRecord.json(
            json -> {
              json.writeStringField("id", id);
              json.writeStringField("deviceId", deviceId);
              json.writeStringField("windowStart", EventTime.format(startMs * 1_000));
              long endMs = startMs + settings.windowMs();
              json.writeStringField("windowEnd", EventTime.format(endMs * 1_000));
              json.writeNumberField("count", count);
              write(json, statistics);
            });
    return new OutputRecord(
        settings.topics().windows(), OutputRecord.utf8(deviceId), value, headers);
  }

  /** Of two runs the one that started later wins, and within a run the account of more readings. */
  private long version(long count) {
    long second = Math.floorDiv(settings.startedMs(), 1_000);
    return second * VERSIONS_PER_SECOND + Math.min(count, VERSIONS_PER_SECOND - 1);
  }

  private void write(JsonGenerator json, List<MeasurementStatistics> statistics)
      throws IOException {
    List<Settings.Measurement> measurements = settings.fields().measurements();
    Anomaly anomaly = null;
    for (int i = 0; i < statistics.size(); i++)
      anomaly = Anomaly.max(anomaly, Anomaly.of(measurements.get(i), statistics.get(i)));
    if (anomaly != null) write(json, anomaly);
    for (int i = 0; i < statistics.size(); i++)
      if (statistics.get(i).count() > 0) write(json, measurements.get(i).name(), statistics.get(i));
  }

  private static void write(JsonGenerator json, Anomaly anomaly) throws IOException {
    json.writeObjectFieldStart("anomaly");
    json.writeNumberField("score", anomaly.score());
    json.writeStringField("measurement", anomaly.measurement());
    json.writeBooleanField("isAnomaly", anomaly.isAnomaly());
    json.writeEndObject();
  }

  private static void write(JsonGenerator json, String name, MeasurementStatistics statistics)
      throws IOException {
    json.writeObjectFieldStart(name);
    json.writeNumberField("count", statistics.count());
    if (statistics.mean() != null) json.writeNumberField("mean", statistics.mean());
    json.writeNumberField("min", statistics.min());
    json.writeNumberField("max", statistics.max());
    json.writeEndObject();
  }
}
