"""``open``: the store of logged sweeps: list, score with the champion, promote."""

from __future__ import annotations

import logging
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date
from os import PathLike, fspath
from pathlib import Path
from typing import TYPE_CHECKING, Literal

import pandas as pd
from pydantic import ValidationError

from korzina.given_data import Table, source_of
from pipeline.command_line import PYTHON, champion_of, reason_given, settings_fault, who
from pipeline.contract import Champion
from pipeline.errors import UsageError, without_password
from pipeline.settings import Settings

if TYPE_CHECKING:
    from pipeline.serving import ReportMaker
    from pipeline.store import Store
    from pipeline.train import Analysis

_RUNS = (
    "run_id",
    "experiment",
    "k",
    "inertia",
    "silhouette",
    "calinski_harabasz",
    "davies_bouldin",
    "stability",
    "verdict",
    "recommended",
    "champion_version",
    "sweep_run_id",
    "started",
)
_log = logging.getLogger("korzina")


def open(uri: str | PathLike[str] | None = None) -> RunStore:
    """Open a store that exists.

    Parameters
    ----------
    uri
        MLflow's address of the store, or its folder (``mlruns``); None: from the environment, as for the command line.

    Raises
    ------
    StoreError
        There is no store, or it cannot be read.

    Examples
    --------
    After ``result.log("mlruns")``:

    >>> import korzina
    >>> store = korzina.open("mlruns")
    >>> store.champion().k
    3
    >>> store.score("customers.parquet").shape
    (240, 7)

    """
    return RunStore(settings_of(uri))


class RunStore:
    """An MLflow store of sweeps, opened: ``korzina.open``."""

    def __init__(self, settings: Settings) -> None:
        from pipeline.store import Store

        self._settings = settings
        self._store: Store = Store.open(settings)

    @property
    def uri(self) -> str:
        """MLflow's tracking URI of the store."""
        return self._settings.store_uri

    def runs(self, experiment: str | None = None) -> pd.DataFrame:
        """Completed runs, one row each, the newest sweep first, then by k.

        ``started`` is in UTC; ``champion_version`` is missing for runs that are not the champion.
        """
        rows = [run.model_dump(include=set(_RUNS)) for run in self._store.runs(experiment)]
        table = pd.DataFrame(rows, columns=list(_RUNS)).astype({"champion_version": "Int64"})
        milliseconds = (table["started"] * 1000).round().astype("int64")
        return table.assign(started=pd.to_datetime(milliseconds, unit="ms", utc=True))

    def champion(self, experiment: str | None = None) -> Champion:
        """The promoted run of an experiment; None: of the only one that has a champion.

        Raises
        ------
        UsageError
            The store does not hold the experiment, it has no champion, or several have one and none is named.

        """
        return champion_of(self._store, experiment, PYTHON)

    def score(self, data: Table, experiment: str | None = None, *, as_of: date | None = None) -> pd.DataFrame:
        """Place customers into the champion's segments, as ``korzina score`` does.

        Parameters
        ----------
        data
            A DataFrame or the path of a file with the columns of the training.
        experiment
            Whose champion; None: that of the only experiment that has one.
        as_of
            The day from which recencies count; None: the data's last where the spec says "auto", else the spec's.

        Returns
        -------
        DataFrame
            One row a customer in the order of the ids: the id under its own name, ``segment`` (counted from 1),
            ``segment_name``, ``distance``, ``second_segment``, ``confidence`` (0 to 1), ``fits`` and
            ``response_probability_...`` where the champion has a model. ``.attrs["notes"]`` holds sentences on what was
            repaired, missing or unseen, and how far these customers are from those trained on.

        Raises
        ------
        InputError
            The data lack a column or cannot be read.
        UsageError
            There is no champion to score with.

        """
        from pipeline.scoring import score

        scored = score(self._store.load(self.champion(experiment).run_id), source_of(data), as_of=as_of)
        table = scored.table.copy(deep=False)
        table.attrs["notes"] = list(scored.notes)
        return table

    def promote(self, run: str, *, reason: str = "") -> Champion:
        """Make a completed run the champion of its experiment; the dashboard shows it within seconds.

        Parameters
        ----------
        run
            Its id, or the first six or more characters of it.
        reason
            Why, in a sentence that a colleague will understand; kept in the history.

        Raises
        ------
        UsageError
            The reason is left out or empty, or the run is named by something else than its id.
        StoreError
            The run is not known, not complete, or damaged.

        """
        said = reason_given(reason, PYTHON)
        if not isinstance(run, str):
            raise UsageError.because(
                "no such run",
                expected="a run's id, as in runs()",
                found=repr(run),
                remedy="promote(run_id, reason=...)",
            )
        from pipeline.accounts import by_operator  # late: it loads SQLAlchemy

        by_operator(self._settings, "promote", run=run, told="Python")
        champion = self._store.promote(run, reason=said, who=who())
        _report(self._settings, self._store, champion.run_id)
        return champion

    def __repr__(self) -> str:
        champions = ", ".join(f"{champion.experiment} (k = {champion.k})" for champion in self._store.champions())
        return f"RunStore at {without_password(self._settings.store_uri)}; champions: {champions or 'none'}"


