package pipeline.spark;

import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;

final class Utf8 {
  private Utf8() {}

  static boolean isValid(byte[] bytes) {
    for (byte each : bytes) {
      if (each < 0) return decodes(bytes);
    }
    return true;
  }

  static int length(String text) {
    return text.getBytes(StandardCharsets.UTF_8).length;
  }

  private static boolean decodes(byte[] bytes) {
    try {
      StandardCharsets.UTF_8.newDecoder().decode(ByteBuffer.wrap(bytes));
      return true;
    } catch (CharacterCodingException malformed) {
      return false;
    }
  }
}
