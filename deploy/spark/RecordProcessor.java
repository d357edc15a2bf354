package pipeline.spark;

import java.util.List;
import org.apache.spark.sql.Row;

/** Judges raw records and makes the records that they become. */
final class RecordProcessor {
  private static final int MAX_DEAD_LETTER_KEY_BYTES = 64 * 1024;

  private final Settings settings;
  private final RecordJudge judge;
  private final ReadingJson readings;

  RecordProcessor(Settings settings) {
    this.settings = settings;
    judge = new RecordJudge(settings);
    readings = new ReadingJson(settings.fields().measurements());
  }

  record Processed(Outcome outcome, OutputRecord output) {}

  Processed process(RawRecord raw) {
    Outcome outcome = judge.judge(raw);
    OutputRecord output = outputOf(outcome);
    if (output.fits()) return new Processed(outcome, output);
    Outcome tooLarge = Outcome.deadLetter(raw, outcome.id(), Refusal.of(Reason.TooLarge));
    return new Processed(tooLarge, outputOf(tooLarge));
  }

  private OutputRecord outputOf(Outcome outcome) {
    RawRecord raw = outcome.record();
    Reading reading = outcome.reading();
    List<Row> headers = OutputRecord.headers(outcome.id(), settings.run());
    if (reading != null) {
      String coordinates = raw.partition() + ":" + raw.offset() + ":" + raw.publishedMs();
      headers.add(OutputRecord.header(OutputRecord.RAW_HEADER, OutputRecord.utf8(coordinates)));
    }
    byte[] row = judge.rowOf(raw);
    // A redrive publishes the record again, for which the proof then finds the row.
    if (reading == null && row != null)
      headers.add(OutputRecord.header(OutputRecord.ROW_HEADER, row));
    if (raw.redriveHeader() != null)
      headers.add(OutputRecord.header(OutputRecord.REDRIVE_HEADER, raw.redriveHeader()));
    boolean isReading = reading != null;
    return new OutputRecord(
        isReading ? settings.topics().enriched() : settings.topics().deadLetter(),
        isReading ? OutputRecord.utf8(reading.deviceId()) : keyOfDeadLetter(raw),
        isReading ? readings.of(outcome.id(), reading) : DeadLetterJson.of(outcome),
        headers);
  }

  /** A key that would make the dead letter itself too large is left out. */
  private static byte[] keyOfDeadLetter(RawRecord raw) {
    return raw.key() == null || raw.key().length > MAX_DEAD_LETTER_KEY_BYTES ? null : raw.key();
  }
}
