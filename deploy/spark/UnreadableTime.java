package pipeline.spark;

/** A timestamp is not what the settings expect; its message says what it is instead. */
final class UnreadableTime extends Exception {
  private static final long serialVersionUID = 1;

  private final Reason reason;

  UnreadableTime(Reason reason, String found) {
    // A stack trace costs more than the rest of a dead letter.
    super(found, null, false, false);
    this.reason = reason;
  }

  Reason reason() {
    return reason;
  }
}
