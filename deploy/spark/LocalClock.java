package pipeline.spark;

import java.time.LocalDateTime;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.time.ZonedDateTime;
import java.time.format.DateTimeFormatter;
import java.util.List;
import java.util.Locale;

/** Finds the instants of written times; those without a zone are times of the settings' zone. */
final class LocalClock {
  private static final long MICROS_PER_SECOND = 1_000_000L;

  private static final DateTimeFormatter NAME = DateTimeFormatter.ofPattern("z", Locale.ENGLISH);

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
    if (time.zoneName() != null) return offsetCalled(time.zoneName(), clock, local, offsets);
    return offsets.get(isLater ? offsets.size() - 1 : 0);
  }

  /** The name tells which of two instants is meant, and must be the one that the zone has then. */
  private static ZoneOffset offsetCalled(
      String name, ZoneId clock, LocalDateTime local, List<ZoneOffset> offsets)
      throws UnreadableTime {
    for (ZoneOffset offset : offsets) {
      if (NAME.format(ZonedDateTime.ofLocal(local, clock, offset)).equalsIgnoreCase(name))
        return offset;
    }
    String found = "the name of a zone that " + clock + " does not have at that time";
    throw new UnreadableTime(Reason.BadTimestamp, found);
  }
}
