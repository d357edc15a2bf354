"""Raw Kafka records -> readings, each with its event id and, where it cannot be used, the reason.

A raw record is read strictly, as one JSON object and nothing beside it. What comes of each oddity:

    the value as a whole                          outcome
    --------------------------------------------  ---------------------------------------------------
    null                                          Tombstone
    bytes that are not UTF-8                      NotUtf8
    no bytes, or blanks only                      Empty
    blanks around the object                      accepted
    bytes after the object, a second object       NotAReading
    null, number, string, array                   NotAReading
    broken syntax: unquoted or cut-off text,      NotAReading
      comments, trailing comma, 01, +1, raw
      control characters, BOM, UTF-16, a number
      of more than 1,000 digits, nesting deeper
      than about 1,000
    a key twice                                   DuplicateKey
    a key twice in a nested object, a lone        NotStrictJson
      surrogate, NaN, Infinity, single quotes
    key in another case                           an extra field

    a field                                       outcome
    --------------------------------------------  ---------------------------------------------------
    measurement: number                           accepted; whole numbers above 2^53 are rounded
    measurement: null, or not there               absent; NoMeasurement where all are
    measurement: string ("21.5"), true, object,   NotAReading
      array
    measurement: 1e999                            OutOfRange, as everything beyond +-1e21
    device: string of 1-400 bytes                 accepted
    device: whole number of at most 64 bits       accepted as its digits
    device: null, blank, longer, 17.5, true,      DeviceMissing
      object, array
    timestamp: ISO 8601 with zone                 accepted; digits beyond microseconds are cut
    timestamp: whole number, or string of 9-15    accepted as epoch milliseconds
      digits
    timestamp: no zone, date or time only, zone   BadTimestamp
      name, lower case, 30 February, 24:00,
      second 60, fraction of a millisecond, a
      string of fewer digits, before the year
      1000 or after 9999
    timestamp: later than Kafka time + skew       FromTheFuture
    timestamp: outside the months of the index    OutsideMonths
    text: string                                  accepted
    text: number, true, object, array             accepted as its JSON text
    event id: string of 1-400 bytes               accepted; counts only where the header is missing
    event id: empty, longer, no string            BadEventId
    event id: null                                as if it were not there
    any other field                               a label: strings as they are, the rest as JSON
                                                  text, null left out; or ExtraField, by setting

A header `event-id` obeys the rule of the field and, where it is broken or no UTF-8, gives BadEventId.
The first reason in the order of `_rules` stands.
"""

from pyspark.sql import Column, DataFrame, functions as F

from settings import Measurement, Settings

MAX_ID_BYTES = 400
#: Sums of values up to this size, rounded to DECIMALS, are exact in a 38-digit decimal.
MAX_MAGNITUDE = 1e21
DECIMALS = 6
#: A zone is required: without one Spark would read the time in the session's zone, and "12:00" as today.
ISO_WITH_ZONE = r"^\d{4}-\d\d-\d\d[T ]\d\d:\d\d(:\d\d(\.\d{1,9})?)?(Z|[+-]\d\d:?\d\d)\z"
#: What Spark reads as it stands; it wants seconds before a zone, and a colon within.
FULL_ISO = r"^\d{4}-\d\d-\d\d[T ]\d\d:\d\d:\d\d(\.\d{1,9})?(Z|[+-]\d\d:\d\d)\z"
WITHOUT_SECONDS = r"^(.{10}.\d\d:\d\d)([Z+-])"
ZONE_WITHOUT_COLON = r"([+-]\d\d)(\d\d)\z"
EPOCH_MS = r"^-?\d{1,15}\z"
#: As text; fewer digits may as well be a year.
EPOCH_MS_TEXT = r"^-?\d{9,15}\z"

DETAILS = {
    "Tombstone": "the record has no value",
    "NotUtf8": "the value is not UTF-8",
    "Empty": "the value is empty or blank",
    "NotAReading": "expected one JSON object and nothing after it, with a number for every measurement",
    "DuplicateKey": "a key stands twice in the object",
    "NotStrictJson": "only a lenient parser reads this: NaN, single quotes, a lone surrogate or a nested key twice",
    "BadEventId": f"expected an event id of 1 to {MAX_ID_BYTES} bytes of UTF-8, as a string",
    "DeviceMissing": f"expected a device id of 1 to {MAX_ID_BYTES} bytes, as a string or a whole number",
    "BadTimestamp": "expected ISO 8601 with a zone, or whole epoch milliseconds, in the years 1000 to 9999",
    "FromTheFuture": "the timestamp is later than the time of publishing by more than the allowed clock skew",
    "OutsideMonths": "the timestamp lies outside the months that the pipeline has indices for",
    "NoMeasurement": "no measurement is there",
    "OutOfRange": "the value lies outside the limits of its measurement",
    "ExtraField": "a field stands there that no mapping names, and the pipeline does not keep those",
}


def header(name: str) -> Column:
    """The bytes of the first header of that name; null where there is none."""
    return F.get(F.filter("headers", lambda h: h["key"] == name), F.lit(0))["value"]


