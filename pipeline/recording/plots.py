"""Small images for the MLflow UI, as PNG bytes. Matplotlib's object API only: no pyplot, no global state."""

from __future__ import annotations

import io
from collections.abc import Sequence
from typing import Any

import numpy as np
from matplotlib import colormaps
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.collections import LineCollection, PolyCollection
from matplotlib.figure import Figure
from matplotlib.ticker import MaxNLocator

from pipeline.contract import Assignments, CandidateRecord, Dataset, Decision, Profiles
from pipeline.stages import Candidate

OKABE_ITO = ("#0072B2", "#E69F00", "#009E73", "#CC79A7", "#56B4E9", "#D55E00", "#F0E442", "#999999")
_BLUE, _ORANGE, _GREY = OKABE_ITO[0], OKABE_ITO[5], "#767676"
_MOST_FEATURES, _LONGEST_LABEL = 12, 30  # each text costs a millisecond, and eleven images are drawn
_LEFT, _RIGHT, _LOW, _HIGH = 0.36, 0.97, 0.13, 0.9  # frame of the images of one k, as shares of the image
_STRONGEST = 3.0  # standard deviations at which the colour is fullest
_TOLD = 1.0  # standard deviations from which a cell carries its number
_MOST_BLADE_POINTS = 400  # more customers than pixels: quantiles draw the same shape


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
        axes = self._axes(
            0.13, "Silhouette: how well apart the segments are", "k (number of segments)", "mean silhouette"
        )
        ks = [record.k for record in records]
        error = [2 * (record.silhouette_se or 0.0) for record in records]
        axes.errorbar(
            ks,
            [record.silhouette for record in records],
            error,
            fmt="o-",
            color=_BLUE,
            linewidth=2,
            capsize=3,
            label="this data (2 standard errors)",
        )
        seeds = [
            (record.k, min(record.silhouette_by_seed), max(record.silhouette_by_seed))
            for record in records
            if record.silhouette_by_seed
        ]
        if seeds:
            axes.fill_between(
                *zip(*seeds, strict=True),
                color=_BLUE,
                alpha=0.15,
                linewidth=0,
                label="single starts of k-means, lowest to highest",
            )
        nulls = [(record.k, record.null_silhouette) for record in records if record.null_silhouette is not None]
        if nulls:
            axes.plot(*zip(*nulls, strict=True), "s--", color=_GREY, label="data without structure")
        self._mark(axes, decision)
        return self._png()

    def blades(self, candidate: Candidate) -> bytes:
        """Silhouette of every customer, sorted within its segment: thin or negative blades are doubtful."""
        mean = candidate.record.silhouette
        self._sheet(
            f"Silhouette by segment, k = {candidate.record.k}", f"silhouette of a customer (dashed: mean, {mean:.2f})"
        )
        measured = candidate.placed.measured()
        values = measured[Assignments.SILHOUETTE].to_numpy()
        segments = measured[Assignments.SEGMENT].to_numpy()
        ticks = np.arange(np.floor(min(0.0, values.min()) * 5), np.ceil(max(0.2, values.max()) * 5) + 1) / 5
        across = _PlotScale(ticks[0], ticks[-1], _LEFT, _RIGHT)
        gap = 0.02 * len(values)
        down = _PlotScale(0.0, len(values) + gap * len(candidate.cards), _HIGH, _LOW)
        self._lines([across(tick) for tick in ticks], color="#d8d8d8", layer=0)
        for tick in ticks:
            self._figure.text(across(tick), _LOW - 0.015, f"{tick:.1f}", ha="center", va="top", fontsize=9)
        base, shapes = 0.0, []
        for card in candidate.cards:
            mine = np.sort(values[segments == card.segment])[::-1]
            shapes.append(_blade(mine, base, across, down))
            self._figure.text(
                _LEFT - 0.015,
                down(base + len(mine) / 2),
                f"{_short(card.name)} ({card.size:,})",
                ha="right",
                va="center",
                fontsize=9,
            )
            base += len(mine) + gap
        self._areas(shapes, [OKABE_ITO[card.colour % len(OKABE_ITO)] for card in candidate.cards])
        self._lines([across(mean)], color="black", layer=2, linestyle="--")
        return self._png()

    def heat_map(self, candidate: Candidate, dataset: Dataset) -> bytes:
        """Standardised difference of each segment from all other customers, strongest columns first."""
        effects = candidate.profiles.pivot(index=Profiles.COLUMN, columns=Profiles.SEGMENT, values=Profiles.EFFECT)
        strongest = effects.abs().max(axis=1).sort_values(ascending=False, kind="stable").index[:_MOST_FEATURES]
        shown = effects.loc[strongest].fillna(0.0)
        self._sheet(
            f"How segments differ from the rest, k = {candidate.record.k}", "segment (numbers: standard deviations)"
        )
        across, down = _PlotScale(0, shown.shape[1], _LEFT, _RIGHT), _PlotScale(0, len(shown), _HIGH, _LOW)
        values = shown.to_numpy()
        cells = [_rectangle(across, down, row, column) for row, column in np.ndindex(values.shape)]
        self._areas(cells, colormaps["PuOr_r"]((values.ravel() + _STRONGEST) / (2 * _STRONGEST)))
        for row, name in enumerate(shown.index):
            self._figure.text(
                _LEFT - 0.015, down(row + 0.5), _short(dataset.column(name).label), ha="right", va="center", fontsize=9
            )
        for column, segment in enumerate(shown.columns.tolist()):
            self._figure.text(across(column + 0.5), _LOW - 0.015, str(int(segment) + 1), ha="center", va="top")
        for (row, column), value in np.ndenumerate(values):
            if abs(value) >= _TOLD:
                self._figure.text(
                    across(column + 0.5),
                    down(row + 0.5),
                    f"{value:+.1f}",
                    ha="center",
                    va="center",
                    fontsize=8,
                    color="white" if abs(value) > 0.6 * _STRONGEST else "black",
                )
        return self._png()

    def _sheet(self, title: str, x: str) -> None:
        """An empty image with its words; drawn on without axes, which cost more than all that is drawn."""
        self._figure.clear()
        self._figure.text(_LEFT, 0.93, title, fontsize=12)
        self._figure.text((_LEFT + _RIGHT) / 2, 0.02, x, ha="center")

    def _lines(self, places: Sequence[float], *, color: str, layer: int, linestyle: str = "-") -> None:
        lines = [[(x, _LOW), (x, _HIGH)] for x in places]
        self._figure.add_artist(
            LineCollection(
                lines,
                colors=color,
                linewidths=1,
                linestyles=linestyle,
                zorder=layer,
                transform=self._figure.transFigure,
            ),
            clip=False,
        )

    def _areas(self, shapes: Sequence[Any], colours: Any) -> None:
        self._figure.add_artist(
            PolyCollection(shapes, facecolors=colours, linewidths=0, transform=self._figure.transFigure), clip=False
        )

    def _axes(self, left: float, title: str, x: str, y: str) -> Any:
        # fixed margins: a layout engine would draw everything twice
        self._figure.clear()
        axes = self._figure.add_axes((left, 0.13, 0.97 - left, 0.77))
        # as texts of the figure: titles of axes make room for themselves by laying out every label once more
        self._figure.text(left, 0.92, title, fontsize=12)
        self._figure.text((left + 0.97) / 2, 0.02, x, ha="center")
        self._figure.text(0.03, 0.52, y, rotation=90, va="center", ha="center")
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