@dataclass(frozen=True)
class LoggedSweep:
    """Where a sweep went in a store.

    Attributes
    ----------
    experiment
        Of MLflow.
    sweep_run_id
        The parent run.
    run_ids
        The run of each k.
    champion
        The experiment's champion now; None where nothing was promoted yet.
    note
        What became of the champion, in words.

    """

    experiment: str
    sweep_run_id: str
    run_ids: Mapping[int, str]
    champion: Champion | None
    note: str
    _settings: Settings

    @property
    def store(self) -> RunStore:
        """The store, opened."""
        return RunStore(self._settings)

    def __repr__(self) -> str:
        return f"LoggedSweep {self.sweep_run_id} in {self.experiment!r}, {len(self.run_ids)} runs; {self.note}"


def log_sweep(
    analysis: Analysis,
    uri: str | PathLike[str] | None,
    *,
    experiment: str | None,
    promote: Literal["auto", "never"],
    progress: Callable[[str, float], None] | None,
) -> LoggedSweep:
    """See ``SweepResult.log``."""
    from pipeline.store import Store
    from pipeline.train import log_analysis

    if promote not in ("auto", "never"):
        raise UsageError.because("promote is not known", expected="'auto' or 'never'", found=repr(promote))
    settings = settings_of(uri)
    done = log_analysis(analysis, settings, experiment=experiment, promote=promote, progress=progress)
    if done.champion and done.promoted:
        from pipeline.accounts import by_operator

        by_operator(settings, "promote", run=done.champion.run_id, told="Python")
        _report(settings, Store.open(settings), done.champion.run_id)
    name = experiment or analysis.spec.name
    return LoggedSweep(name, done.saved.sweep_run_id, done.saved.run_ids, done.champion, done.note, settings)


def settings_of(uri: str | PathLike[str] | None) -> Settings:
    """The settings of the store at ``uri``, an MLflow address or a folder; raises ``UsageError`` for wrong settings."""
    try:
        settings = Settings()
    except ValidationError as error:
        raise settings_fault(error) from None
    if uri is None:
        return settings
    if isinstance(uri, str) and "://" in uri:
        # the environment's place for artifacts goes with the environment's store
        own = {} if uri == settings.store_uri else {"artifact_root": ""}
        return settings.model_copy(update={"tracking_uri": uri, **own})
    folder = Path(fspath(uri))
    own = {} if folder.absolute() == settings.home.absolute() and not settings.tracking_uri else {"artifact_root": ""}
    return settings.model_copy(update={"home": folder, "tracking_uri": "", **own})


def _report(settings: Settings, store: Store, run_id: str) -> None:
    """Make the champion's report where it has none; what goes wrong is told and stands in nobody's way."""
    from pipeline.contract import Artifacts
    from pipeline.serving import ReportMaker

    if store.attached(run_id, Artifacts.REPORT):
        return
    maker: ReportMaker
    with ReportMaker(settings, _log.warning) as maker:
        maker.make(run_id)
