package pipeline.spark;

/**
 * What becomes of a raw record: a reading, or a dead letter with its refusal; neither if no
 * measurement has a value.
 *
 * @param reading null if there is none
 * @param refusal null if there is none
 */
record Outcome(RawRecord record, String id, Reading reading, Refusal refusal) {
  static Outcome reading(RawRecord record, String id, Reading reading) {
    return new Outcome(record, id, reading, null);
  }

  static Outcome deadLetter(RawRecord record, String id, Refusal refusal) {
    return new Outcome(record, id, null, refusal);
  }

  static Outcome absent(RawRecord record, String id) {
    return new Outcome(record, id, null, null);
  }

  boolean isAbsent() {
    return reading == null && refusal == null;
  }
}