def ours(raw: DataFrame, settings: Settings) -> DataFrame:
    """Leaves out what a bounded run must not touch: records of another run, and those beyond its end."""
    if not settings.bounded:
        return raw
    run = header("run").cast("string")
    mine = raw.where(run.isNull() | (run == settings.run))
    if settings.until_offsets is None:
        return mine
    ends = F.lit(0)
    for partition, end in settings.until_offsets.items():
        ends = F.when(F.col("partition") == int(partition), F.lit(int(end))).otherwise(ends)
    return mine.where(F.col("offset") < ends)


def parse(raw: DataFrame, settings: Settings) -> DataFrame:
    """One row per record: its coordinates, `id`, the typed reading, and `reason` (null: a good reading)."""
    body = F.col("value").cast("string")
    # Every JSON function of Spark stops at the end of the first value. Inside [ BODY , offset ] bytes after the
    # object break the syntax or the count of two.
    wrapped = F.concat(F.lit("["), body, F.lit(","), F.col("offset").cast("string"), F.lit("]"))
    read = raw.select(
        "key", "value", "topic", "partition", "offset", F.col("timestamp").alias("publishedAt"),
        header("event-id").alias("headerId"), header("redrive").alias("redrive"), body.alias("body"),
        F.try_variant_get(F.try_parse_json(wrapped), "$", "array<variant>").alias("parts"),
    )
    whole = (F.size("parts") == 2) & (_as(F.get("parts", F.lit(1)), "bigint") == F.col("offset"))
    read = read.withColumn("object", F.when(whole, _as(F.get("parts", F.lit(0)), "map<string,variant>")))
    return _judged(_typed(read, settings), settings)


def _as(value: Column, kind: str) -> Column:
    return F.try_variant_get(value, "$", kind)


def _typed(read: DataFrame, settings: Settings) -> DataFrame:
    """Typed columns. Every step is a select of its own: Spark evaluates what it can inline once per mention."""
    fields = settings.fields
    number = {column: i for i, column in enumerate(fields.columns)}
    record = ["key", "value", "topic", "partition", "offset", "publishedAt", "headerId", "redrive", "body", "object"]
    values = read.select(*record, *[F.try_element_at("object", F.lit(c)).alias(f"v{i}") for c, i in number.items()])
    # BIGINT, DECIMAL(p,s), DOUBLE, STRING, BOOLEAN, VOID, OBJECT<…> or ARRAY<…>; null where it is not there.
    kinds = values.select("*", *[F.schema_of_variant(f"v{i}").alias(f"k{i}") for i in number.values()])

    def text(column: str, *accepted: str) -> Column:
        value = _as(F.col(f"v{number[column]}"), "string")
        return F.when(F.col(f"k{number[column]}").isin(*accepted), value) if accepted else value

    texts = kinds.select("*", text(fields.timestamp, "STRING", "BIGINT").alias("time"))
    time_kind, id_kind = F.col(f"k{number[fields.timestamp]}"), F.col(f"k{number[fields.event_id]}")
    header_id = F.try_validate_utf8(F.col("headerId").cast("string"))
    has_header = F.col("headerId").isNotNull()
    return texts.select(
        *record,
        F.when(has_header, header_id).otherwise(text(fields.event_id, "STRING")).alias("givenId"),
        (has_header | F.coalesce(id_kind != "VOID", F.lit(False))).alias("idAsked"),
        text(fields.device_id, "STRING", "BIGINT").alias("deviceId"),
        _event_time(time_kind, F.col("time")).alias("eventTime"),
        text(fields.text).alias("text"),
        *[_measured(m, F.col(f"v{number[m.column]}")).alias(f"m_{m.name}") for m in fields.measurements],
        _any(*[_mistyped(F.col(f"k{number[m.column]}")) for m in fields.measurements]).alias("mistyped"),
        F.array_except(F.map_keys("object"), F.lit(fields.columns)).alias("extraFields"),
    )


def _mistyped(kind: Column) -> Column:
    return ~(kind.isin("BIGINT", "DOUBLE", "VOID") | kind.startswith("DECIMAL"))


def _measured(m: Measurement, variant: Column) -> Column:
    value = _as(variant, "double")
    if (m.scale, m.offset) != (1, 0):
        value = value * F.lit(float(m.scale)) + F.lit(float(m.offset))
    return F.round(value, DECIMALS)


def _event_time(kind: Column, text: Column) -> Column:
    with_seconds = F.regexp_replace(text, WITHOUT_SECONDS, "$1:00$2")
    iso = F.when(text.rlike(ISO_WITH_ZONE), F.regexp_replace(with_seconds, ZONE_WITHOUT_COLON, "$1:$2"))
    from_text = F.when(text.rlike(EPOCH_MS_TEXT), F.timestamp_millis(text.try_cast("bigint"))).otherwise(
        F.try_to_timestamp(F.when(text.rlike(FULL_ISO), text).otherwise(iso))
    )
    from_number = F.when(text.rlike(EPOCH_MS), F.timestamp_millis(text.try_cast("bigint")))
    return F.when(kind == "STRING", from_text).when(kind == "BIGINT", from_number)


