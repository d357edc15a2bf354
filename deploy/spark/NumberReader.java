package pipeline.spark;

import java.util.HashSet;
import java.util.Locale;
import java.util.Set;
import java.util.regex.Pattern;
import org.apache.spark.types.variant.Variant;

/** Reads the number of one measurement, from a JSON number or from text. */
final class NumberReader {
  /** Texts for a value that is not there, in lower case. */
  private static final Set<String> MARKS_OF_ABSENCE =
      Set.of("", "na", "n/a", "nan", "null", "none", "-", "unknown", "unavailable");

  private static final String DECIMAL = "source.numbers.decimal";

  /** Digits in groups of three by signs that languages have for it. */
  private static final Pattern GROUPED =
      Pattern.compile(
          "[+-]?\\d{1,3}([.,' \u00a0\u2009\u202f\u2019])\\d{3}(?:\\1\\d{3})*(?:[.,]\\d+)?");

  private static final String MINUS = "\u2212";

  private final Settings.Measurement measurement;
  private final char decimal;
  private final Set<String> marks = new HashSet<>(MARKS_OF_ABSENCE);

  /** Numbers for a value that is not there, in the unit of the column. */
  private final Set<Double> sentinels = new HashSet<>();

  NumberReader(Settings.Measurement measurement) {
    this.measurement = measurement;
    decimal = measurement.decimal().charAt(0);
    for (String absent : measurement.absent()) {
      String text = absent.strip();
      if (PlainNumber.matches(text, '.')) sentinels.add(PlainNumber.parse(text, '.'));
      else if (PlainNumber.matches(text, decimal)) sentinels.add(PlainNumber.parse(text, decimal));
      else marks.add(text.toLowerCase(Locale.ROOT));
    }
  }

  /**
   * The number in the unit of the column; null if it is absent; NaN if the field is neither a
   * number nor absent.
   *
   * @param field null if it is not there
   */
  Double read(Variant field) {
    if (field == null) return null;
    return switch (field.getType()) {
      case NULL -> null;
      case LONG -> present((double) field.getLong());
      case DOUBLE -> present(field.getDouble());
      case DECIMAL -> present(field.getDecimal().doubleValue());
      case STRING -> ofText(field.getString().strip());
      default -> Double.NaN;
    };
  }

  /** Of a field that is neither a number nor absent. */
  Refusal refusal(Variant field) {
    String sign = decimal == '.' ? "" : " with the decimal sign " + decimal;
    String expected = Reason.NotANumber.detail + sign;
    return Refusal.of(Reason.NotANumber, expected, measurement, found(field));
  }

  private Double ofText(String text) {
    if (PlainNumber.matches(text, decimal)) return present(PlainNumber.parse(text, decimal));
    return marks.contains(text.toLowerCase(Locale.ROOT)) ? null : Double.NaN;
  }

  private Double present(double number) {
    boolean isAbsent = !sentinels.isEmpty() && sentinels.contains(number);
    return isAbsent ? null : Double.valueOf(number);
  }

  private String found(Variant field) {
    String kind = FieldKind.of(field);
    if (!kind.equals("text")) return kind;
    String text = field.getString().strip();
    char other = decimal == '.' ? ',' : '.';
    if (GROUPED.matcher(text).matches()) {
      return PlainNumber.matches(text, other)
          ? "text with the decimal sign " + other + " or digits in groups: see " + DECIMAL
          : "text with digits in groups, which " + DECIMAL + " does not read: write plain numbers";
    }
    if (PlainNumber.matches(text, other))
      return "text with the decimal sign " + other + ": set " + DECIMAL;
    return text.startsWith(MINUS)
        ? "text with a minus sign that is no hyphen: write plain numbers"
        : "text that is neither a number nor a mark of absence: see source.numbers.absent";
  }
}
