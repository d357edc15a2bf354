"""Readings -> output records: enriched readings, device windows and dead letters.

Every row contains its topic, so that all three share one query and one checkpoint.
An enriched value is a pure function of the raw bytes, the id and the mapping. In a live run `late` also depends on the
Kafka timestamp.
"""

from typing import Optional

from pyspark.sql import Column, DataFrame, functions as F

from anomaly import anomaly, square_sum
from parse import DECIMALS, detail
from settings import Measurement, Settings
from words import words

HEADERS = "array<struct<key:string,value:binary>>"
MAX_ORIGINAL_BYTES = 256 * 1024
ISO_UTC = "yyyy-MM-dd'T'HH:mm:ss.SSSSSS'Z'"
#: Magnus formula over water (Sonntag 1990); °C.
MAGNUS_B, MAGNUS_C = 17.62, 243.12
#: How far the Kafka timestamps of the partitions of a live run may diverge before the watermark drops readings.
PARTITION_DRIFT_MS = 600_000


def outcomes(parsed: DataFrame, settings: Settings) -> DataFrame:
    """`id` and `outcome` of each raw record: the output record, and the reading for windows or null.

    Shuffled as the distinct readings of windows must be; Spark uses the same shuffle for the records, so that each raw
    record is read and parsed once. This requires that both use the same columns: hence one column without pruning.
    The records of a device leave a micro-batch in any order.
    """
    # Not `where`: Spark would push it below the parsing and evaluate the parsing again for every mention.
    in_window = F.col("reason").isNull() & _late(settings).isNull()
    reading = F.struct("deviceId", "eventTime", *[f"m_{m.name}" for m in settings.fields.measurements])
    outcome = F.struct(_record(settings).alias("record"), F.when(in_window, reading).alias("reading"))
    return parsed.select("id", outcome.alias("outcome")).repartition(settings.shuffle_partitions, "id")


def records(outcomes: DataFrame) -> DataFrame:
    """Stateless: each raw record becomes one enriched reading or one dead letter."""
    return outcomes.select("outcome.record.*")


def windows(outcomes: DataFrame, settings: Settings) -> DataFrame:
    """Stateful: statistics of distinct readings per device and window, written again as they grow.

    In a live run, a reading that is not flagged late is in its window, unless its partition is behind the others by
    more than PARTITION_DRIFT_MS of Kafka time. Then Spark drops it and counts it as dropped.
    """
    measurements = settings.fields.measurements
    names = [m.name for m in measurements]
    reading = F.col("outcome.reading")
    readings = outcomes.select("id", F.inline(F.when(reading.isNotNull(), F.array(reading))))
    window = F.window("eventTime", f"{settings.window_ms} milliseconds").alias("w")
    statistics = [column for m in measurements for column in _statistics(m)]
    grouped = _distinct(readings, settings).groupBy("deviceId", window).agg(F.count("*").alias("n"), *statistics)
    start = F.unix_millis("w.start")
    id = F.concat_ws("|", F.lit(settings.generation), "deviceId", start, F.lit(settings.window_ms))
    value = F.struct(
        id.alias("id"), "deviceId",
        F.date_format("w.start", ISO_UTC).alias("windowStart"), F.date_format("w.end", ISO_UTC).alias("windowEnd"),
        F.col("n").alias("count"), anomaly(measurements).alias("anomaly"), *[_summary(name) for name in names],
    )
    return grouped.select(
        F.lit(settings.topics.windows).alias("topic"), F.col("deviceId").cast("binary").alias("key"),
        F.to_json(value).alias("value"),
        _headers(("event-id", id), ("pipeline-run", F.lit(settings.run)), ("pipeline-version", F.col("n"))),
    )


def _record(settings: Settings) -> Column:
    good = F.col("reason").isNull()
    source = F.concat_ws(":", "partition", "offset", F.unix_millis("publishedAt"))
    return F.struct(
        F.when(good, settings.topics.enriched).otherwise(settings.topics.dead_letter).alias("topic"),
        F.when(good, F.col("deviceId").cast("binary")).otherwise(F.col("key")).alias("key"),
        F.when(good, _enriched(settings)).otherwise(_dead_letter()).alias("value"),
        _headers(
            ("event-id", F.col("id")), ("pipeline-run", F.lit(settings.run)), ("pipeline-raw", F.when(good, source)),
            ("pipeline-redrive", F.col("redrive")),
        ),
    )


