package pipeline.spark;

import java.time.LocalDateTime;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.util.List;

/** Finds the instants of written times; those without a zone are times of the settings' zone. */
final class LocalClock {
  private static final long MICROS_PER_SECOND = 1_000_000L;

  private final ZoneId zone;
  private final boolean isLater;

  /**
   * @param zone null: a time without a zone cannot be read
   * @param isLater which instant a time means that the clock shows twice
   */
  LocalClock(ZoneId zone, boolean isLater) {
    this.zone = zone;
    this.isLater = isLater;
  }

  /** In microseconds since the epoch. */
  long micros(WrittenTime time) throws UnreadableTime {
    long seconds = time.seconds() - offsetOf(time).getTotalSeconds();
    return seconds * MICROS_PER_SECOND + time.micros();
  }

  private ZoneOffset offsetOf(WrittenTime time) throws UnreadableTime {
    if (time.zone() instanceof ZoneOffset offset) return offset;
    ZoneId clock = time.zone() == null ? zone : time.zone();
    if (clock == null) {
      String found = "a time without a zone: set source.fields.timestamp.zone";
      throw new UnreadableTime(Reason.BadTimestamp, found);
    }
    LocalDateTime local = LocalDateTime.ofEpochSecond(time.seconds(), 0, ZoneOffset.UTC);
    List<ZoneOffset> offsets = clock.getRules().getValidOffsets(local);
    if (offsets.isEmpty()) {
      String found = "a local time that does not exist in " + clock + ", where clocks skip it";
      throw new UnreadableTime(Reason.BadTimestamp, found);
    }
    return offsets.get(isLater ? offsets.size() - 1 : 0);
  }
}
