package pipeline.spark;

import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeSet;
import java.util.stream.Stream;
import org.apache.spark.types.variant.Variant;
import org.apache.spark.types.variant.VariantUtil;

/** Finds the mapped fields of a raw record; one pass over the fields of its object. */
final class FieldMapping {
  private final Map<String, Integer> places = new HashMap<>();
  private final int deviceId;
  private final int timestamp;
  private final int text;
  private final int eventId;
  private final int[] measurements;

  FieldMapping(Settings.Fields fields) {
    Stream<String> plain =
        Stream.of(fields.deviceId(), fields.timestamp(), fields.text(), fields.eventId());
    Stream<String> measured = fields.measurements().stream().map(Settings.Measurement::column);
    for (String column : new TreeSet<>(Stream.concat(plain, measured).toList()))
      places.put(column, places.size());
    deviceId = places.get(fields.deviceId());
    timestamp = places.get(fields.timestamp());
    text = places.get(fields.text());
    eventId = places.get(fields.eventId());
    List<Settings.Measurement> listed = fields.measurements();
    measurements =
        listed.stream().mapToInt(measurement -> places.get(measurement.column())).toArray();
  }

  /**
   * @param object null if the record has none: then no field is there
   */
  MappedFields read(Variant object) {
    Variant[] values = new Variant[places.size()];
    Map<String, String> labels = null;
    int size = object == null ? 0 : object.objectSize();
    for (int i = 0; i < size; i++) {
      Variant.ObjectField field = object.getFieldAtIndex(i);
      Integer place = places.get(field.key);
      if (place != null) {
        values[place] = field.value;
        continue;
      }
      if (labels == null) labels = new LinkedHashMap<>();
      if (field.value.getType() != VariantUtil.Type.NULL)
        labels.put(field.key, StrictJson.text(field.value));
    }
    Variant[] measured = new Variant[measurements.length];
    for (int i = 0; i < measured.length; i++) measured[i] = values[measurements[i]];
    return new MappedFields(
        values[deviceId], values[timestamp], values[text], values[eventId], measured, labels);
  }

  /**
   * Each field is null if it is not there.
   *
   * @param labels the fields that no mapping names, as text and without those that are null; null
   *     if there are no such fields
   */
  record MappedFields(
      Variant deviceId,
      Variant timestamp,
      Variant text,
      Variant eventId,
      Variant[] measured,
      Map<String, String> labels) {}
}
