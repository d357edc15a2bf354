"""Raw readings -> enriched readings, device windows and dead letters: Kafka to Kafka, one query, one checkpoint.

    spark-submit readings_job.py --settings FILE

Exit status 0: everything up to the end of an available-now run is committed, or another driver has this start.
"""

import argparse
import json
import re
import sys

from pyspark.errors import PySparkException
from pyspark.sql import DataFrame, SparkSession
from pyspark.sql.streaming import StreamingQuery

from driver import hold_lease, replace_file, take_lock
from outputs import outcomes, records, windows
from parse import parse, records_of_run
from progress import Progress
from settings import Settings, read_settings

#: Four times the limit of a raw record: JSON escaping and base64 enlarge records.
MAX_MESSAGE_BYTES = 4 * 1_048_588
SEND_BUFFER_BYTES = 64 << 20
POLL_S = 0.25


def main() -> int:
    arguments = argparse.ArgumentParser(description=__doc__)
    arguments.add_argument("--settings", required=True, metavar="FILE")
    settings = read_settings(arguments.parse_args().settings)
    if not take_lock(settings.lock_file):
        print("another driver has this start")
        return 0
    hold_lease(settings.lease_file, settings.lease_ms, settings.result_file)
    try:
        run(settings)
    except Exception as error:
        replace_file(settings.result_file, {"ok": False, "error": describe(error)})
        raise
    replace_file(settings.result_file, {"ok": True})
    return 0


def run(settings: Settings) -> None:
    spark = session(settings)
    raw = source(spark, settings)
    parsed = outcomes(parse(records_of_run(raw, settings), settings), settings)
    query = start(records(parsed).unionByName(windows(parsed, settings)), settings)
    progress = Progress(settings.progress_file)
    try:
        while not query.awaitTermination(POLL_S):
            progress.take(query)
    finally:
        progress.take(query)
    spark.stop()


def session(settings: Settings) -> SparkSession:
    options = {
        "spark.sql.session.timeZone": "UTC",
        # Names of measurements may differ only by case.
        "spark.sql.caseSensitive": "true",
        # Lower-casing with ICU takes several times as long as Java's own.
        "spark.sql.icu.caseMappings.enabled": "false",
        # Records and windows share these columns; with pruning each would get its own shuffle and its own parsing.
        "spark.sql.optimizer.nestedSchemaPruning.enabled": "false",
        "spark.sql.optimizer.expression.nestedPruning.enabled": "false",
        # No line breaks in the originals of dead letters.
        "spark.sql.chunkBase64String.enabled": "false",
        "spark.sql.shuffle.partitions": str(settings.shuffle_partitions),
        "spark.sql.streaming.numRecentProgressUpdates": "20",
    }
    builder = SparkSession.builder.appName(f"{settings.topics.raw} {settings.generation}")
    for name, value in options.items():
        builder = builder.config(name, value)
    spark = builder.getOrCreate()
    spark.sparkContext.setLogLevel("WARN")
    return spark


def source(spark: SparkSession, settings: Settings) -> DataFrame:
    starting = settings.starting_offsets
    if isinstance(starting, dict):
        starting = json.dumps({settings.topics.raw: {p: int(offset) for p, offset in starting.items()}})
    return (
        spark.readStream.format("kafka")
        .option("kafka.bootstrap.servers", settings.bootstrap)
        .option("kafka.isolation.level", "read_committed")
        .option("kafka.max.partition.fetch.bytes", MAX_MESSAGE_BYTES)
        .option("subscribe", settings.topics.raw)
        .option("startingOffsets", starting)
        .option("maxOffsetsPerTrigger", settings.max_records_per_batch)
        .option("failOnDataLoss", "true")
        .option("includeHeaders", "true")
        .load()
    )


def start(output: DataFrame, settings: Settings) -> StreamingQuery:
    sink = (
        output.writeStream.format("kafka")
        .option("kafka.bootstrap.servers", settings.bootstrap)
        .option("kafka.compression.type", "gzip")
        .option("kafka.max.request.size", MAX_MESSAGE_BYTES)
        .option("kafka.buffer.memory", SEND_BUFFER_BYTES)
        .option("checkpointLocation", settings.checkpoint)
        .outputMode("update")
    )
    if settings.trigger == "available-now":
        return sink.trigger(availableNow=True).start()
    return sink.trigger(processingTime=f"{settings.trigger_interval_ms} milliseconds").start()


def describe(error: Exception) -> str:
    """Type and first line of an error, without quoted text, which may be a value of a record."""
    kind = error.getCondition() if isinstance(error, PySparkException) else None
    lines = str(error).strip().splitlines() or [""]
    return re.sub(r"'[^']*'|\"[^\"]*\"|\{.*", "…", f"{kind or type(error).__name__}: {lines[0]}")[:500]


if __name__ == "__main__":
    sys.exit(main())
