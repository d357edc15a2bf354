package pipeline.spark;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import java.io.IOException;
import java.io.StringWriter;
import java.io.UncheckedIOException;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Arrays;
import java.util.Base64;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.Map;

/** The record of a raw record that cannot be used in the dead-letter topic. */
final class DeadLetterRecord {
  /** Originals are cut here; their length and sha256 are kept. */
  private static final int MAX_ORIGINAL_BYTES = 256 * 1024;

  private static final byte[] NOTHING = {};
  private static final JsonFactory JSON = new JsonFactory();

  private final String topic;
  private final byte[] run;

  DeadLetterRecord(Settings settings) {
    topic = settings.topics().deadLetter();
    run = OutputRecord.utf8(settings.run());
  }

  OutputRecord of(Outcome outcome) {
    RawRecord raw = outcome.record();
    Map<String, byte[]> headers = new LinkedHashMap<>();
    headers.put(OutputRecord.EVENT_ID_HEADER, OutputRecord.utf8(outcome.id()));
    headers.put(OutputRecord.RUN_HEADER, run);
    if (raw.redriveHeader() != null) headers.put(OutputRecord.REDRIVE_HEADER, raw.redriveHeader());
    return new OutputRecord(topic, raw.key(), json(outcome.id(), outcome.reason(), raw), headers);
  }

  private static String json(String id, String reason, RawRecord raw) {
    byte[] original = raw.value() == null ? NOTHING : raw.value();
    boolean isCut = original.length > MAX_ORIGINAL_BYTES;
    byte[] kept = isCut ? Arrays.copyOf(original, MAX_ORIGINAL_BYTES) : original;
    StringWriter text = new StringWriter();
    try (JsonGenerator json = JSON.createGenerator(text)) {
      json.writeStartObject();
      json.writeStringField("id", id);
      json.writeStringField("stage", "parse");
      json.writeStringField("reason", reason);
      json.writeStringField("detail", detailOf(reason));
      json.writeStringField("topic", raw.topic());
      json.writeNumberField("partition", raw.partition());
      json.writeStringField("offset", Long.toString(raw.offset()));
      json.writeNumberField("publishedAt", raw.publishedMs());
      json.writeNumberField("originalLength", original.length);
      json.writeStringField("originalSha256", sha256(original));
      json.writeStringField("original", Base64.getEncoder().encodeToString(kept));
      json.writeEndObject();
    } catch (IOException impossible) {
      throw new UncheckedIOException(impossible);
    }
    return text.toString();
  }

  private static String detailOf(String reason) {
    int colon = reason.indexOf(':');
    return Reason.valueOf(colon < 0 ? reason : reason.substring(0, colon)).detail;
  }

  private static String sha256(byte[] bytes) {
    try {
      return HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(bytes));
    } catch (NoSuchAlgorithmException everyJavaHasIt) {
      throw new IllegalStateException(everyJavaHasIt);
    }
  }
}