class _PlotScale:
    """Values to places on the image, which are shares of its width or height."""

    def __init__(self, low: float, high: float, start: float, end: float) -> None:
        self._low, self._start, self._step = low, start, (end - start) / (high - low)

    def __call__(self, value: Any) -> Any:
        return self._start + (value - self._low) * self._step


def _blade(values: Any, base: float, across: _PlotScale, down: _PlotScale) -> Any:
    """Outline of one blade: the values from the top down, closed along zero."""
    shown = np.quantile(values, np.linspace(1, 0, _MOST_BLADE_POINTS)) if len(values) > _MOST_BLADE_POINTS else values
    places = base + np.linspace(0, len(values), len(shown))
    x = np.concatenate([[0.0], shown, [0.0]])
    y = np.concatenate([[base], places, [base + len(values)]])
    return np.column_stack([across(x), down(y)])


def _rectangle(across: _PlotScale, down: _PlotScale, row: int, column: int) -> Any:
    left, right, top, bottom = across(column), across(column + 1), down(row), down(row + 1)
    return [(left, top), (right, top), (right, bottom), (left, bottom)]


def _short(text: str) -> str:
    """A label that fits, with no part of it taken for TeX."""
    cut = text if len(text) <= _LONGEST_LABEL else text[: _LONGEST_LABEL - 1].rstrip() + "…"
    return cut.replace("$", r"\$")
