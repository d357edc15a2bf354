package pipeline.spark;

import java.io.IOException;
import java.util.Map;
import org.apache.spark.types.variant.Variant;
import org.apache.spark.types.variant.VariantUtil;
import pipeline.spark.FieldMapping.MappedFields;
import pipeline.spark.TimestampReader.Timestamp;

/**
 * Decides what becomes of a raw record: a reading, a dead letter with its reason, or neither if no
 * measurement has a value. A pure function of the record and the settings.
 *
 * <p>A raw record is read strictly, as one JSON object and nothing beside it, or as Avro:
 *
 * <pre>
 * the value as a whole                          outcome
 * --------------------------------------------  ---------------------------------------------------
 * null                                          Tombstone
 * a byte of zero, four bytes of a schema id,    SchemaRegistryFraming
 *   anything
 * bytes that are not UTF-8                      NotUtf8
 * no bytes, or only blanks                      Empty
 * blanks around the object                      accepted
 * bytes after the object, a second object       NotAReading
 * null, number, string, array                   NotAReading
 * broken syntax: unquoted or cut-off text,      NotAReading
 *   comments, trailing comma, 01, +1, raw
 *   control characters, BOM, UTF-16, a number
 *   of more than 1,000 digits, nesting deeper
 *   than about 1,000
 * a key twice                                   DuplicateKey
 * a key twice in a nested object, a lone        NotStrictJson
 *   surrogate, NaN, Infinity, single quotes
 * key in another case                           an extra field
 *
 * the value as a whole, if the format is Avro   outcome
 * --------------------------------------------  ---------------------------------------------------
 * a schema id, and what fits its schema:        read as the JSON that it stands for:
 *   record, map                                 object
 *   array; enum; union                          list; text; the branch that it has
 *   bytes, fixed                                base64
 *   decimal; uuid                               number; text
 *   timestamp-millis, -micros, -nanos           ISO 8601 with Z, so the default format reads it
 *   local-timestamp-..., date                   ISO 8601 without a zone
 *   any other logical type                      what it is made of
 *   NaN, Infinity                               text
 * anything but a record or a map                NotAReading
 * no schema id, too few bytes or too many,      NotAvro
 *   text that is not UTF-8, nesting deeper
 *   than 200
 * an id that the registry does not know         UnknownSchema
 * the id of a Protobuf or JSON Schema           SchemaNotAvro
 * the registry does not answer                  none: the job ends, and is started again
 *
 * a field                                       outcome
 * --------------------------------------------  ---------------------------------------------------
 * measurement: number                           accepted; whole numbers above 2^53 are rounded
 * measurement: null, or not there; empty, NA,   absent; if all are, the record is no reading
 *   N/A, NaN, null, None, -, unknown or           and no dead letter either
 *   unavailable as a string, in any case; a
 *   number or a string that the settings name
 * long format: the name of no measurement       absent; or ExtraField, by setting
 * long format: no name, or no string or whole   NoMeasurement
 *   number for a name
 * measurement: string of a number ("+21.50",    accepted as that number; the settings choose
 *   ".5", "2e1"), blanks around it                the decimal sign
 * measurement: any other string ("1 000",       NotANumber, with the name of the measurement
 *   "1,000.5", "1'000", "21.5 C", a minus sign
 *   that is no hyphen), true, object, array
 * measurement: 1e999                            OutOfRange, as everything beyond +-1e21
 * device: string of 1-400 bytes                 accepted
 * device: whole number of at most 64 bits       accepted as its digits
 * device: null, blank, longer, 17.5, true,      DeviceMissing
 *   object, array
 * timestamp: ISO 8601 with zone: Z, UTC, GMT,   accepted; digits beyond microseconds are cut
 *   +02, +0200, +02:00, perhaps after a blank;
 *   T, t or a blank; a point or a comma before
 *   the fraction; seconds or none
 * timestamp: the same without a zone            a time of the zone in the settings; BadTimestamp
 *                                                 if they have none
 * timestamp: local time that occurs twice       the earlier or the later, by setting
 * timestamp: local time that clocks skip        BadTimestamp
 * timestamp: whole number, as number or string  milliseconds if of the years 2001 to 2099, else
 *                                                 AmbiguousTimestamp
 * timestamp: other number, as number or string  AmbiguousTimestamp
 * timestamp: null, not there, date or time      BadTimestamp
 *   only, zone name, 30 February, 24:00,
 *   second 60, before the year 1000 or after
 *   9999
 * timestamp in another format of the settings:  accepted; all else is BadTimestamp. A pattern
 *   s, ms, us, ns, rfc1123, a pattern             without hours is midnight
 * timestamp: the name of a zone, behind a        the time at which the zone of the settings has
 *   pattern that ends with z                      that name; BadTimestamp if it has not then
 * timestamp: later than Kafka time and the      FromTheFuture; a Kafka time outside the years
 *   start of the run, each + skew                 2001 to 2099 does not count
 * timestamp: outside the months of the index    OutsideMonths
 * text: string                                  accepted
 * text: number, true, object, array             accepted as its JSON text
 * event id: string of 1-400 bytes, or a whole   accepted; counts only if the header is missing
 *   number of at most 64 bits
 * event id: empty, longer, anything else        BadEventId
 * event id: null, not there                     that of the row in a file, or the coordinates
 * several fields joined, one of them missing    as if nothing were there
 *   or empty
 * any other field                               a label: strings as they are, the rest as JSON
 *                                               text, null left out; or ExtraField, by setting
 * a field beside one that a path leads to       the same, named by its own path with points; (2) is
 *                                                 put behind a name that another label has already
 * </pre>
 *
 * <p>A key or a header that is not UTF-8, or in the framing of a schema registry, is what no field
 * can have: DeviceMissing, BadTimestamp, NotANumber, BadEventId, or NotUtf8 for the text. A path
 * leads to nothing in a key that is not one JSON object, read as strictly as a value.
 *
 * <p>What leaves the raw topic is then protected as in the table of {@link Protection}.
 *
 * <p>A header {@code event-id} follows the rule of the field; broken, or not UTF-8, it gives
 * BadEventId. The first reason in the order of {@link #firstRefusal} counts.
 */
