package pipeline.spark;

import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Map;

/**
 * Lock and lease of a driver: it runs only if no other driver holds the lock of this start, and
 * ends when no worker renews the lease.
 */
final class Driver {
  /** Exit status of a driver whose lease ran out. */
  static final int LEASE_LOST = 75;

  private static final long POLL_MS = 500;
  private static final long EXIT_GRACE_MS = 5_000;

  private static boolean hasResult = false;

  private Driver() {}

  /** Takes the start for this driver; false if another one has it. */
  static boolean lock(Path file) throws IOException {
    byte[] owner =
        new ObjectMapper().writeValueAsBytes(Map.of("pid", ProcessHandle.current().pid()));
    try {
      Files.write(file, owner, StandardOpenOption.CREATE_NEW);
      return true;
    } catch (FileAlreadyExistsException taken) {
      return false;
    }
  }

  /**
   * Writes how the driver has ended. Only the first result of a process is kept: one that ends
   * because of its lease makes the query fail too.
   */
  static synchronized void writeResult(Settings settings, Map<String, ?> result)
      throws IOException {
    if (hasResult) return;
    AtomicFile.write(Path.of(settings.resultFile()), result);
    hasResult = true;
  }

  /** Ends the driver when nobody has touched the lease file for {@code leaseMs}. */
  static void holdLease(Settings settings) {
    Path lease = Path.of(settings.leaseFile());
    Thread thread = new Thread(() -> watch(lease, settings), "lease");
    thread.setDaemon(true);
    thread.start();
  }

  private static void watch(Path lease, Settings settings) {
    try {
      while (ageMs(lease) <= settings.leaseMs()) Thread.sleep(POLL_MS);
      String error = "LeaseLost: no worker has renewed the lease of this driver";
      writeResult(settings, Map.of("ok", false, "error", error));
    } catch (IOException | InterruptedException failed) {
      System.err.println("lease: " + failed.getMessage());
    }
    haltAfterGrace();
    System.exit(LEASE_LOST);
  }

  /** Shutdown hooks of Spark may hang when Kafka does not answer. */
  private static void haltAfterGrace() {
    Thread thread =
        new Thread(
            () -> {
              try {
                Thread.sleep(EXIT_GRACE_MS);
              } catch (InterruptedException interrupted) {
                Thread.currentThread().interrupt();
              }
              Runtime.getRuntime().halt(LEASE_LOST);
            },
            "halt");
    thread.setDaemon(true);
    thread.start();
  }

  private static long ageMs(Path file) throws IOException {
    try {
      return System.currentTimeMillis() - Files.getLastModifiedTime(file).toMillis();
    } catch (NoSuchFileException gone) {
      return Long.MAX_VALUE;
    }
  }
}
