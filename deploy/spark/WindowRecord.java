package pipeline.spark;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import java.io.IOException;
import java.io.StringWriter;
import java.io.UncheckedIOException;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * The record of a window in the windows topic; sent again with a higher version when the window
 * grows.
 */
final class WindowRecord {
  private static final JsonFactory JSON = new JsonFactory();

  private final Settings settings;
  private final byte[] run;

  WindowRecord(Settings settings) {
    this.settings = settings;
    run = OutputRecord.utf8(settings.run());
  }

  /**
   * @param statistics in the order of the settings' measurements
   */
  OutputRecord of(
      String deviceId, long startMs, long count, List<MeasurementStatistics> statistics) {
    String id = settings.generation() + "|" + deviceId + "|" + startMs + "|" + settings.windowMs();
    Map<String, byte[]> headers = new LinkedHashMap<>();
    headers.put(OutputRecord.EVENT_ID_HEADER, OutputRecord.utf8(id));
    headers.put(OutputRecord.RUN_HEADER, run);
    headers.put(OutputRecord.VERSION_HEADER, OutputRecord.utf8(Long.toString(count)));
    String value = json(id, deviceId, startMs, count, statistics);
    return new OutputRecord(
        settings.topics().windows(), OutputRecord.utf8(deviceId), value, headers);
  }

  private String json(
      String id,
      String deviceId,
      long startMs,
      long count,
      List<MeasurementStatistics> statistics) {
    List<Settings.Measurement> measurements = settings.fields().measurements();
    StringWriter text = new StringWriter(256);
    try (JsonGenerator json = JSON.createGenerator(text)) {
      json.writeStartObject();
      json.writeStringField("id", id);
      json.writeStringField("deviceId", deviceId);
      json.writeStringField("windowStart", EventTime.format(startMs * 1_000));
      json.writeStringField("windowEnd", EventTime.format((startMs + settings.windowMs()) * 1_000));
      json.writeNumberField("count", count);
      Anomaly anomaly = null;
      for (int i = 0; i < statistics.size(); i++) {
        anomaly = Anomaly.max(anomaly, Anomaly.of(measurements.get(i), statistics.get(i)));
      }
      if (anomaly != null) write(json, anomaly);
      for (int i = 0; i < statistics.size(); i++) {
        if (statistics.get(i).count() > 0)
          write(json, measurements.get(i).name(), statistics.get(i));
      }
      json.writeEndObject();
    } catch (IOException impossible) {
      throw new UncheckedIOException(impossible);
    }
    return text.toString();
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
