package pipeline.spark;

/** Why a record is a dead letter; the names are the codes that dead letters have. */
enum Reason {
  Tombstone("the record has no value"),
  SchemaRegistryFraming(
      "expected one JSON object, got a value in the framing of a schema registry"),
  NotAvro("expected a value in the framing of a schema registry, in Avro"),
  UnknownSchema("the schema registry does not have the schema of the value"),
  SchemaNotAvro("the schema of the value is not Avro"),
  NotUtf8("the value is not UTF-8"),
  Empty("the value is empty or blank"),
  NotAReading("expected one JSON object and nothing after it"),
  DuplicateKey("a key occurs twice in the object"),
  NotStrictJson(
      "only a lenient parser reads this: NaN, single quotes, a lone surrogate or a nested key"
          + " twice"),
  /** With the name of the measurement after a colon. */
  NotANumber("expected a number"),
  BadEventId("expected an event id of 1 to 400 bytes of UTF-8, as a string"),
  DeviceMissing("expected a device id of 1 to 400 bytes, as a string or a whole number"),
  BadTimestamp("expected a time in the years 1000 to 9999"),
  AmbiguousTimestamp("expected a time, or a number whose unit is known"),
  FromTheFuture(
      "the timestamp is later than the time of publishing by more than the allowed clock skew"),
  OutsideMonths("the timestamp is outside the months that the pipeline has indices for"),
  NoMeasurement("expected the name of a measurement"),
  /** With the name of the measurement after a colon. */
  OutOfRange("the value is outside the limits of its measurement"),
  TooLarge("the record that the reading becomes is larger than its topic accepts"),
  ExtraField("the record has a field that no mapping names, and the pipeline does not keep those");

  /** One sentence for people, without any value of the record. */
  final String detail;

  Reason(String detail) {
    this.detail = detail;
  }
}
