package pipeline.spark;

import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;

/**
 * The words of a text as keywords, so that they can be counted without a text analysis in the
 * index.
 */
final class Words {
  private static final int MIN_LETTERS = 3;
  private static final int MAX_LETTERS = 30;
  private static final int MAX_WORDS = 50;

  /** English, three letters and more: they occur in most texts and say nothing about any. */
  private static final Set<String> STOP_WORDS =
      Set.of(
          ("about above after again all and any are because been before being below between both"
               + " but can could did does doing down during each few for from further had has have"
               + " having her here hers him his how into its itself just more most not now off once"
               + " only other our out over own same she should some such than that the their them"
               + " then there these they this those through too under until very was were what when"
               + " where which while who whom why will with would you your")
              .split(" "));

  private Words() {}

  /**
   * The first distinct words in lower case, sorted by their UTF-8 bytes; null if there are none.
   */
  static List<String> of(String text) {
    String lower = text.toLowerCase(Locale.ROOT);
    Set<String> words = new LinkedHashSet<>();
    for (int at = 0; at < lower.length() && words.size() < MAX_WORDS; ) {
      int end = endOfLetters(lower, at);
      int letters = lower.codePointCount(at, end);
      if (letters >= MIN_LETTERS && letters <= MAX_LETTERS) {
        String word = lower.substring(at, end);
        if (!STOP_WORDS.contains(word)) words.add(word);
      }
      at = end > at ? end : at + Character.charCount(lower.codePointAt(at));
    }
    if (words.isEmpty()) return null;
    List<String> sorted = new ArrayList<>(words);
    sorted.sort(Words::compareUtf8);
    return sorted;
  }

  /** In the order of their UTF-8 bytes, which is that of code points but not of chars. */
  private static int compareUtf8(String one, String other) {
    int shorter = Math.min(one.length(), other.length());
    for (int at = 0; at < shorter; at++) {
      if (one.charAt(at) != other.charAt(at))
        return Integer.compare(one.codePointAt(at), other.codePointAt(at));
    }
    return Integer.compare(one.length(), other.length());
  }

  private static int endOfLetters(String text, int from) {
    int at = from;
    while (at < text.length() && Character.isLetter(text.codePointAt(at)))
      at += Character.charCount(text.codePointAt(at));
    return at;
  }
}
