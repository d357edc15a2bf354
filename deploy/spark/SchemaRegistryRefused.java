package pipeline.spark;

/**
 * The registry keeps this job out. Whoever watches the driver knows it by the name of this class.
 */
final class SchemaRegistryRefused extends RuntimeException {
  private static final long serialVersionUID = 1;

  SchemaRegistryRefused(String message) {
    super(message);
  }
}
