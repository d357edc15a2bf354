package pipeline.spark;

/**
 * What becomes of a raw record: exactly one of {@code reading} and {@code reason} is not null.
 *
 * @param reason a {@link Reason}, for {@link Reason#OutOfRange} with the measurement
 */
record Outcome(RawRecord record, String id, Reading reading, String reason) {
  static Outcome reading(RawRecord record, String id, Reading reading) {
    return new Outcome(record, id, reading, null);
  }

  static Outcome deadLetter(RawRecord record, String id, String reason) {
    return new Outcome(record, id, null, reason);
  }
}
