"""The dashboard's charts of a sweep, as plain Plotly figures; ``SweepResult.figures``."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from pipeline.contract import CandidateRecord, Projection, SegmentCard
from pipeline.errors import UsageError
from pipeline.stages import Candidate, Training

if TYPE_CHECKING:
    import plotly.graph_objects as go

    from dashapp.charts import Scheme

_HEIGHT, _MAP_HEIGHT = 360, 480  # pixels
_MOST_POINTS = 5_000
_SEED = 0


@dataclass(frozen=True, repr=False, eq=False)
class Figures:
    """Charts of one sweep, drawn when they are asked for; ``dark=True`` for a dark page.

    Segments have the colours and symbols that they have on the dashboard. Each figure is a
    ``plotly.graph_objects.Figure``: it can be shown, changed and saved like any other.
    """

    _training: Training
    _k: int

    def inertia(self, *, dark: bool = False) -> go.Figure:
        """Inertia by number of segments, with the elbow and the recommended number."""
        from dashapp.charts import sweep_curves

        return _plain(sweep_curves.inertia(self._records, self._training.decision, self._k, _look(dark)), _HEIGHT)

    def silhouette(self, *, dark: bool = False) -> go.Figure:
        """Silhouette by number of segments, beside that of data without structure."""
        from dashapp.charts import sweep_curves

        return _plain(sweep_curves.silhouette(self._records, self._training.decision, self._k, _look(dark)), _HEIGHT)

    def stability(self, *, dark: bool = False) -> go.Figure:
        """How surely each number of segments comes back on another sample (prediction strength, 0 to 1)."""
        from dashapp.charts import sweep_curves

        return _plain(sweep_curves.stability(self._records, self._k, _look(dark)), _HEIGHT)

    def differences(self, segment: int, *, dark: bool = False) -> go.Figure:
        """What sets one segment apart, the strongest first: standardised differences from all other customers.

        Parameters
        ----------
        segment
            As in ``labels``, from 0.
        dark
            For a dark page.

        Raises
        ------
        UsageError
            Where there is no such segment.

        """
        from dashapp.charts import deviations, segment_rows

        card = self._card(segment)
        words = deviations.difference_words(card, self._training.dataset)
        figure = deviations.differences(card, self._training.dataset, _look(dark))
        return _plain(figure, segment_rows.height(words))

    def map(self, *, dark: bool = False) -> go.Figure:
        """The customers on the first two principal components of the clustered space; a sample of 5,000 at most."""
        from dashapp.charts import figure_of

        labels = self._candidate.labels
        drawn = np.arange(len(labels))
        if len(labels) > _MOST_POINTS:
            drawn = np.sort(np.random.default_rng(_SEED).choice(len(labels), _MOST_POINTS, replace=False))
        points = self._training.projection.iloc[drawn]
        traces = [_cloud(points[labels[drawn] == card.segment], card, _look(dark)) for card in self._candidate.cards]
        return _plain(figure_of(traces, _look(dark), showlegend=True, dragmode="pan"), _MAP_HEIGHT)

    @property
    def _candidate(self) -> Candidate:
        return self._training.candidate(self._k)

    @property
    def _records(self) -> list[CandidateRecord]:
        return [candidate.record for candidate in self._training.candidates]

    def _card(self, segment: int) -> SegmentCard:
        for card in self._candidate.cards:
            if card.segment == segment:
                return card
        raise UsageError.because(f"there is no segment {segment!r}", expected=f"0 to {self._k - 1}")


def _cloud(points: Any, card: SegmentCard, look: Scheme) -> dict[str, Any]:
    from dashapp.charts import escaped, mark

    style = mark(card.colour, look)
    return {
        "type": "scatter",
        "mode": "markers",
        "x": points[Projection.X].to_numpy(),
        "y": points[Projection.Y].to_numpy(),
        "name": escaped(card.name, 40),
        "hoverinfo": "name",
        "marker": {"size": 6, "color": style.colour, "symbol": style.symbol, "opacity": 0.75},
    }


def _look(dark: bool) -> Scheme:
    from dashapp.charts import scheme

    return scheme("dark" if dark else "light")


def _plain(figure: go.Figure, height: int) -> go.Figure:
    """The dashboard's figure without its ways: one that can be zoomed, of a height of its own."""
    import plotly.graph_objects as go

    plain = go.Figure(data=figure.data, layout=figure.layout)
    return plain.update_layout(height=height).update_xaxes(fixedrange=False).update_yaxes(fixedrange=False)
