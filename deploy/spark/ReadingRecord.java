package pipeline.spark;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import java.io.IOException;
import java.io.StringWriter;
import java.io.UncheckedIOException;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** The record of a valid reading in the enriched topic. */
final class ReadingRecord {
  private static final JsonFactory JSON = new JsonFactory();
  private static final int USUAL_LENGTH = 512;

  private final Settings settings;
  private final DewPoint dewPoint;
  private final byte[] run;

  ReadingRecord(Settings settings) {
    this.settings = settings;
    dewPoint = new DewPoint(settings.fields().measurements());
    run = OutputRecord.utf8(settings.run());
  }

  OutputRecord of(Outcome outcome) {
    RawRecord raw = outcome.record();
    Map<String, byte[]> headers = new LinkedHashMap<>();
    headers.put(OutputRecord.EVENT_ID_HEADER, OutputRecord.utf8(outcome.id()));
    headers.put(OutputRecord.RUN_HEADER, run);
    String coordinates = raw.partition() + ":" + raw.offset() + ":" + raw.publishedMs();
    headers.put(OutputRecord.RAW_HEADER, OutputRecord.utf8(coordinates));
    if (raw.redriveHeader() != null) headers.put(OutputRecord.REDRIVE_HEADER, raw.redriveHeader());
    byte[] key = OutputRecord.utf8(outcome.reading().deviceId());
    return new OutputRecord(
        settings.topics().enriched(), key, json(outcome.id(), outcome.reading()), headers);
  }

  private String json(String id, Reading reading) {
    StringWriter text = new StringWriter(USUAL_LENGTH);
    try (JsonGenerator json = JSON.createGenerator(text)) {
      json.writeStartObject();
      json.writeStringField("id", id);
      json.writeStringField("deviceId", reading.deviceId());
      json.writeStringField("timestamp", EventTime.format(reading.eventMicros()));
      writeMeasurements(json, reading.values());
      if (reading.text() != null) writeText(json, reading.text());
      if (reading.labels() != null) writeLabels(json, reading.labels());
      if (reading.isLate()) json.writeBooleanField("late", true);
      json.writeEndObject();
    } catch (IOException impossible) {
      throw new UncheckedIOException(impossible);
    }
    return text.toString();
  }

  private void writeMeasurements(JsonGenerator json, Double[] values) throws IOException {
    for (int i = 0; i < values.length; i++) {
      String name = settings.fields().measurements().get(i).name();
      if (values[i] != null) json.writeNumberField(name, values[i]);
    }
    Double celsius = dewPoint.of(values);
    if (celsius != null) json.writeNumberField("dewPoint", celsius);
  }

  private static void writeText(JsonGenerator json, String text) throws IOException {
    json.writeStringField("text", text);
    List<String> words = Words.of(text);
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
