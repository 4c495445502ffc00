"""Counters in the form of Prometheus, added up over the worker processes; every label has few values, none from data.

Workers share a folder of memory-mapped files, as the Prometheus client describes for gunicorn ("Multiprocess Mode").
What the store holds is no counter: it is asked when it is scraped.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass

from prometheus_client import CONTENT_TYPE_PLAIN_0_0_4, CollectorRegistry, Counter, Histogram, generate_latest
from prometheus_client.core import GaugeMetricFamily
from prometheus_client.metrics_core import Metric
from prometheus_client.multiprocess import MultiProcessCollector, mark_process_dead
from prometheus_client.registry import Collector

CONTENT_TYPE = CONTENT_TYPE_PLAIN_0_0_4
FOLDER = "PROMETHEUS_MULTIPROC_DIR"  # the variable in which the client looks for the folder, when it is first imported
_REGISTRY = CollectorRegistry()
_SECONDS = (0.01, 0.03, 0.1, 0.3, 1.0, 3.0, 10.0)

REQUESTS = Counter("korzina_requests", "Requests answered", ["route", "method", "status"], registry=_REGISTRY)
REQUEST_SECONDS = Histogram(
    "korzina_request_seconds", "Time from a request to its answer", ["route"], registry=_REGISTRY, buckets=_SECONDS
)
ROWS_EXPORTED = Counter("korzina_rows_exported", "Customers handed out as files", ["form"], registry=_REGISTRY)
REFUSED_UPLOADS = Counter("korzina_uploads_refused", "Uploads not scored", ["reason"], registry=_REGISTRY)


@dataclass(frozen=True)
class State:
    """What stands in the store at this moment; times in seconds since the epoch, None where there is nothing yet."""

    store_up: bool
    champions: int
    promoted: float | None  # when a champion last changed
    trained: float | None  # when the newest completed sweep started


class _OfStore(Collector):
    def __init__(self, state: State) -> None:
        self._state = state

    def collect(self) -> Iterator[Metric]:
        """One gauge each; those of unknown value are left out."""
        state = self._state
        told: Iterable[tuple[str, str, float | None]] = (
            ("korzina_store_up", "1 while the store answers", float(state.store_up)),
            ("korzina_champions", "Data sets that have a promoted run", float(state.champions)),
            ("korzina_champion_promoted_timestamp_seconds", "When a champion last changed", state.promoted),
            ("korzina_last_training_timestamp_seconds", "When the newest completed sweep started", state.trained),
        )
        for name, documentation, value in told:
            if value is not None:
                yield GaugeMetricFamily(name, documentation, value=value)


def scrape(state: Callable[[], State]) -> bytes:
    """All of it as text; counters of every worker where they share a folder, else those of this process."""
    registry = _REGISTRY
    if os.environ.get(FOLDER):
        registry = CollectorRegistry()
        MultiProcessCollector(registry)  # type: ignore[no-untyped-call]  # registers itself
    own = CollectorRegistry()
    own.register(_OfStore(state()))
    return generate_latest(registry) + generate_latest(own)


def forget(process: int) -> None:
    """What a worker that has ended held at that moment is no longer told; its counts stay in the sum."""
    if os.environ.get(FOLDER):
        mark_process_dead(process)  # type: ignore[no-untyped-call]
