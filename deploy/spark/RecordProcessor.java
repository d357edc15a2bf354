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

  /** Null if there is none. */
  private final Protection protection;

  RecordProcessor(Settings settings) throws IOException {
    this.settings = settings;
    protection = Protection.of(settings);
    judge = new RecordJudge(settings, protection);
    readings = new ReadingJson(settings.fields().measurements());
  }

  /**
   * A raw record of at most this size becomes one that its topic accepts, whatever is escaped or
   * written twice.
   */
  private static final int SURELY_FITS_BYTES = OutputRecord.MAX_MESSAGE_BYTES / 64;

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

  /** The outcome alone. */
  Outcome judge(RawRecord raw) {
    return raw.bytes() <= SURELY_FITS_BYTES ? judge.judge(raw) : process(raw).outcome();
  }

  private OutputRecord outputOf(Outcome outcome) {
    RawRecord raw = outcome.record();
    boolean isDead = outcome.refusal() != null;
    List<Row> headers = OutputRecord.headers(outcome.id(), settings);
    if (!isDead) {
      String coordinates = raw.partition() + ":" + raw.offset() + ":" + raw.publishedMs();
      headers.add(OutputRecord.header(OutputRecord.RAW_HEADER, OutputRecord.utf8(coordinates)));
    }
    if (outcome.isAbsent())
      headers.add(OutputRecord.header(OutputRecord.ABSENT_HEADER, OutputRecord.utf8("1")));
    byte[] row = judge.rowOf(raw);
    byte[] position = judge.positionOf(raw);
    // A redrive publishes the record again, for which the proof then finds the row. That of a
    // protected one reads it from the raw topic.
    if (isDead && row != null && protection == null)
      headers.add(OutputRecord.header(OutputRecord.ROW_HEADER, row));
    if (isDead && position != null && protection == null)
      headers.add(OutputRecord.header(OutputRecord.POSITION_HEADER, position));
    if (raw.redriveHeader() != null && (protection == null || isCount(raw.redriveHeader())))
      headers.add(OutputRecord.header(OutputRecord.REDRIVE_HEADER, raw.redriveHeader()));
    Settings.Topics topics = settings.topics();
    if (isDead) {
      byte[] letter = DeadLetterJson.of(outcome, position, protection);
      return new OutputRecord(topics.deadLetter(), keyOfDeadLetter(outcome), letter, headers);
    }
    if (outcome.isAbsent()) return new OutputRecord(topics.enriched(), null, null, headers);
    byte[] device = OutputRecord.utf8(outcome.reading().deviceId());
    byte[] reading = readings.of(outcome.id(), outcome.reading());
    return new OutputRecord(topics.enriched(), device, reading, headers);
  }

  /** In a topic of others, the header may have any bytes. */
  private static boolean isCount(byte[] header) {
    return header.length == 1 && header[0] >= '1' && header[0] <= '3';
  }

  /**
   * A key that would make the dead letter itself too large is left out. For a protected one, the id
   * keeps the dead letters of one record in their order.
   */
  private byte[] keyOfDeadLetter(Outcome outcome) {
    RawRecord raw = outcome.record();
    if (protection != null) return OutputRecord.utf8(outcome.id());
    return raw.key() == null || raw.key().length > MAX_DEAD_LETTER_KEY_BYTES ? null : raw.key();
  }
}