def _distinct(readings: DataFrame, settings: Settings) -> DataFrame:
    """One reading per event id. A bounded run has no watermark: with one, Spark drops events before 1970."""
    if settings.bounded:
        return readings.dropDuplicates(["id"])
    # Spark drops the state of an id when the watermark is later than its event time plus the watermark delay.
    unflagged_ms = settings.allowed_lateness_ms + settings.max_clock_skew_ms + PARTITION_DRIFT_MS
    delay_ms = max(settings.deduplication_ms, unflagged_ms)
    return readings.withWatermark("eventTime", f"{delay_ms} milliseconds").dropDuplicatesWithinWatermark(["id"])


def _late(settings: Settings) -> Column:
    """True, or null."""
    if settings.bounded:
        return F.lit(None).cast("boolean")
    allowed = F.expr(f"interval '{settings.allowed_lateness_ms}' milliseconds")
    return F.when(F.col("publishedAt") - allowed > F.col("eventTime"), F.lit(True))


def _enriched(settings: Settings) -> Column:
    measurements = settings.fields.measurements
    columns = ["id", "deviceId", F.date_format("eventTime", ISO_UTC).alias("timestamp")]
    columns += [F.col(f"m_{m.name}").alias(m.name) for m in measurements]
    dew_point = _dew_point(measurements)
    if dew_point is not None:
        columns.append(dew_point.alias("dewPoint"))
    return F.to_json(F.struct(*columns, "text", words(F.col("text")).alias("words"), "labels", _late(settings).alias("late")))


def _dew_point(measurements: tuple[Measurement, ...]) -> Optional[Column]:
    units = {m.name: m.unit for m in measurements}
    if (units.get("temperature"), units.get("humidity")) != ("°C", "%"):
        return None
    temperature, humidity = F.col("m_temperature"), F.col("m_humidity")
    usable = (temperature > -MAGNUS_C) & (humidity > 0)
    gamma = F.ln(humidity / 100) + F.try_divide(temperature * MAGNUS_B, temperature + MAGNUS_C)
    return F.when(usable, F.round(F.try_divide(gamma * MAGNUS_C, F.lit(MAGNUS_B) - gamma), 2))


def _dead_letter() -> Column:
    return F.to_json(F.struct(
        "id", F.lit("parse").alias("stage"), "reason", detail(F.col("reason")).alias("detail"), "topic", "partition",
        F.col("offset").cast("string").alias("offset"), F.unix_millis("publishedAt").alias("publishedAt"),
        F.coalesce(F.octet_length("value"), F.lit(0)).alias("originalLength"),
        F.sha2(F.coalesce("value", F.lit(b"")), 256).alias("originalSha256"),
        F.base64(F.coalesce(F.substring("value", 1, MAX_ORIGINAL_BYTES), F.lit(b""))).alias("original"),
    ))


def _statistics(m: Measurement) -> list[Column]:
    name, x = m.name, F.col(f"m_{m.name}")
    # The sum of doubles depends on the order of the batches, the sum of decimals does not.
    total = F.sum(x.try_cast(f"decimal(28,{DECIMALS})"))
    return [F.count(x).alias(f"n_{name}"), total.alias(f"sum_{name}"), square_sum(m).alias(f"squares_{name}"),
            F.min(x).alias(f"min_{name}"), F.max(x).alias(f"max_{name}")]


def _summary(name: str) -> Column:
    count = F.col(f"n_{name}")
    mean = F.round(F.try_divide(F.col(f"sum_{name}").cast("double"), count.cast("double")), DECIMALS)
    return F.when(count > 0, F.struct(
        count.alias("count"), mean.alias("mean"), F.col(f"min_{name}").alias("min"), F.col(f"max_{name}").alias("max"),
    )).alias(name)


def _headers(*pairs: tuple[str, Column]) -> Column:
    """Omits headers without a value."""
    none = F.array().cast(HEADERS)
    one = [F.array(F.struct(F.lit(k).alias("key"), v.cast("string").cast("binary").alias("value"))) for k, v in pairs]
    given = [F.when(v.isNotNull(), header.cast(HEADERS)).otherwise(none) for (_, v), header in zip(pairs, one)]
    return F.concat(*given).alias("headers")
