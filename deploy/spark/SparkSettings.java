package pipeline.spark;

import java.io.IOException;
import org.apache.spark.SparkEnv;

/**
 * Carries the settings to wherever Spark runs the functions of the job: as a property of the
 * session.
 */
final class SparkSettings {
  static final String PROPERTY = "spark.pipeline.settings";

  private SparkSettings() {}

  static Settings read() throws IOException {
    return Settings.parse(SparkEnv.get().conf().get(PROPERTY));
  }
}
