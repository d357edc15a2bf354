package pipeline.spark;

import java.util.Map;

/**
 * A valid reading.
 *
 * @param eventMicros microseconds since the epoch
 * @param values in the order of the settings' measurements; null for one that is not there
 * @param text null if there is none
 * @param hasWords whether the words of the text are kept beside it
 * @param labels null if the record has no other fields
 * @param isLate whether it came too late for its window; only in runs without end
 */
record Reading(
    String deviceId,
    long eventMicros,
    Double[] values,
    String text,
    boolean hasWords,
    Map<String, String> labels,
    boolean isLate) {}
