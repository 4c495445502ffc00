"""Small images for the MLflow UI, as PNG bytes. Matplotlib's object API only: no pyplot, no global state."""

from __future__ import annotations

import io
from collections.abc import Sequence
from typing import Any

import numpy as np
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure
from matplotlib.ticker import MaxNLocator

from pipeline.contract import Assignments, Candidate, CandidateRecord, Dataset, Decision, Profiles

OKABE_ITO = ("#0072B2", "#E69F00", "#009E73", "#CC79A7", "#56B4E9", "#D55E00", "#F0E442", "#999999")
_BLUE, _ORANGE, _GREY = OKABE_ITO[0], OKABE_ITO[5], "#767676"
_MOST_FEATURES, _LONGEST_LABEL = 12, 30  # each text costs a millisecond, and eleven images are drawn
_TOLD = 0.8  # standard deviations from which a cell carries its number
_MOST_BLADE_POINTS = 2000  # more customers than pixels: quantiles draw the same shape


class Plotter:
    """Draws on one canvas again and again, since building a figure costs more than drawing one."""

    def __init__(self) -> None:
        self._figure = Figure(figsize=(7, 4.4), dpi=100)
        self._canvas = FigureCanvasAgg(self._figure)

    def elbow(self, records: Sequence[CandidateRecord], decision: Decision) -> bytes:
        """Inertia against k, with the knee and the recommended k marked."""
        axes = self._axes(0.13, "Elbow: how tight the segments are", "k (number of segments)", "inertia")
        ks = [record.k for record in records]
        inertia = [record.inertia for record in records]
        axes.plot(ks, inertia, "o-", color=_BLUE, linewidth=2)
        if decision.elbow_k in ks:
            place = ks.index(decision.elbow_k)
            axes.plot([ks[place]], [inertia[place]], "D", color=_ORANGE, markersize=11, label=f"knee: k = {ks[place]}")
        self._mark(axes, decision)
        axes.set_ylim(bottom=0)
        return self._png()

    def silhouette(self, records: Sequence[CandidateRecord], decision: Decision) -> bytes:
        """Silhouette against k with its standard error, and what structure-free data would give."""
        axes = self._axes(0.13, "Silhouette: how well apart the segments are", "k (number of segments)",
                          "mean silhouette")
        ks = [record.k for record in records]
        error = [2 * (record.silhouette_se or 0.0) for record in records]
        axes.errorbar(ks, [record.silhouette for record in records], error, fmt="o-", color=_BLUE, linewidth=2,
                      capsize=3, label="this data (2 standard errors)")
        nulls = [(record.k, record.null_silhouette) for record in records if record.null_silhouette is not None]
        if nulls:
            axes.plot(*zip(*nulls, strict=True), "s--", color=_GREY, label="data without structure")
        self._mark(axes, decision)
        return self._png()

    def blades(self, candidate: Candidate) -> bytes:
        """Silhouette of every customer, sorted within its segment: thin or negative blades are doubtful."""
        axes = self._axes(0.36, f"Silhouette by segment, k = {candidate.record.k}",
                          f"silhouette of a customer (dashed: mean, {candidate.record.silhouette:.2f})", "")
        values = candidate.assignments[Assignments.SILHOUETTE].to_numpy()
        segments = candidate.assignments[Assignments.SEGMENT].to_numpy()
        base, gap, ticks = 0.0, 0.02 * len(values), []
        for card in candidate.cards:
            mine = np.sort(values[segments == card.segment])
            places = base + np.linspace(0, len(mine), min(len(mine), _MOST_BLADE_POINTS))
            shown = np.interp(places - base, np.arange(len(mine)), mine) if len(mine) else mine
            axes.fill_betweenx(places, 0, shown, color=OKABE_ITO[card.colour % len(OKABE_ITO)], linewidth=0)
            ticks.append(base + len(mine) / 2)
            base += len(mine) + gap
        axes.axvline(candidate.record.silhouette, color="black", linestyle="--", linewidth=1)
        axes.set_yticks(ticks, [f"{_short(card.name)} ({card.size:,})" for card in candidate.cards], fontsize=9)
        axes.invert_yaxis()
        return self._png()

    def heat_map(self, candidate: Candidate, dataset: Dataset) -> bytes:
        """Standardised difference of each segment from all other customers, strongest columns first."""
        effects = candidate.profiles.pivot_table(
            index=Profiles.COLUMN, columns=Profiles.SEGMENT, values=Profiles.EFFECT)
        strongest = effects.abs().max(axis=1).sort_values(ascending=False, kind="stable").index[:_MOST_FEATURES]
        shown = effects.loc[strongest]
        axes = self._axes(0.36, f"How segments differ from the rest, k = {candidate.record.k}",
                          "segment (numbers: standard deviations from all other customers)", "")
        axes.imshow(shown.to_numpy(), cmap="PuOr_r", vmin=-3, vmax=3, aspect="auto")
        axes.set_yticks(range(len(shown)), [_short(dataset.column(name).label) for name in shown.index], fontsize=9)
        axes.set_xticks(range(shown.shape[1]), [str(int(segment) + 1) for segment in shown.columns.tolist()])
        axes.grid(visible=False)
        axes.tick_params(length=0)
        self._numbers(axes, shown.to_numpy())
        return self._png()

    def _numbers(self, axes: Any, values: Any) -> None:
        for (row, column), value in np.ndenumerate(values):
            if abs(value) >= _TOLD:
                axes.text(column, row, f"{value:+.1f}", ha="center", va="center", fontsize=8,
                          color="white" if abs(value) > 1.8 else "black")

    def _axes(self, left: float, title: str, x: str, y: str) -> Any:
        # fixed margins: a layout engine would draw everything twice
        self._figure.clear()
        axes = self._figure.add_axes((left, 0.13, 0.97 - left, 0.77))
        axes.set_title(title, fontsize=12, loc="left")
        axes.set_xlabel(x)
        axes.set_ylabel(y)
        axes.spines[["top", "right"]].set_visible(False)
        axes.grid(visible=True, color="#e5e5e5", linewidth=0.8)
        axes.set_axisbelow(True)
        return axes

    def _mark(self, axes: Any, decision: Decision) -> None:
        axes.axvline(decision.k, color="black", linestyle=":", linewidth=1.5, label=f"recommended: k = {decision.k}")
        axes.xaxis.set_major_locator(MaxNLocator(integer=True))
        axes.legend(frameon=False, fontsize=9)

    def _png(self) -> bytes:
        buffer = io.BytesIO()
        self._figure.savefig(buffer, format="png", pil_kwargs={"compress_level": 3})
        return buffer.getvalue()


def _short(text: str) -> str:
    """A label that fits, with no part of it taken for TeX."""
    cut = text if len(text) <= _LONGEST_LABEL else text[: _LONGEST_LABEL - 1].rstrip() + "…"
    return cut.replace("$", r"\$")