final class RecordJudge {
  private static final int MAX_DEVICE_BYTES = 400;
  private static final long MICROS_PER_MS = 1_000L;

  private final Settings settings;
  private final ValueReader reader;
  private final FieldMapping mapping;
  private final TimestampReader timestamps;
  private final Measurements measurements;
  private final int rowHeader;
  private final int positionHeader;

  /** Null if there is none. */
  private final Protection protection;

  RecordJudge(Settings settings, Protection protection) throws IOException {
    this.settings = settings;
    this.protection = protection;
    reader = ValueReader.of(settings);
    mapping = new FieldMapping(settings);
    timestamps = new TimestampReader(settings.fields().timestamp(), settings.fields().time());
    measurements = new Measurements(settings.fields().measurements());
    // In a topic of others, a header that is called like ours says nothing.
    rowHeader = ownHeader(OutputRecord.ROW_HEADER);
    positionHeader = ownHeader(OutputRecord.POSITION_HEADER);
  }

  private int ownHeader(String name) {
    return settings.ownRawTopic() ? settings.rawHeaders().indexOf(name) : -1;
  }

  Outcome judge(RawRecord record) {
    ValueReader.Value value = reader.read(record);
    MappedFields fields = mapping.read(record, value.object());
    FieldPlace place = settings.fields().eventId();
    EventId eventId = EventId.of(record, place, fields.eventId(), rowOf(record), protection);
    if (value.refusal() != null) return Outcome.deadLetter(record, eventId.id(), value.refusal());
    String device = deviceOf(fields.deviceId());
    Timestamp time = timestamps.read(fields.timestamp());
    Double[] values = measurements.read(fields.measured());
    Refusal refusal = firstRefusal(record, fields, eventId, device, time, values);
    if (refusal != null) return Outcome.deadLetter(record, eventId.id(), refusal);
    if (Measurements.areAbsent(values)) return Outcome.absent(record, eventId.id());
    String text = fields.text() == null ? null : StrictJson.text(fields.text());
    boolean isLate = isLate(record, time.micros());
    Reading reading =
        new Reading(device, time.micros(), values, text, true, fields.labels(), isLate);
    Reading leaving = protection == null ? reading : protection.apply(reading);
    return Outcome.reading(record, eventId.id(), leaving);
  }

