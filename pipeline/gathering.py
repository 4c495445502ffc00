"""A source to cleaned customers and what stands beside them. Which engine does it is decided here, and nowhere else."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

from pipeline.contract import Message
from pipeline.errors import UsageError
from pipeline.helper_tasks import load_baskets, load_history
from pipeline.spec import EngineName, Spec
from pipeline.stages import Cleaned
from pipeline.stopwatch import Stopwatch

if TYPE_CHECKING:
    import pandas as pd

    from pipeline.describing import Baskets
    from pipeline.processors import Helper
    from pipeline.reading import Data
    from pipeline.spark import Asker, Staying


ENGINES = "local, spark"


@dataclass(frozen=True)
class ChosenEngine:
    """Which engine reads and cleans."""

    name: EngineName = "local"
    master: str | None = None  # of Spark; None: as its own configuration says
    log: Path | None = None  # where Spark's own words go; None: to stderr
    address: str | None = None  # folder where Spark may write customers who are too many for this machine

    @classmethod
    def chosen(
        cls,
        spec: Spec,
        *,
        name: str | None,
        master: str | None,
        log: Path | None = None,
        address: str | None = None,
    ) -> ChosenEngine:
        """What a caller or the environment says, else the spec; a master alone means Spark.

        Raises
        ------
        UsageError
            There is no such engine, or a master for the local one.
        """
        used = name or ("spark" if master else spec.engine.use)
        if used == "local":
            if master and name == "local":
                raise UsageError.because(
                    Message.of("--master belongs to --engine spark"), remedy=Message.of("leave out one of them")
                )
            return cls()
        if used != "spark":
            raise UsageError.because(Message.of("--engine {engine} is not known", engine=repr(used)), expected=ENGINES)
        return cls("spark", master or spec.engine.master, log, address)


LOCAL = ChosenEngine()


@dataclass(frozen=True)
class Gathered:
    """Cleaned customers, and what stands beside them as soon as somebody asks."""

    spec: Spec  # with the day from which ages count
    cleaned: Cleaned
    baskets: Callable[[], Baskets | None]
    history: Callable[[], pd.DataFrame | None]
    params: Mapping[str, str] = field(default_factory=dict)  # what a run says of the engine
    staying: Staying | None = None  # all customers, where ``cleaned`` has a sample of them


@contextmanager
def gather(
    spec: Spec,
    data: Data | None,
    engine: ChosenEngine,
    helper: Helper,
    watch: Stopwatch,
    sample: int | None = None,
) -> Iterator[Gathered]:
    """Read and clean a source on the engine, for the length of a block, in which customers may stay on a cluster.

    ``sample``: of so many customers, None of all. Raises ``InputError``, ``UsageError``, ``SparkError``.
    """
    if engine.name == "local":
        yield _here(spec, data, helper, watch, sample)
        return
    if sample is not None:
        raise UsageError.because(
            Message.of("a sample is drawn by the local engine"),
            remedy=Message.of(
                "leave out --sample: with KORZINA_SPARK_ADDRESS, customers who do not fit here stay on the cluster"
            ),
        )
    with ExitStack() as stack:
        yield _on_spark(spec, data, engine, watch, stack)


def gather_new(engine: ChosenEngine) -> Callable[[Spec, Data], tuple[Cleaned, pd.DataFrame | None]] | None:
    """How new customers are read and cleaned on the engine; None: as ``score`` itself does, on this machine."""
    if engine.name == "local":
        return None

    def gathered(spec: Spec, data: Data) -> tuple[Cleaned, pd.DataFrame | None]:
        from pipeline.spark import clean_on_spark, history_on_spark

        with _asking(spec, data, engine) as asker:
            judged = asker if spec.as_of == "auto" else asker.judged()  # which is refused: the day is to be said
            cleaned, _ = clean_on_spark(judged, minimum_rows=1)
            return cleaned, history_on_spark(judged)

    return gathered


@contextmanager
def _asking(spec: Spec, data: Data | None, engine: ChosenEngine) -> Iterator[Asker]:
    """The tables of a source on Spark, for the length of a session."""
    from pipeline.spark import Asker, cluster, open_sources

    if data is not None and not isinstance(data, str):
        raise UsageError.because(
            Message.of("tables in memory are read by the local engine"),
            remedy=Message.of("leave out --engine spark, or write them to files that Spark reads"),
        )
    with cluster(engine.master, engine.log) as opened:
        yield Asker(opened, spec, open_sources(opened, spec, data))


def _here(spec: Spec, data: Data | None, helper: Helper, watch: Stopwatch, sample: int | None) -> Gathered:
    from pipeline.cleaning import clean
    from pipeline.reading import read_source

    dated = spec if spec.as_of != "auto" else None  # from which day to count, only the data tell
    beside = _read_beside(dated, data, helper) if dated else None
    with watch.stage("read"):
        raw = read_source(spec, data, sample)
    if dated is None:
        dated = spec.at(raw.as_of)
    baskets, history = beside or _read_beside(dated, data, helper)
    with watch.stage("clean"):
        cleaned = clean(raw, spec)
    return Gathered(dated, cleaned, baskets, history, {"sample": str(sample)} if raw.left_out else {})


def _read_beside(
    spec: Spec, data: Data | None, helper: Helper
) -> tuple[Callable[[], Baskets | None], Callable[[], pd.DataFrame | None]]:
    """Baskets and history, where the spec has them, read by the helper while this process goes on."""
    bought = helper.submit(load_baskets, spec, data) if spec.baskets else None
    known = helper.submit(load_history, spec, data) if spec.history else None
    return (lambda: bought.result() if bought else None), (lambda: known.result() if known else None)


def _on_spark(spec: Spec, data: Data | None, engine: ChosenEngine, watch: Stopwatch, kept: ExitStack) -> Gathered:
    """The session ends as soon as nothing is left to ask; where customers stay with it, ``kept`` ends it."""
    from pipeline.spark import clean_on_spark

    with ExitStack() as stack:
        with watch.stage("read"):
            asker = stack.enter_context(_asking(spec, data, engine)).dated()
        opened = asker.cluster
        with watch.stage("clean") as tick:
            cleaned, work = clean_on_spark(asker, tick, address=engine.address, kept=stack)
        baskets, history = (None, None) if work.staying else _beside_on_spark(asker, watch)
        params = {
            "engine": "spark",
            "spark_master": opened.master,
            "spark_version": opened.version,
            "spark_partitions": str(work.partitions),
            "spark_passes": str(work.passes),
        }
        if work.staying:
            params["spark_address"] = work.staying.public
            kept.push(stack.pop_all())
    return Gathered(asker.spec, cleaned, lambda: baskets, lambda: history, params, work.staying)


def _beside_on_spark(asker: Asker, watch: Stopwatch) -> tuple[Baskets | None, pd.DataFrame | None]:
    from pipeline.spark import baskets_on_spark, history_on_spark

    with watch.stage("baskets"):
        baskets = baskets_on_spark(asker)
    with watch.stage("campaigns"):
        return baskets, history_on_spark(asker)
