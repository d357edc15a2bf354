package pipeline.spark;

import java.io.IOException;
import java.util.List;
import org.apache.spark.sql.Row;

/** Judges raw records and makes the records that they become. */
final class RecordProcessor {
  private static final int MAX_DEAD_LETTER_KEY_BYTES = 64 * 1024;

  private final Settings settings;
  private final RecordJudge judge;
  private final ReadingJson readings;

  RecordProcessor(Settings settings) throws IOException {
    this.settings = settings;
    judge = new RecordJudge(settings);
    readings = new ReadingJson(settings.fields().measurements());
  }

  record Processed(Outcome outcome, OutputRecord output) {}

  Processed process(RawRecord raw) {
    Outcome outcome = judge.judge(raw);
    OutputRecord output = outputOf(outcome);
    if (output.fits()) return new Processed(outcome, output);
    String found =
        "one of %d bytes instead of at most %d"
            .formatted(output.bytes(), OutputRecord.MAX_MESSAGE_BYTES);
    Refusal refusal = Refusal.ofValue(Reason.TooLarge, found);
    Outcome tooLarge = Outcome.deadLetter(raw, outcome.id(), refusal);
    return new Processed(tooLarge, outputOf(tooLarge));
  }

  private OutputRecord outputOf(Outcome outcome) {
    RawRecord raw = outcome.record();
    boolean isDead = outcome.refusal() != null;
    List<Row> headers = OutputRecord.headers(outcome.id(), settings.run());
    if (!isDead) {
      String coordinates = raw.partition() + ":" + raw.offset() + ":" + raw.publishedMs();
      headers.add(OutputRecord.header(OutputRecord.RAW_HEADER, OutputRecord.utf8(coordinates)));
    }
    if (outcome.isAbsent())
      headers.add(OutputRecord.header(OutputRecord.ABSENT_HEADER, OutputRecord.utf8("1")));
    byte[] row = judge.rowOf(raw);
    byte[] position = judge.positionOf(raw);
    // A redrive publishes the record again, for which the proof then finds the row.
    if (isDead && row != null) headers.add(OutputRecord.header(OutputRecord.ROW_HEADER, row));
    if (isDead && position != null)
      headers.add(OutputRecord.header(OutputRecord.POSITION_HEADER, position));
    if (raw.redriveHeader() != null)
      headers.add(OutputRecord.header(OutputRecord.REDRIVE_HEADER, raw.redriveHeader()));
    Settings.Topics topics = settings.topics();
    if (isDead) {
      byte[] letter = DeadLetterJson.of(outcome, position);
      return new OutputRecord(topics.deadLetter(), keyOfDeadLetter(raw), letter, headers);
    }
    if (outcome.isAbsent()) return new OutputRecord(topics.enriched(), null, null, headers);
    byte[] device = OutputRecord.utf8(outcome.reading().deviceId());
    byte[] reading = readings.of(outcome.id(), outcome.reading());
    return new OutputRecord(topics.enriched(), device, reading, headers);
  }

  /** A key that would make the dead letter itself too large is left out. */
  private static byte[] keyOfDeadLetter(RawRecord raw) {
    return raw.key() == null || raw.key().length > MAX_DEAD_LETTER_KEY_BYTES ? null : raw.key();
  }
}
