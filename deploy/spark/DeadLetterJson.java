package pipeline.spark;

import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Arrays;
import java.util.Base64;
import java.util.HexFormat;

/** The value of a dead letter: the record in the dead-letter topic of one that cannot be used. */
final class DeadLetterJson {
  /** Originals are cut here; their length and sha256 are kept. */
  private static final int MAX_ORIGINAL_BYTES = 256 * 1024;

  private static final byte[] NOTHING = {};

  private DeadLetterJson() {}

  /**
   * @param position of the row of a file that the record comes from; null if there is none
   * @param protection null if there is none: then the letter keeps its original
   */
  static byte[] of(Outcome outcome, byte[] position, Protection protection) {
    RawRecord raw = outcome.record();
    byte[] original = raw.value() == null ? NOTHING : raw.value();
    boolean isCut = original.length > MAX_ORIGINAL_BYTES;
    byte[] kept = isCut ? Arrays.copyOf(original, MAX_ORIGINAL_BYTES) : original;
    return OutputRecord.json(
        json -> {
          json.writeStringField("id", outcome.id());
          json.writeStringField("stage", "parse");
          json.writeStringField("reason", outcome.refusal().code());
          json.writeStringField("detail", outcome.refusal().detail() + at(position));
          json.writeStringField("topic", raw.topic());
          json.writeNumberField("partition", raw.partition());
          json.writeStringField("offset", Long.toString(raw.offset()));
          json.writeNumberField("publishedAt", raw.publishedMs());
          json.writeNumberField("originalLength", original.length);
          if (protection == null) {
            json.writeStringField("originalSha256", sha256(original));
            json.writeStringField("original", Base64.getEncoder().encodeToString(kept));
          } else {
            json.writeStringField("originalHmac", protection.digest(original));
          }
        });
  }

  private static String at(byte[] position) {
    return position == null
        ? ""
        : ", at " + new String(position, StandardCharsets.UTF_8) + " of the file";
  }

  private static String sha256(byte[] bytes) {
    try {
      return HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(bytes));
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException(e);
    }
  }
}
