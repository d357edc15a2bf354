package pipeline.spark;

import static org.apache.spark.sql.functions.col;
import static org.apache.spark.sql.functions.count;
import static org.apache.spark.sql.functions.window;

import java.io.IOException;
import java.net.JarURLConnection;
import java.util.Collections;
import java.util.List;
import java.util.jar.JarEntry;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.SparkSession;
import org.apache.spark.sql.streaming.Trigger;

/**
 * Loads the classes that a driver loads, so that the JVM can archive them when this ends: started
 * with {@code -XX:ArchiveClassesAtExit} and the class path of a driver.
 *
 * <p>A driver that starts from the archive needs about half the CPU to its first micro-batch. It
 * depends on nothing else of the job, so that a change of the job does not make the archive anew.
 */
public final class ClassTraining {
  private static final long TIMEOUT_MS = 30_000;

  /** Each stands for all classes of its jar: they are used once there are records of Kafka. */
  private static final List<String> MEMBERS_OF_JARS =
      List.of(
          "org.apache.spark.sql.kafka010.KafkaSourceProvider",
          "org.apache.kafka.clients.consumer.KafkaConsumer",
          "org.apache.spark.types.variant.Variant",
          "com.fasterxml.jackson.core.JsonFactory");

  private ClassTraining() {}

  /**
   * Runs a streaming query once, and loads what it does not use.
   *
   * @param arguments folder for the checkpoint of the query
   */
  public static void main(String[] arguments) throws Exception {
    SparkSession spark = SparkSession.builder().getOrCreate();
    Dataset<Row> rows =
        spark.readStream().format("rate-micro-batch").option("rowsPerBatch", 10).load();
    rows.withWatermark("timestamp", "1 minute")
        .dropDuplicatesWithinWatermark("value")
        .groupBy(col("value"), window(col("timestamp"), "1 minute"))
        .agg(count("*"))
        .writeStream()
        .format("noop")
        .outputMode("update")
        .option("checkpointLocation", arguments[0])
        .trigger(Trigger.AvailableNow())
        .start()
        .awaitTermination(TIMEOUT_MS);
    for (String name : MEMBERS_OF_JARS) loadAll(Class.forName(name));
    spark.stop();
  }

  private static void loadAll(Class<?> member) throws IOException {
    String place = member.getSimpleName() + ".class";
    JarURLConnection jar = (JarURLConnection) member.getResource(place).openConnection();
    for (JarEntry entry : Collections.list(jar.getJarFile().entries())) {
      String file = entry.getName();
      if (file.endsWith(".class") && !file.startsWith("META-INF/")) load(file, member);
    }
  }

  private static void load(String file, Class<?> member) {
    String name = file.substring(0, file.length() - ".class".length()).replace('/', '.');
    try {
      Class<?> unused = Class.forName(name, false, member.getClassLoader());
    } catch (ClassNotFoundException | LinkageError absent) {
      // Of a dependency that drivers do not have and never load.
    }
  }
}
