"""What ``segment`` found: customers, labels, quality of every k, decision, segments, figures."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from os import PathLike
from typing import TYPE_CHECKING, Any, Literal

import pandas as pd

from korzina.figures import Figures
from pipeline.contract import Assignments, CandidateRecord, Decision, Ledger, SegmentCard
from pipeline.errors import UsageError

if TYPE_CHECKING:
    from korzina.run_store import LoggedSweep
    from korzina.spec_draft import SpecDraft
    from pipeline.spec import Spec
    from pipeline.stages import Candidate
    from pipeline.train import Analysis

__all__ = ["Figures", "SweepResult"]

_QUALITY = (
    "k",
    "inertia",
    "silhouette",
    "silhouette_se",
    "calinski_harabasz",
    "davies_bouldin",
    "stability",
    "null_silhouette",
)


@dataclass(frozen=True, repr=False, eq=False)
class SweepResult:
    """One sweep over k, in memory. In a notebook it shows its segments as cards.

    Attributes
    ----------
    draft
        The spec as it was drafted, where none was given; else None.
    k
        The number of segments that ``labels``, ``segments`` and ``figures`` tell of: the recommended one, or ``at``'s.

    """

    _analysis: Analysis
    draft: SpecDraft | None
    k: int

    @property
    def spec(self) -> Spec:
        """What the columns were taken to mean."""
        return self._analysis.spec

    @property
    def customers(self) -> pd.DataFrame:
        """The cleaned customers, one row each, in the order of their ids: (n, columns), original units.

        ``customer`` numbers the rows from 0; the id stands beside it where the spec keeps it.
        """
        return self._analysis.training.customers.copy(deep=False)

    @property
    def labels(self) -> pd.Series:
        """Segment of each customer: (n,) of int64 from 0, by falling size, in the rows of ``customers``."""
        return pd.Series(self._candidate.labels, name=Assignments.SEGMENT)

    @property
    def assignments(self) -> pd.DataFrame:
        """``labels``, second nearest segment, distance to both centres in the clustered space, silhouette: (n, 6)."""
        return self._candidate.assignments

    @property
    def profiles(self) -> pd.DataFrame:
        """One row a segment and numeric column: n, mean, median, quartiles, effect; original units."""
        return self._candidate.profiles.copy(deep=False)

    @property
    def runs(self) -> pd.DataFrame:
        """Quality of every k, one row each: inertia, silhouette (-1 to 1), stability (0 to 1), sizes, ``recommended``.

        ``inertia`` is the sum of squared distances to the centres in the clustered space; ``stability`` the prediction
        strength; ``null_silhouette`` the silhouette that data of the same covariance without structure would have.
        """
        return pd.DataFrame([self._row(candidate.record) for candidate in self._analysis.training.candidates])

    @property
    def decision(self) -> Decision:
        """Which k is recommended, why, and how far to trust it (``verdict`` strong, weak or none)."""
        return self._analysis.training.decision

    @property
    def segments(self) -> tuple[SegmentCard, ...]:
        """The segments in words and numbers, in the order of their labels."""
        return self._candidate.cards

    @property
    def ledger(self) -> Ledger:
        """What cleaning did: ``rows_in == rows_out + dropped + quarantined``, rule by rule."""
        return self._analysis.training.ledger

    @property
    def figures(self) -> Figures:
        """The dashboard's charts as ``plotly.graph_objects.Figure``."""
        return Figures(self._analysis.training, self.k)

    def at(self, k: int) -> SweepResult:
        """The same sweep, telling of k segments in place of the recommended number; ``decision`` stays.

        Raises
        ------
        UsageError
            Where the sweep did not try that k.

        """
        tried = [candidate.record.k for candidate in self._analysis.training.candidates]
        if k not in tried:
            raise UsageError.because(f"k = {k} was not tried", expected=f"one of {', '.join(map(str, tried))}")
        return replace(self, k=k)

    def log(
        self,
        tracking_uri: str | PathLike[str] | None = None,
        *,
        experiment: str | None = None,
        promote: Literal["auto", "never"] = "auto",
        progress: Callable[[str, float], None] | None = None,
    ) -> LoggedSweep:
        """Put the sweep into an MLflow store, as ``korzina train`` does: one run for each k under one for the sweep.

        Where the store has a champion of this experiment, segments that continue one of its keep name and colour.

        Parameters
        ----------
        tracking_uri
            MLflow's address of the store (``sqlite:///...``, ``postgresql+psycopg://...``, ``http://...``) or its
            folder; None: from the environment, as for the command line. A missing folder or file is made.
        experiment
            Of MLflow; None: the spec's name.
        promote
            ``"auto"``: the recommended run becomes champion unless the present one stands firmer. ``"never"``: it does
            not, whatever it is.
        progress
            Called with the name of a stage and the fraction of it that is done.

        Raises
        ------
        StoreError
            Before anything is visible in the store.
        UsageError
            For a name that MLflow cannot take.

        """
        from korzina.run_store import log_sweep

        return log_sweep(self._analysis, tracking_uri, experiment=experiment, promote=promote, progress=progress)

    @property
    def _candidate(self) -> Candidate:
        return self._analysis.training.candidate(self.k)

    def _row(self, record: CandidateRecord) -> dict[str, Any]:
        quality = {name: getattr(record, name) for name in _QUALITY}
        sizes = {"size_min": min(record.sizes), "size_max": max(record.sizes)}
        return {**quality, **sizes, "recommended": record.k == self.decision.k}

    def __repr__(self) -> str:
        from korzina.display import sweep_as_text

        return sweep_as_text(self)

    def _repr_html_(self) -> str:
        from korzina.display import sweep_as_html

        return sweep_as_html(self)
