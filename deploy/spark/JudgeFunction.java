package pipeline.spark;

import java.math.BigDecimal;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.RowFactory;
import org.apache.spark.sql.api.java.UDF9;
import org.apache.spark.sql.types.DataType;
import pipeline.spark.RecordProcessor.Processed;
import scala.collection.Seq;

/**
 * {@link RecordProcessor} as a function of Spark: value, key, both headers, topic, partition,
 * offset, Kafka time in microseconds and mapped headers of a raw record give its id, the record to
 * write if that is asked for, and the reading for windows.
 */
final class JudgeFunction
    implements UDF9<byte[], byte[], byte[], byte[], String, Integer, Long, Long, Seq<byte[]>, Row> {
  private static final long serialVersionUID = 1;

  /**
   * Of a scaled value's square: a sum of decimals does not depend on the order of the
   * micro-batches.
   */
  private static final int SQUARE_SCALE = 12;

  private static final byte[][] NO_HEADERS = {};

  /** Whether the record to write is asked for. */
  private final boolean hasOutput;

  private transient Settings settings;
  private transient RecordProcessor processor;

  JudgeFunction(boolean hasOutput) {
    this.hasOutput = hasOutput;
  }

  /**
   * Columns {@code value_i}, {@code decimal_i} and {@code square_i} belong to the i-th measurement.
   */
  static DataType type(Settings settings, boolean hasOutput) {
    List<Settings.Measurement> measurements = settings.fields().measurements();
    String columns = columns(measurements, "value", "double");
    columns += columns(measurements, "decimal", "decimal(28," + Decimals.DIGITS + ")");
    columns += columns(measurements, "square", "decimal(18," + SQUARE_SCALE + ")");
    String reading = "struct<deviceId string, eventMicros bigint" + columns + ">";
    return DataType.fromDDL(
        "struct<id string, "
            + (hasOutput ? OutputRecord.COLUMNS + ", " : "")
            + "reading "
            + reading
            + ">");
  }

  @Override
  public Row call(
      byte[] value,
      byte[] key,
      byte[] eventId,
      byte[] redrive,
      String topic,
      Integer partition,
      Long offset,
      Long publishedMicros,
      Seq<byte[]> headers)
      throws Exception {
    if (processor == null) {
      settings = Settings.ofSession();
      processor = new RecordProcessor(settings);
    }
    RawRecord raw =
        new RawRecord(
            topic,
            partition,
            offset,
            publishedMicros,
            key,
            value,
            eventId,
            redrive,
            arrayOf(headers));
    if (!hasOutput) {
      Outcome outcome = processor.judge(raw);
      return RowFactory.create(outcome.id(), inWindows(outcome));
    }
    Processed processed = processor.process(raw);
    Outcome outcome = processed.outcome();
    OutputRecord record = processed.output();
    return RowFactory.create(
        outcome.id(),
        record.topic(),
        record.key(),
        record.value(),
        record.headers(),
        inWindows(outcome));
  }

  private Row inWindows(Outcome outcome) {
    Reading reading = outcome.reading();
    return reading == null || reading.isLate() ? null : row(reading);
  }

  private static byte[][] arrayOf(Seq<byte[]> headers) {
    if (headers == null) return NO_HEADERS;
    byte[][] values = new byte[headers.size()][];
    for (int i = 0; i < values.length; i++) values[i] = headers.apply(i);
    return values;
  }

  private Row row(Reading reading) {
    Double[] values = reading.values();
    int count = values.length;
    Object[] columns = new Object[2 + 3 * count];
    columns[0] = reading.deviceId();
    columns[1] = reading.eventMicros();
    for (int i = 0; i < count; i++) {
      if (values[i] == null) continue;
      columns[2 + i] = values[i];
      columns[2 + count + i] = Decimals.of(values[i], Decimals.DIGITS, 28);
      columns[2 + 2 * count + i] = square(settings.fields().measurements().get(i), values[i]);
    }
    return RowFactory.create(columns);
  }

  private static BigDecimal square(Settings.Measurement measurement, double value) {
    double scaled = Anomaly.scaled(measurement, value);
    return Decimals.of(scaled * scaled, SQUARE_SCALE, 18);
  }

  private static String columns(List<Settings.Measurement> measurements, String name, String type) {
    return IntStream.range(0, measurements.size())
        .mapToObj(i -> ", " + name + "_" + i + " " + type)
        .collect(Collectors.joining());
  }
}
