package pipeline.spark;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.InvalidKeyException;
import java.security.NoSuchAlgorithmException;
import java.util.Arrays;
import java.util.HexFormat;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;

/** The key under which values are hashed, by HMAC-SHA-256. */
final class ProtectKey {
  private static final String ALGORITHM = "HmacSHA256";

  /** Of the text whose digest tells one key from another. */
  private static final String FINGERPRINT_OF = "pipeline-protect-key";

  private static final int FINGERPRINT_DIGITS = 16;
  private static final int HASH_DIGITS = 32;

  private final SecretKeySpec key;

  private ProtectKey(byte[] bytes) {
    key = new SecretKeySpec(bytes, ALGORITHM);
  }

  /**
   * Reads the key of a generation.
   *
   * @throws IllegalStateException if the file has another key
   */
  static ProtectKey read(Path file, String fingerprint) throws IOException {
    ProtectKey key = new ProtectKey(withoutLineBreak(Files.readAllBytes(file)));
    String found = key.digest(OutputRecord.utf8(FINGERPRINT_OF)).substring(0, FINGERPRINT_DIGITS);
    if (found.equals(fingerprint)) return key;
    throw new IllegalStateException(
        "expected the key with fingerprint " + fingerprint + " in PROTECT_KEY_FILE, got " + found);
  }

  /** In hex; equal texts have equal hashes, wherever they stand. */
  String hash(String text) {
    return digest(text.getBytes(StandardCharsets.UTF_8)).substring(0, HASH_DIGITS);
  }

  /** In hex, whole. */
  String digest(byte[] bytes) {
    try {
      Mac mac = Mac.getInstance(ALGORITHM);
      mac.init(key);
      return HexFormat.of().formatHex(mac.doFinal(bytes));
    } catch (NoSuchAlgorithmException | InvalidKeyException impossible) {
      throw new IllegalStateException(impossible);
    }
  }

  /** An editor or {@code openssl rand -hex} ends the file with one. */
  private static byte[] withoutLineBreak(byte[] bytes) {
    int end = bytes.length;
    if (end > 0 && bytes[end - 1] == '\n') end -= 1;
    if (end > 0 && bytes[end - 1] == '\r') end -= 1;
    return Arrays.copyOf(bytes, end);
  }
}
