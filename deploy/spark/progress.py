"""Totals of one start, in a file that the watcher of the driver reads."""

import json
from typing import Any

from pyspark.sql.streaming import StreamingQuery

from driver import replace_file


class Progress:
    """Sums up the batches of a query; rewritten after each."""

    def __init__(self, path: str):
        self._path = path
        self._batch = -1
        self._totals = {"inputRows": 0, "durationMs": 0, "droppedByWatermark": 0}

    def take(self, query: StreamingQuery) -> None:
        """Adds the batches that ended since the last call; Spark must keep more batches than end between two calls."""
        for progress in query.recentProgress:
            batch = json.loads(progress.json)
            if batch["batchId"] > self._batch and batch["sources"][0]["endOffset"] is not None:
                self._batch = batch["batchId"]
                self._write(batch)

    def _write(self, batch: dict[str, Any]) -> None:
        operators = batch["stateOperators"]
        rows, duration_ms = batch["numInputRows"], batch["durationMs"]["triggerExecution"]
        totals = self._totals
        totals["inputRows"] += rows
        totals["durationMs"] += duration_ms
        totals["droppedByWatermark"] += sum(o["numRowsDroppedByWatermark"] for o in operators)
        replace_file(self._path, {
            **totals,
            "batch": self._batch,
            "batchRows": rows,
            "batchDurationMs": duration_ms,
            "stateRows": sum(o["numRowsTotal"] for o in operators),
            "committed": _lowest([source["endOffset"] for source in batch["sources"]]),
        })


def _lowest(ends: list[dict[str, dict[str, int]]]) -> dict[str, str]:
    """Each source of the query has its own end; the lowest is committed."""
    partitions = [offsets for end in ends for offsets in end.values()]
    return {p: str(min(offsets[p] for offsets in partitions)) for p in partitions[0]}
