"""RFM cells of the selected customers in numbers: by recency and frequency, and by cell and segment. No Dash here."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from dashapp.data import Run
from dashapp.i18n import N_, _
from dashapp.selecting import FREQUENCY, MONETARY, RECENCY, RFM, Array, Dimension, Filtered, Values
from dashapp.telling import amount, customers, number, percent
from pipeline.contract import Column, RfmFactor, RfmScale, Segmentation, rfm_cell

SCORES = range(1, 6)
WHAT = N_(
    "Scores from 1 to 5, 5 the best, by fifths of the customers or as the spec says. The cells are "
    "usual in marketing; they stand beside the segments, which are not made of them."
)


@dataclass(frozen=True)
class Cells:
    """What stands in the cells under every filter but their own; [score of recency - 1, score of frequency - 1]."""

    cells: Dimension  # by the names of the cells, the best first
    counts: Array  # (5, 5)
    money: Array | None  # (5, 5); None where the run has no such number
    segments: Array  # (segments, cells)
    chosen: frozenset[str]  # cells that are selected; none: all
    column: Column | None  # of the money

    @property
    def total(self) -> int:
        """Customers with a cell."""
        return int(self.counts.sum())

    def of(self, cell: str, grid: Array) -> float:
        """The sum of a grid over one cell."""
        return float(sum(grid[r - 1, f - 1] for r in SCORES for f in SCORES if rfm_cell(r, f) == cell))

    @property
    def held(self) -> list[str]:
        """Cells that hold anybody, the best first."""
        return [cell for cell in self.cells.tokens if self.of(cell, self.counts)]


def cells_of(run: Run, filtered: Filtered) -> Cells | None:
    """The cells of the selected customers; None of a run without RFM scores."""
    scale, dimensions = run.segmentation.rfm, filtered.dimensions
    if scale is None or RFM not in dimensions:
        return None
    named = [
        dimension.name
        for dimension in dimensions.values()
        if dimension.column == scale.monetary.column and dimension.kind == "number"
    ]
    others = (RFM, MONETARY)
    chosen = filtered.selection.filters.get(RFM)
    return Cells(
        cells=dimensions[RFM],
        counts=filtered.together(RECENCY, FREQUENCY, apart=others),
        money=filtered.together(RECENCY, FREQUENCY, apart=others, amount=named[0]) if named else None,
        segments=filtered.slice(RFM).shown,
        chosen=frozenset(chosen.tokens) if isinstance(chosen, Values) else frozenset(),
        column=run.segmentation.dataset.column(scale.monetary.column) if named else None,
    )


def name(held: Cells, cell: str) -> str:
    """What a cell is called."""
    return held.cells.labels[held.cells.tokens.index(cell)]


def share(part: float, whole: float) -> str:
    """A part in per cent."""
    return percent(part / whole) if whole > 0 else "–"


def summary(held: Cells) -> str:
    """The two cells that matter most: with most customers, and with most money a customer's head."""
    if not held.total:
        return _("No customers match.")
    most = max(held.held, key=lambda cell: held.of(cell, held.counts))
    told = _(
        "Most customers are in “{cell}”: {share}.",
        cell=name(held, most),
        share=share(held.of(most, held.counts), held.total),
    )
    if held.money is None or not held.money.sum() > 0:
        return told
    money = held.money
    rich = max(held.held, key=lambda cell: held.of(cell, money))
    return " ".join(
        [
            told,
            _(
                "Most money is in “{cell}”: {share}, from {part} of the customers.",
                cell=name(held, rich),
                share=share(held.of(rich, money), float(money.sum())),
                part=share(held.of(rich, held.counts), held.total),
            ),
        ]
    )


def square(held: Cells, recency: int, frequency: int) -> list[str]:
    """What is told of one square of the grid, a line each."""
    count = int(held.counts[recency - 1, frequency - 1])
    lines = [
        name(held, rfm_cell(recency, frequency)),
        _("recency {recency}, frequency {frequency}", recency=number(recency), frequency=number(frequency)),
        f"{customers(count)} ({share(count, held.total)})",
    ]
    if held.money is not None and held.column is not None:
        part = float(held.money[recency - 1, frequency - 1])
        told = amount(part, held.column.unit, held.column.format)
        lines.append(f"{held.column.label}: {told} ({share(part, float(held.money.sum()))})")
    return lines


def rows(held: Cells) -> list[list[str]]:
    """A row for each cell that holds anybody: customers, their money, and how much of each segment they are."""
    whole = held.segments.sum(axis=1)
    made = []
    for cell in held.held:
        count, place = held.of(cell, held.counts), held.cells.tokens.index(cell)
        money = [] if held.money is None else [share(held.of(cell, held.money), float(held.money.sum()))]
        parts = [_counted(part, total) for part, total in zip(held.segments[:, place], whole, strict=True)]
        made.append([_counted(count, held.total), *money, *parts])
    return made


def _counted(part: float, whole: float) -> str:
    """A number with its share, in one line."""
    return f"{number(int(part))} ({share(part, whole)})".replace(" ", "\N{NO-BREAK SPACE}")


def limits(segmentation: Segmentation, scale: RfmScale) -> tuple[list[str], list[list[str]]]:
    """Which values have which score: the header, and a row a score, the best first."""
    columns = [segmentation.dataset.column(factor.column) for factor in scale.factors.values()]
    header = [_("RFM score"), *(column.axis_title for column in columns)]
    spans = [_spans(factor, column) for factor, column in zip(scale.factors.values(), columns, strict=True)]
    return header, [
        [_("Score {n}", n=number(score)), *(span.get(score, "–") for span in spans)] for score in reversed(SCORES)
    ]


def _spans(factor: RfmFactor, column: Column) -> Mapping[int, str]:
    """Score -> the values that have it; a score that no value can have is left out."""
    if not factor.cuts:
        return {}
    written = [amount(cut, "", column.format) for cut in factor.cuts]
    made = {}
    for place in range(5):
        score = 1 + place if factor.high_is_good else 5 - place
        if place == 0:
            made[score] = _("up to {most}", most=written[0])
        elif place == 4:
            made[score] = _("over {least}", least=written[3])
        elif factor.cuts[place - 1] < factor.cuts[place]:
            made[score] = _between(factor.cuts[place - 1], factor.cuts[place], column)
    return made


def _between(over: float, most: float, column: Column) -> str:
    """Values of one score; of whole numbers the first and the last."""
    least = over + 1 if column.kind == "integer" and over % 1 == most % 1 == 0 else None
    ends = {
        "least": amount(over if least is None else least, "", column.format),
        "most": amount(most, "", column.format),
    }
    if least is None:
        return _("over {least}, up to {most}", **ends)
    return ends["most"] if least == most else _("{least} to {most}", **ends)


def grid(held: Cells) -> Array:
    """How full each square is, 0 to 1; the square root, so that small ones are seen."""
    most = held.counts.max(initial=0)
    return np.sqrt(held.counts / most) if most else np.zeros((5, 5))
