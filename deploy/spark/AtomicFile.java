package pipeline.spark;

import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.Map;

/** JSON files that another process reads while they are replaced. */
final class AtomicFile {
  private static final ObjectMapper JSON = new ObjectMapper();

  private AtomicFile() {}

  /** Replaces a file so that a reader sees the old content or the new, never a part. */
  static void write(Path file, Map<String, ?> content) throws IOException {
    Path whole = file.resolveSibling(file.getFileName() + ".tmp");
    Files.write(whole, JSON.writeValueAsBytes(content));
    try (FileChannel channel = FileChannel.open(whole, StandardOpenOption.WRITE)) {
      channel.force(true);
    }
    Files.move(whole, file, StandardCopyOption.ATOMIC_MOVE);
  }
}
