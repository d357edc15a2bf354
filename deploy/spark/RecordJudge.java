package pipeline.spark;

import java.nio.charset.StandardCharsets;
import org.apache.spark.types.variant.Variant;
import org.apache.spark.types.variant.VariantUtil;
import pipeline.spark.FieldMapping.MappedFields;

/**
 * Decides what becomes of a raw record: a reading, or a dead letter with its reason. A pure
 * function of the record and the settings.
 *
 * <p>A raw record is read strictly, as one JSON object and nothing beside it:
 *
 * <pre>
 * the value as a whole                          outcome
 * --------------------------------------------  ---------------------------------------------------
 * null                                          Tombstone
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
 * a field                                       outcome
 * --------------------------------------------  ---------------------------------------------------
 * measurement: number                           accepted; whole numbers above 2^53 are rounded
 * measurement: null, or not there               absent; NoMeasurement if all are
 * measurement: string ("21.5"), true, object,   NotAReading
 *   array
 * measurement: 1e999                            OutOfRange, as everything beyond +-1e21
 * device: string of 1-400 bytes                 accepted
 * device: whole number of at most 64 bits       accepted as its digits
 * device: null, blank, longer, 17.5, true,      DeviceMissing
 *   object, array
 * timestamp: ISO 8601 with zone                 accepted; digits beyond microseconds are cut
 * timestamp: whole number, or string of 9-15    accepted as epoch milliseconds
 *   digits
 * timestamp: no zone, date or time only, zone   BadTimestamp
 *   name, lower case, 30 February, 24:00,
 *   second 60, fraction of a millisecond, a
 *   string of fewer digits, before the year
 *   1000 or after 9999
 * timestamp: later than Kafka time + skew       FromTheFuture
 * timestamp: outside the months of the index    OutsideMonths
 * text: string                                  accepted
 * text: number, true, object, array             accepted as its JSON text
 * event id: string of 1-400 bytes               accepted; counts only if the header is missing
 * event id: empty, longer, no string            BadEventId
 * event id: null                                as if it were not there
 * any other field                               a label: strings as they are, the rest as JSON
 *                                               text, null left out; or ExtraField, by setting
 * </pre>
 *
 * <p>A header {@code event-id} follows the rule of the field; broken, or not UTF-8, it gives
 * BadEventId. The first reason in the order of {@link #firstReason} counts.
 */
final class RecordJudge {
  private static final int MAX_DEVICE_BYTES = 400;
  private static final long MICROS_PER_MS = 1_000L;

  private final Settings settings;
  private final FieldMapping mapping;
  private final Measurements measurements;

  RecordJudge(Settings settings) {
    this.settings = settings;
    mapping = new FieldMapping(settings.fields());
    measurements = new Measurements(settings.fields().measurements());
  }

  Outcome judge(RawRecord record) {
    String body =
        record.value() == null ? null : new String(record.value(), StandardCharsets.UTF_8);
    Variant object = body == null ? null : StrictJson.object(body, record.offset());
    MappedFields fields = mapping.read(object);
    EventId eventId = EventId.of(record, fields.eventId());
    String unreadable = reasonOfValue(record, body, object);
    if (unreadable != null) return Outcome.deadLetter(record, eventId.id(), unreadable);
    String device = deviceOf(fields.deviceId());
    Long time = EventTime.of(fields.timestamp());
    Double[] values = measurements.read(fields.measured());
    String reason = firstReason(record, fields, eventId, device, time, values);
    if (reason != null) return Outcome.deadLetter(record, eventId.id(), reason);
    String text = fields.text() == null ? null : StrictJson.text(fields.text());
    boolean isLate =
        !settings.bounded()
            && record.publishedMicros() - settings.allowedLatenessMs() * MICROS_PER_MS > time;
    return Outcome.reading(
        record, eventId.id(), new Reading(device, time, values, text, fields.labels(), isLate));
  }

  private static String reasonOfValue(RawRecord record, String body, Variant object) {
    if (body == null) return Reason.Tombstone.name();
    if (!Utf8.isValid(record.value())) return Reason.NotUtf8.name();
    if (object != null) return null;
    return (StrictJson.isBlank(body) ? Reason.Empty : StrictJson.refusal(body, record.offset()))
        .name();
  }

  private String firstReason(
      RawRecord record,
      MappedFields fields,
      EventId eventId,
      String device,
      Long time,
      Double[] values) {
    if (Measurements.isMistyped(fields.measured())) return Reason.NotAReading.name();
    if (eventId.isBad()) return Reason.BadEventId.name();
    if (device == null || StrictJson.isBlank(device) || Utf8.length(device) > MAX_DEVICE_BYTES) {
      return Reason.DeviceMissing.name();
    }
    if (time == null || !EventTime.isInYears1000To9999(time)) return Reason.BadTimestamp.name();
    if (time > record.publishedMicros() + settings.maxClockSkewMs() * MICROS_PER_MS)
      return Reason.FromTheFuture.name();
    if (isOutsideMonths(time)) return Reason.OutsideMonths.name();
    if (Measurements.isEmpty(values)) return Reason.NoMeasurement.name();
    String outOfRange = measurements.outOfRange(values);
    if (outOfRange != null) return Reason.OutOfRange.name() + ":" + outOfRange;
    boolean isExtra = fields.labels() != null && settings.extraFields().equals("dead-letter");
    return isExtra ? Reason.ExtraField.name() : null;
  }

  private boolean isOutsideMonths(long micros) {
    Long startMs = settings.eventStartMs();
    Long endMs = settings.eventEndMs();
    return (startMs != null && micros < startMs * MICROS_PER_MS)
        || (endMs != null && micros >= endMs * MICROS_PER_MS);
  }

  private static String deviceOf(Variant field) {
    boolean isDevice =
        field != null
            && (field.getType() == VariantUtil.Type.STRING
                || field.getType() == VariantUtil.Type.LONG);
    return isDevice ? StrictJson.text(field) : null;
  }
}
