package pipeline.spark;

import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import org.apache.spark.types.variant.Variant;

/** Finds the mapped fields of a raw record. */
final class FieldMapping {
  private static final Variant[] NOTHING = {};

  private final PlaceReader.Factory places;
  private final PlaceReader deviceId;
  private final PlaceReader timestamp;
  private final PlaceReader text;
  private final PlaceReader eventId;
  private final PlaceReader[] measurements;

  /** Null without long format. */
  private final PlaceReader measurementName;

  private final MeasurementNames names;

  FieldMapping(Settings settings) {
    Settings.Fields fields = settings.fields();
    places = new PlaceReader.Factory(settings.rawHeaders());
    deviceId = places.ofId(fields.deviceId());
    timestamp = places.of(fields.timestamp());
    text = places.of(fields.text());
    eventId = places.ofId(fields.eventId());
    List<Settings.Measurement> listed = fields.measurements();
    measurements = listed.stream().map(each -> places.of(each.place())).toArray(PlaceReader[]::new);
    FieldPlace name = fields.measurementName();
    measurementName = name == null ? null : places.of(name);
    names = new MeasurementNames(listed);
  }

  /**
   * @param object null if the record has none: then it has no fields in its value
   */
  MappedFields read(RawRecord record, Variant object) {
    FieldTree.Found found = places.value.read(object);
    Variant[] inKey = places.hasKeyPaths ? places.key.read(keyOf(record)).values : NOTHING;
    PlaceReader.Parts parts = new PlaceReader.Parts(record, found.values, inKey);
    Variant name = measurementName == null ? null : measurementName.read(parts);
    int named = measurementName == null ? -1 : names.find(name);
    Variant[] measured = new Variant[measurements.length];
    for (int i = 0; i < measured.length; i++)
      if (measurementName == null || i == named) measured[i] = measurements[i].read(parts);
    return new MappedFields(
        deviceId.read(parts),
        timestamp.read(parts),
        text.read(parts),
        eventId.read(parts),
        measured,
        name,
        named >= 0,
        found.labels);
  }

  /** Null if the key is no JSON object. */
  private static Variant keyOf(RawRecord record) {
    byte[] key = record.key();
    if (key == null || !Utf8.isValid(key)) return null;
    return StrictJson.object(new String(key, StandardCharsets.UTF_8), record.offset());
  }

  /**
   * Each field is null if it is not there.
   *
   * @param name of the measurement in long format
   * @param isNamed whether a measurement has that name
   * @param labels the fields of the value that no place names, as {@link FieldTree} names them
   */
  record MappedFields(
      Variant deviceId,
      Variant timestamp,
      Variant text,
      Variant eventId,
      Variant[] measured,
      Variant name,
      boolean isNamed,
      Map<String, String> labels) {}
}
