package pipeline.spark;

import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutionException;
import org.apache.kafka.clients.admin.Admin;

/**
 * Whether the raw topic is still the one that the checkpoint was made for. A topic that is deleted
 * and created anew has another id, which its name and offsets do not show: once it is longer than
 * the checkpoint, Spark would read on somewhere in it.
 */
final class TopicIdentity implements AutoCloseable {
  /** In the folder of the checkpoint. */
  private static final String FILE = "topic.json";

  private static final String FIELD = "topicId";
  private static final long CHECK_MS = 10_000;
  private static final ObjectMapper JSON = new ObjectMapper();

  private final String topic;
  private final Admin admin;
  private final String expected;
  private volatile String found;

  /** Remembers the id of the topic if the checkpoint is new. */
  TopicIdentity(Settings settings, Connections connections)
      throws IOException, InterruptedException {
    topic = settings.topics().raw();
    admin = Admin.create(connections.clientProperties(settings));
    Path file = Path.of(settings.checkpoint(), FILE);
    found = currentId(null);
    if (found != null && !Files.exists(file)) {
      Files.createDirectories(file.getParent());
      AtomicFile.write(file, Map.of(FIELD, found));
    }
    expected = Files.exists(file) ? JSON.readTree(file.toFile()).required(FIELD).asText() : found;
    Thread thread = new Thread(this::watch, "topic-identity");
    thread.setDaemon(true);
    thread.start();
  }

  /**
   * @throws TopicRecreated if the topic is another one, as far as is known by now
   */
  void check() {
    String id = found;
    if (id == null || id.equals(expected)) return;
    throw new TopicRecreated(
        "Topic "
            + topic
            + " was deleted and recreated: its id is "
            + id
            + ", expected "
            + expected);
  }

  @Override
  public void close() {
    admin.close();
  }

  private void watch() {
    try {
      while (true) {
        Thread.sleep(CHECK_MS);
        found = currentId(found);
      }
    } catch (InterruptedException interrupted) {
      Thread.currentThread().interrupt();
    }
  }

  /**
   * @param unknown what to return while Kafka does not tell, also because the topic does not exist
   */
  private String currentId(String unknown) throws InterruptedException {
    try {
      return admin
          .describeTopics(List.of(topic))
          .topicNameValues()
          .get(topic)
          .get()
          .topicId()
          .toString();
    } catch (ExecutionException failed) {
      return unknown;
    }
  }

  /** The checkpoint is of another topic with this name. */
  static final class TopicRecreated extends IllegalStateException {
    private static final long serialVersionUID = 1;

    TopicRecreated(String message) {
      super(message);
    }
  }
}
