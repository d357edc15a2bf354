package pipeline.spark;

import java.time.ZoneId;

/**
 * A date and a time as a text or a number has them.
 *
 * @param seconds since 1970-01-01T00:00 on the clock of the zone
 * @param micros of the second, from 0 to 999,999
 * @param zone an offset or a region; null if none is written
 * @param zoneName what the zone calls its clock then, such as CEST; null if it is not written
 */
record WrittenTime(long seconds, int micros, ZoneId zone, String zoneName) {
  WrittenTime(long seconds, int micros, ZoneId zone) {
    this(seconds, micros, zone, null);
  }
}
