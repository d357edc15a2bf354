package pipeline.spark;

/**
 * A record of the raw topic.
 *
 * @param publishedMicros Kafka time in microseconds since the epoch
 * @param key null if there is none
 * @param value null if there is none
 * @param eventIdHeader value of the header {@code event-id}; null if there is none
 * @param redriveHeader value of the header {@code pipeline-redrive}; null if there is none
 * @param headers values of the headers that the settings name, in their order; null for one that is
 *     not there
 */
record RawRecord(
    String topic,
    int partition,
    long offset,
    long publishedMicros,
    byte[] key,
    byte[] value,
    byte[] eventIdHeader,
    byte[] redriveHeader,
    byte[][] headers) {

  /** Id of a record that brings none. */
  String coordinatesId() {
    return topic + "-" + partition + "-" + offset;
  }

  /** Of everything in it. */
  int bytes() {
    int bytes = OutputRecord.length(key) + OutputRecord.length(value);
    bytes += OutputRecord.length(eventIdHeader) + OutputRecord.length(redriveHeader);
    for (byte[] header : headers) bytes += OutputRecord.length(header);
    return bytes;
  }

  long publishedMs() {
    return Math.floorDiv(publishedMicros, 1_000L);
  }
}
