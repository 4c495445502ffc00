"""Seconds of each stage, and word of them to whoever watches."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

Progress = Callable[[str, float], None]  # stage, fraction of it done


@dataclass
class Stopwatch:
    """Seconds a stage, and word of it to whoever watches."""

    progress: Progress | None = None
    seconds: dict[str, float] = field(default_factory=dict)

    @contextmanager
    def stage(self, name: str) -> Iterator[Callable[[float], None]]:
        """Time the block as stage ``name``; yields a function that takes the fraction done."""
        started = time.perf_counter()
        report = self.progress or (lambda _name, _fraction: None)
        report(name, 0.0)
        yield lambda fraction: report(name, fraction)
        self.seconds[name] = self.seconds.get(name, 0.0) + time.perf_counter() - started
        report(name, 1.0)
