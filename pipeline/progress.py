"""A progress bar on the terminal: stage, fraction, time left. Weights are the usual shares of the whole."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from rich.console import Console
from rich.progress import BarColumn, Progress, TextColumn, TimeRemainingColumn

STAGES = {  # stage -> (what a person reads, usual share of the time)
    "read": ("reading", 5),
    "clean": ("cleaning", 5),
    "features": ("features", 1),
    "sweep": ("clustering", 12),
    "quality": ("silhouettes", 5),
    "stability": ("stability", 30),
    "describe": ("describing", 6),
    "null": ("structure-free data", 18),
    "baskets": ("baskets", 1),
    "campaigns": ("campaigns", 2),
    "sensitivity": ("other choices", 15),
    "everybody": ("counting all", 0),  # where customers stay on a cluster
    "record": ("drawing", 4),
    "store": ("logging to MLflow", 11),
    "promote": ("promoting", 1),
}


@contextmanager
def progress_bar() -> Iterator[Callable[[str, float], None]]:
    """Show the bar while the block runs; yields ``report(stage, fraction)``."""
    names = list(STAGES)
    before = {name: sum(STAGES[earlier][1] for earlier in names[:place]) for place, name in enumerate(names)}
    columns = (
        TextColumn("{task.description:<20}"),
        BarColumn(),
        TextColumn("{task.percentage:>3.0f} %"),
        TimeRemainingColumn(),
    )
    with Progress(*columns, console=Console(stderr=True), transient=True) as bar:
        task = bar.add_task("starting", total=sum(weight for _, weight in STAGES.values()))

        def report(stage: str, fraction: float) -> None:
            words, weight = STAGES.get(stage, (stage, 0))
            bar.update(task, description=words, completed=before.get(stage, 0) + weight * fraction)

        yield report


@contextmanager
def progress_on_terminal() -> Iterator[Callable[[str, float], None] | None]:
    """The bar where stderr is a terminal, else nothing."""
    if not sys.stderr.isatty():
        yield None
        return
    with progress_bar() as report:
        yield report
