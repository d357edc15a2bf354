package pipeline.spark;

/** Says what bytes have that does not fit their schema, without any of their values. */
final class UnreadableAvro extends Exception {
  private static final long serialVersionUID = 1;

  UnreadableAvro(String found) {
    super(found);
  }
}
