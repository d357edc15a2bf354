package pipeline.spark;

/**
 * Why a record is a dead letter.
 *
 * @param code a {@link Reason}, some with the name of the measurement after a colon
 * @param detail one sentence for people, without any value of the record
 */
record Refusal(String code, String detail) {
  boolean is(Reason reason) {
    return code.equals(reason.name());
  }

  /** Of a record whose value as a whole is something else than what is expected. */
  static Refusal ofValue(Reason reason, String found) {
    return new Refusal(reason.name(), reason.detail + " in the value of the record, got " + found);
  }

  /**
   * Of a field that holds something else than what is expected.
   *
   * @param field name of the field in a reading
   */
  static Refusal of(Reason reason, String expected, FieldPlace place, String field, String found) {
    String in = " in " + place.description() + " (" + field + "), got ";
    return new Refusal(reason.name(), expected + in + found);
  }

  static Refusal of(
      Reason reason, String expected, Settings.Measurement measurement, String found) {
    String name = measurement.name();
    Refusal refusal = of(reason, expected, measurement.place(), name, found);
    return new Refusal(refusal.code() + ":" + name, refusal.detail());
  }
}