  private Refusal firstRefusal(
      RawRecord record,
      MappedFields fields,
      EventId eventId,
      String device,
      Timestamp time,
      Double[] values) {
    Refusal notANumber = measurements.notANumber(fields.measured(), values);
    if (notANumber != null) return notANumber;
    if (eventId.refusal() != null) return eventId.refusal();
    if (device == null || StrictJson.isBlank(device))
      return deviceMissing(FieldKind.of(fields.deviceId()));
    if (Utf8.length(device) > MAX_DEVICE_BYTES) return deviceMissing("a longer one");
    if (time.refusal() != null) return time.refusal();
    if (fields.text() != null && fields.text().getType() == VariantUtil.Type.BINARY)
      return textNotUtf8(FieldKind.of(fields.text()));
    if (isFromTheFuture(record, time.micros())) return badTime(Reason.FromTheFuture);
    if (isOutsideMonths(time.micros())) return badTime(Reason.OutsideMonths);
    if (Measurements.areAbsent(values)) return noneNamed(fields);
    Refusal outOfRange = measurements.outOfRange(values);
    if (outOfRange != null) return outOfRange;
    return fields.labels() == null || keepsExtraFields() ? null : extraField(fields.labels());
  }

  private Refusal badTime(Reason reason) {
    String found = reason == Reason.FromTheFuture ? "a later one" : "one of another month";
    return Refusal.of(reason, reason.detail, settings.fields().timestamp(), "timestamp", found);
  }

  /** A field that is null has no label, and so no name here. */
  private static Refusal extraField(Map<String, String> labels) {
    String found =
        labels.keySet().stream().map(FieldKind::named).findFirst().orElse("one that is null");
    return Refusal.ofValue(Reason.ExtraField, found);
  }

  private Refusal deviceMissing(String found) {
    Reason reason = Reason.DeviceMissing;
    FieldPlace place = settings.fields().deviceId();
    return Refusal.of(reason, reason.detail, place, "deviceId", found);
  }

  /**
   * Of a record in long format that names no measurement. Null for another one, and if the pipeline
   * keeps fields that no mapping names: the name of something else is one of them.
   */
  private Refusal noneNamed(MappedFields fields) {
    FieldPlace place = settings.fields().measurementName();
    if (place == null || fields.isNamed()) return null;
    Variant name = fields.name();
    Reason reason = Reason.NoMeasurement;
    if (name == null || !StrictJson.isName(name) || StrictJson.isBlank(StrictJson.text(name)))
      return Refusal.of(reason, reason.detail, place, "long.name", FieldKind.of(name));
    if (keepsExtraFields()) return null;
    return Refusal.of(Reason.ExtraField, reason.detail, place, "long.name", "another name");
  }

  private boolean keepsExtraFields() {
    return settings.extraFields().equals("label");
  }

  private Refusal textNotUtf8(String found) {
    Reason reason = Reason.NotUtf8;
    return Refusal.of(reason, reason.detail, settings.fields().text(), "text", found);
  }

  /** What was past when the run started is not from the future, whatever its Kafka time says. */
  private boolean isFromTheFuture(RawRecord record, long micros) {
    long newestMs = Math.max(publishedMs(record), settings.startedMs());
    return micros > (newestMs + settings.maxClockSkewMs()) * MICROS_PER_MS;
  }

  private boolean isLate(RawRecord record, long micros) {
    long oldestMs = publishedMs(record) - settings.allowedLatenessMs();
    return !settings.bounded() && micros < oldestMs * MICROS_PER_MS;
  }

  /** Kafka time, or the start of the run if that is not plausible. */
  private long publishedMs(RawRecord record) {
    long publishedMs = record.publishedMs();
    return EventTime.isPlausibleMs(publishedMs) ? publishedMs : settings.startedMs();
  }

  private boolean isOutsideMonths(long micros) {
    Long startMs = settings.eventStartMs();
    Long endMs = settings.eventEndMs();
    return (startMs != null && micros < startMs * MICROS_PER_MS)
        || (endMs != null && micros >= endMs * MICROS_PER_MS);
  }

  /** Id of the row of a file; null for records of other sources. */
  byte[] rowOf(RawRecord record) {
    return rowHeader < 0 ? null : record.headers()[rowHeader];
  }

  /** Where the row stands in the file, for people; null for records of other sources. */
  byte[] positionOf(RawRecord record) {
    return positionHeader < 0 ? null : record.headers()[positionHeader];
  }

  private static String deviceOf(Variant field) {
    return field != null && StrictJson.isName(field) ? StrictJson.text(field) : null;
  }
}
