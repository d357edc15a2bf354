package pipeline.spark;

/** Why a record is a dead letter; the names are the codes that dead letters have. */
enum Reason {
  Tombstone("expected a value"),
  SchemaRegistryFraming(
      "expected one JSON object, got a value in the framing of a schema registry"),
  NotAvro("expected a value in the framing of a schema registry, in Avro"),
  UnknownSchema("expected the id of a schema that the schema registry has"),
  SchemaNotAvro("expected the id of an Avro schema"),
  NotUtf8("expected UTF-8"),
  Empty("expected one JSON object"),
  NotAReading("expected one JSON object and nothing after it"),
  DuplicateKey("expected each key once in the object"),
  NotStrictJson("expected strict JSON"),
  /** With the name of the measurement after a colon. */
  NotANumber("expected a number"),
  BadEventId("expected an event id of 1 to 400 bytes of UTF-8, as a string or a whole number"),
  DeviceMissing("expected a device id of 1 to 400 bytes, as a string or a whole number"),
  BadTimestamp("expected a time in the years 1000 to 9999"),
  AmbiguousTimestamp("expected a time, or a number whose unit is known"),
  FromTheFuture("expected a time at most maxClockSkew after publishing and the start of the run"),
  OutsideMonths("expected a time in the months that the pipeline has indices for"),
  NoMeasurement("expected the name of a measurement"),
  /** With the name of the measurement after a colon. */
  OutOfRange("expected a value"),
  TooLarge("expected a record that its topic accepts when it is read"),
  ExtraField("expected no field without a mapping, since extraFields is dead-letter");

  /** What was expected, without any value of the record. */
  final String detail;

  Reason(String detail) {
    this.detail = detail;
  }
}
