"""The settings of one start of the readings job, as its `--settings` file gives them."""

import json
from dataclasses import dataclass
from typing import Any, Optional, Union


@dataclass(frozen=True)
class Topics:
    raw: str
    enriched: str
    windows: str
    dead_letter: str


@dataclass(frozen=True)
class Measurement:
    """A measured quantity: `value * scale + offset` of its column must lie within `[min, max]`."""

    name: str
    unit: str
    column: str
    scale: float
    offset: float
    min: float
    max: float


@dataclass(frozen=True)
class Fields:
    """Columns of the raw record; several fields may name the same one."""

    device_id: str
    timestamp: str
    text: str
    event_id: str
    measurements: tuple[Measurement, ...]

    @property
    def columns(self) -> list[str]:
        plain = [self.device_id, self.timestamp, self.text, self.event_id]
        return sorted({*plain, *(m.column for m in self.measurements)})


@dataclass(frozen=True)
class Settings:
    bootstrap: str
    topics: Topics
    run: str
    generation: str
    checkpoint: str
    #: Offset per partition, or "earliest"; read only where the checkpoint is empty.
    starting_offsets: Union[str, dict[str, str]]
    #: First offset per partition that is none of this run's business; None: there is no such bound.
    until_offsets: Optional[dict[str, str]]
    #: "available-now" ends by itself, "continuous" goes on.
    trigger: str
    fields: Fields
    window_ms: int
    max_clock_skew_ms: int
    #: "label" or "dead-letter"
    extra_fields: str
    #: A reading before the first, or not before the second, is a dead letter; None: there is no such bound.
    event_start_ms: Optional[int]
    event_end_ms: Optional[int]
    bounded: bool
    allowed_lateness_ms: int
    deduplication_ms: int
    shuffle_partitions: int
    max_offsets_per_trigger: int
    claim_file: str
    lease_file: str
    lease_ms: int
    progress_file: str
    result_file: str


class SettingsError(ValueError):
    """The settings file lacks a field, or holds one that is not known."""


def read_settings(path: str) -> Settings:
    with open(path, encoding="utf-8") as file:
        given = json.load(file)
    fields = dict(_snake(given.pop("fields")))
    fields["measurements"] = tuple(_build(Measurement, m) for m in fields["measurements"])
    return _build(Settings, {**given, "topics": _build(Topics, given["topics"]), "fields": Fields(**fields)})


def _snake(given: dict[str, Any]) -> dict[str, Any]:
    return {"".join(f"_{c.lower()}" if c.isupper() else c for c in name): value for name, value in given.items()}


def _build(kind: type, given: dict[str, Any]) -> Any:
    named = _snake(given)
    expected = set(kind.__dataclass_fields__)
    if set(named) != expected:
        missing, unknown = sorted(expected - set(named)), sorted(set(named) - expected)
        raise SettingsError(f"{kind.__name__}: missing {missing}, not known {unknown}")
    return kind(**named)
