package pipeline.spark;

import com.fasterxml.jackson.core.JsonGenerator;
import java.io.IOException;
import java.util.List;
import java.util.Map;

/** The value of a valid reading's record in the enriched topic. */
final class ReadingJson {
  private final List<Settings.Measurement> measurements;
  private final DewPoint dewPoint;

  ReadingJson(List<Settings.Measurement> measurements) {
    this.measurements = measurements;
    dewPoint = new DewPoint(measurements);
  }

  byte[] of(String id, Reading reading) {
    return OutputRecord.json(
        json -> {
          json.writeStringField("id", id);
          json.writeStringField("deviceId", reading.deviceId());
          json.writeStringField("timestamp", EventTime.format(reading.eventMicros()));
          writeMeasurements(json, reading.values());
          if (reading.text() != null) writeText(json, reading);
          if (reading.labels() != null) writeLabels(json, reading.labels());
          if (reading.isLate()) json.writeBooleanField("late", true);
        });
  }

  private void writeMeasurements(JsonGenerator json, Double[] values) throws IOException {
    for (int i = 0; i < values.length; i++) {
      if (values[i] != null) json.writeNumberField(measurements.get(i).name(), values[i]);
    }
    Double celsius = dewPoint.of(values);
    if (celsius != null) json.writeNumberField("dewPoint", celsius);
  }

  private static void writeText(JsonGenerator json, Reading reading) throws IOException {
    json.writeStringField("text", reading.text());
    List<String> words = reading.hasWords() ? Words.of(reading.text()) : null;
    if (words == null) return;
    json.writeArrayFieldStart("words");
    for (String word : words) json.writeString(word);
    json.writeEndArray();
  }

  private static void writeLabels(JsonGenerator json, Map<String, String> labels)
      throws IOException {
    json.writeObjectFieldStart("labels");
    for (Map.Entry<String, String> label : labels.entrySet())
      json.writeStringField(label.getKey(), label.getValue());
    json.writeEndObject();
  }
}