def _any(*tests: Column) -> Column:
    found = F.lit(False)
    for test in tests:
        found = found | F.coalesce(test, F.lit(False))
    return found


def _judged(typed: DataFrame, settings: Settings) -> DataFrame:
    id_fits = F.coalesce(F.octet_length("givenId").between(1, MAX_ID_BYTES), F.lit(False))
    coordinates = F.concat_ws("-", "topic", "partition", "offset")
    named = typed.select(
        "*",
        F.when(id_fits, F.col("givenId")).otherwise(coordinates).alias("id"),
    )
    rules = _rules(settings, F.col("idAsked") & ~id_fits)
    reason = F.coalesce(*[F.when(F.coalesce(test, F.lit(False)), outcome) for test, outcome in rules])
    extra = F.map_filter("object", lambda name, value: F.array_contains("extraFields", name) & _present(value))
    labels = F.when(F.size("extraFields") > 0, F.transform_values(extra, lambda _, value: _as(value, "string")))
    measured = [F.col(f"m_{m.name}") for m in settings.fields.measurements]
    return named.select(
        "key", "value", "topic", "partition", "offset", "publishedAt", "redrive", "id", "deviceId", "eventTime", "text",
        *measured, labels.alias("labels"), reason.alias("reason"),
    )


def _present(variant: Column) -> Column:
    return ~F.is_variant_null(variant)


def _rules(settings: Settings, bad_id: Column) -> list[tuple[Column, Column]]:
    """What makes a record a dead letter, and what its reason is, in order."""
    body, device, time = F.col("body"), F.col("deviceId"), F.col("eventTime")
    measured = {m: F.col(f"m_{m.name}") for m in settings.fields.measurements}
    rules = [
        (F.col("value").isNull(), F.lit("Tombstone")),
        (~F.is_valid_utf8(body), F.lit("NotUtf8")),
        (F.col("object").isNull(), F.when(_blank(body), F.lit("Empty")).otherwise(_refusal(body))),
        (F.col("mistyped"), F.lit("NotAReading")),
        (bad_id, F.lit("BadEventId")),
        (
            device.isNull() | _blank(device) | (F.octet_length(device) > MAX_ID_BYTES),
            F.lit("DeviceMissing"),
        ),
        (time.isNull() | ~F.year(time).between(1000, 9999), F.lit("BadTimestamp")),
        (
            time > F.col("publishedAt") + F.expr(f"interval '{settings.max_clock_skew_ms}' milliseconds"),
            F.lit("FromTheFuture"),
        ),
        *[(outside, F.lit("OutsideMonths")) for outside in _outside(settings, time)],
        (F.coalesce(*measured.values()).isNull(), F.lit("NoMeasurement")),
    ]
    for m, value in measured.items():
        low, high = max(m.min, -MAX_MAGNITUDE), min(m.max, MAX_MAGNITUDE)
        rules.append((~value.between(low, high), F.lit(f"OutOfRange:{m.name}")))
    if settings.extra_fields == "dead-letter":
        rules.append((F.size("extraFields") > 0, F.lit("ExtraField")))
    return rules


def _outside(settings: Settings, time: Column) -> list[Column]:
    start, end = settings.event_start_ms, settings.event_end_ms
    before = [] if start is None else [time < F.timestamp_millis(F.lit(start))]
    return before + ([] if end is None else [time >= F.timestamp_millis(F.lit(end))])


def _blank(text: Column) -> Column:
    return F.length(F.btrim(text, F.lit(" \t\r\n"))) == 0


def _refusal(body: Column) -> Column:
    """Why the strict parser refused: would a lenient one have read one object and nothing after it?"""
    wrapped = F.concat(F.lit('{"r":['), body, F.lit(',{"~":'), F.col("offset").cast("string"), F.lit("}]}"))
    schema = "r array<map<string,string>>, _corrupt string"
    read = F.from_json(wrapped, schema, {"mode": "PERMISSIVE", "columnNameOfCorruptRecord": "_corrupt"})
    record, marker = F.get(read["r"], F.lit(0)), F.get(read["r"], F.lit(1))["~"]
    lenient = read["_corrupt"].isNull() & record.isNotNull() & (F.size(read["r"]) == 2)
    lenient &= marker == F.col("offset").cast("string")
    keys = F.json_object_keys(body)
    return (
        F.when(~F.coalesce(lenient, F.lit(False)), "NotAReading")
        .when(F.size(keys) != F.size(F.array_distinct(keys)), "DuplicateKey")
        .otherwise("NotStrictJson")
    )


def detail(reason: Column) -> Column:
    """A sentence for people; it holds no value of the record."""
    code = F.substring_index(reason, ":", 1)
    return F.try_element_at(F.create_map(*[F.lit(x) for pair in DETAILS.items() for x in pair]), code)
