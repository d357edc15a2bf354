package pipeline.spark;

/** What becomes of a raw record: exactly one of {@code reading} and {@code refusal} is not null. */
record Outcome(RawRecord record, String id, Reading reading, Refusal refusal) {
  static Outcome reading(RawRecord record, String id, Reading reading) {
    return new Outcome(record, id, reading, null);
  }

  static Outcome deadLetter(RawRecord record, String id, Refusal refusal) {
    return new Outcome(record, id, null, refusal);
  }
}
