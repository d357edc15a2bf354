"""Loads what a driver loads, by one small run of the job's own query: what a class archive is recorded from.

    python record_classes.py ARCHIVE

Reading classes from an archive instead of from jars makes a driver start a third quicker.
"""

import os
import sys
import tempfile

from pyspark.sql import DataFrame, SparkSession, functions as F

from outputs import outcomes, records, windows
from parse import ours, parse
from settings import Fields, Measurement, Settings, Topics

READING = '{"deviceId":"a","timestamp":"2026-01-01T00:00:00Z","temperature":20,"humidity":50,"text":"all is well","x":1}'


def main(archive: str) -> None:
    with tempfile.TemporaryDirectory() as folder:
        spark = (
            SparkSession.builder.master("local[1]")
            .config("spark.driver.extraJavaOptions", f"-XX:+UseSerialGC -XX:ArchiveClassesAtExit={archive} -Xlog:cds=off")
            .config("spark.driver.bindAddress", "127.0.0.1").config("spark.driver.host", "127.0.0.1")
            .config("spark.ui.enabled", "false").config("spark.log.level", "ERROR")
            .config("spark.local.dir", folder).config("spark.sql.shuffle.partitions", "1")
            .config("spark.sql.caseSensitive", "true")
            .getOrCreate()
        )
        os.mkdir(f"{folder}/raw")
        with open(f"{folder}/raw/readings", "w", encoding="utf-8") as file:
            file.write(f"{READING}\n{{\n")
        settings = example(f"{folder}/checkpoint")
        parsed = outcomes(parse(ours(raw(spark, f"{folder}/raw"), settings), settings), settings)
        output = records(parsed).unionByName(windows(parsed, settings)).writeStream.format("noop")
        output = output.option("checkpointLocation", settings.checkpoint).outputMode("update")
        output.trigger(availableNow=True).start().awaitTermination()
        spark.stop()


def raw(spark: SparkSession, folder: str) -> DataFrame:
    """The lines of a folder's files as if they came from Kafka."""
    header = F.struct(F.lit("event-id").alias("key"), F.lit(b"e").alias("value"))
    return spark.readStream.text(folder).select(
        F.lit(b"a").alias("key"), F.col("value").cast("binary").alias("value"), F.lit("raw").alias("topic"),
        F.lit(0).alias("partition"), F.lit(0).cast("long").alias("offset"),
        F.timestamp_seconds(F.lit(1_800_000_000)).alias("timestamp"), F.array(header).alias("headers"),
    )


def example(checkpoint: str) -> Settings:
    measurements = (
        Measurement("temperature", "°C", "temperature", 1, 0, -90, 60), Measurement("humidity", "%", "humidity", 1, 0, 0, 100),
    )
    return Settings(
        bootstrap="", topics=Topics("raw", "enriched", "windows", "dead-letter"), run="run", generation="run",
        checkpoint=checkpoint, starting_offsets="earliest", until_offsets=None, trigger="available-now", trigger_interval_ms=0,
        fields=Fields("deviceId", "timestamp", "text", "eventId", measurements),
        window_ms=60_000, max_clock_skew_ms=300_000, extra_fields="label", event_start_ms=None, event_end_ms=None, bounded=True, allowed_lateness_ms=0,
        deduplication_ms=0, shuffle_partitions=1, max_offsets_per_trigger=1, claim_file="", lease_file="", lease_ms=0,
        progress_file="", result_file="",
    )


if __name__ == "__main__":
    main(sys.argv[1])
