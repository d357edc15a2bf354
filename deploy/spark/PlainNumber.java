package pipeline.spark;

import java.math.BigDecimal;

/**
 * Numbers in text: an optional sign, ASCII digits with at most one decimal sign, an optional
 * exponent. Group separators, units and other characters make no number.
 */
final class PlainNumber {
  /** Enough for any timestamp. */
  private static final int MAX_EXACT_LENGTH = 100;

  private PlainNumber() {}

  /**
   * @param decimal decimal sign
   */
  static boolean matches(String text, char decimal) {
    int start = afterSign(text, 0);
    int end = endOfDigits(text, start);
    int digits = end - start;
    if (end < text.length() && text.charAt(end) == decimal) {
      int fraction = end + 1;
      end = endOfDigits(text, fraction);
      digits += end - fraction;
    }
    return digits > 0 && (end == text.length() || isExponent(text, end));
  }

  /** Only a sign and digits. */
  static boolean isWhole(String text) {
    int start = afterSign(text, 0);
    return start < text.length() && endOfDigits(text, start) == text.length();
  }

  /** Of a text that {@link #matches}. */
  static double parse(String text, char decimal) {
    return Double.parseDouble(decimal == '.' ? text : text.replace(decimal, '.'));
  }

  /** Null if the text is no number with a decimal point, or too long for a sensible one. */
  static BigDecimal exact(String text) {
    if (text.length() > MAX_EXACT_LENGTH || !matches(text, '.')) return null;
    try {
      return new BigDecimal(text);
    } catch (NumberFormatException hugeExponent) {
      return null;
    }
  }

  /** Index of the first character at or after {@code from} that is no ASCII digit. */
  static int endOfDigits(String text, int from) {
    int at = from;
    while (at < text.length() && text.charAt(at) >= '0' && text.charAt(at) <= '9') at += 1;
    return at;
  }

  private static int afterSign(String text, int at) {
    boolean hasSign = at < text.length() && (text.charAt(at) == '-' || text.charAt(at) == '+');
    return hasSign ? at + 1 : at;
  }

  private static boolean isExponent(String text, int at) {
    if (text.charAt(at) != 'e' && text.charAt(at) != 'E') return false;
    int start = afterSign(text, at + 1);
    return start < text.length() && endOfDigits(text, start) == text.length();
  }
}
