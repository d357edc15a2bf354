package pipeline.spark;

/**
 * The registry does not tell whether it has a schema, so nothing can be decided about the records
 * that need it. Whoever watches the driver knows it by the name of this class.
 */
final class SchemaRegistryUnavailable extends RuntimeException {
  private static final long serialVersionUID = 1;

  SchemaRegistryUnavailable(String message) {
    super(message);
  }
}
