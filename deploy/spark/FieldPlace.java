package pipeline.spark;

import com.fasterxml.jackson.annotation.JsonSubTypes;
import com.fasterxml.jackson.annotation.JsonTypeInfo;
import java.util.List;
import java.util.stream.Collectors;

/** Where a field of a reading stands in a raw record. */
@JsonTypeInfo(use = JsonTypeInfo.Id.NAME, property = "kind")
@JsonSubTypes({
  @JsonSubTypes.Type(value = FieldPlace.InValue.class, name = "value"),
  @JsonSubTypes.Type(value = FieldPlace.InKey.class, name = "key"),
  @JsonSubTypes.Type(value = FieldPlace.InHeader.class, name = "header"),
  @JsonSubTypes.Type(value = FieldPlace.Constant.class, name = "constant"),
  @JsonSubTypes.Type(value = FieldPlace.Joined.class, name = "join")
})
sealed interface FieldPlace {
  /** For the detail of a dead letter. */
  String description();

  /**
   * In the value of the record.
   *
   * @param path names of fields or positions in lists, from the outside in; one alone is a column
   */
  record InValue(List<String> path) implements FieldPlace {
    @Override
    public String description() {
      return path.size() == 1 ? "column \"" + path.get(0) + "\"" : "path " + String.join(".", path);
    }
  }

  /**
   * In the key of the record.
   *
   * @param path as in a value; empty for the whole key as text
   */
  record InKey(List<String> path) implements FieldPlace {
    @Override
    public String description() {
      String key = "the record's key";
      return path.isEmpty() ? key : "path " + String.join(".", path) + " of " + key;
    }
  }

  record InHeader(String name) implements FieldPlace {
    @Override
    public String description() {
      return "header " + name;
    }
  }

  record Constant(String text) implements FieldPlace {
    @Override
    public String description() {
      return "a constant";
    }
  }

  record Joined(List<FieldPlace> parts, String separator) implements FieldPlace {
    @Override
    public String description() {
      return parts.stream().map(FieldPlace::description).collect(Collectors.joining(" and "));
    }
  }
}
