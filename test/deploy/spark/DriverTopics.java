package pipeline.spark;

import java.nio.charset.StandardCharsets;
import org.apache.kafka.clients.admin.Admin;

/** Prints the topics that a driver with the settings of standard input finds in Kafka, sorted. */
public final class DriverTopics {
  public static void main(String[] args) throws Exception {
    String json = new String(System.in.readAllBytes(), StandardCharsets.UTF_8);
    Settings settings = Settings.parse(json);
    Connections connections = Connections.of(settings);
    try (Admin admin = Admin.create(connections.clientProperties(settings))) {
      admin.listTopics().names().get().stream().sorted().forEach(System.out::println);
    }
  }
}
