"""The profile of all segments at once: features by segments, coloured by how far each departs from all others."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import plotly.graph_objects as go

from dashapp.charts.font import fitted, widest
from dashapp.charts.labels import wrapped_apart
from dashapp.charts.theme import Scheme, diverging, empty_figure, escaped, figure_of, ink_on, mark, shade
from dashapp.findings import Feature, overview_numbers
from dashapp.i18n import _, decimal
from dashapp.telling import grades_differ, in_thousands, trusted, with_trust
from pipeline.contract import SegmentCard

_REACH = 2.0  # standard deviations at either end of the scale; beyond them all is plain
_ROW, _HEAD = 34, 110  # pixels
_NARROW_ROW, _NARROW_HEAD = 2 * 26, 40  # the name of a feature stands over its cells
_ROOMY, _SIZES = 80, ((80, 13), (48, 12), (36, 10))  # pixels of a cell, and of the letters in it; fewer hold none
_NAMES, _LINE, _AROUND = 190, 16, 8  # pixels of a feature's name, of a line of a head, and around the cells
_BETWEEN = 4  # pixels between the texts of two cells
_HEADS, _LEAST, _MOST = 690, 56, 106  # pixels of all heads on the narrowest screen that has them, and of one


def height(features: int, *, narrow: bool = False) -> int:
    """Pixels that the chart needs."""
    return max(4, features) * (_NARROW_ROW if narrow else _ROW) + (_NARROW_HEAD if narrow else _HEAD)


def profile(
    features: Sequence[Feature],
    cards: Sequence[SegmentCard],
    chosen: Sequence[str],
    look: Scheme,
    *,
    width: int | None = None,
) -> go.Figure:
    """A cell for each feature and segment: colour the standardised difference, text the median; last all customers.

    Where there is only so much ``width``, symbols stand for the segments, and names of features over their cells.
    """
    if not features or not cards:
        return empty_figure(_("These data have no features to compare"), look)
    last, step = len(cards), 2 if width else 1
    words = overview_numbers.profile_rows(features)
    colours = [_cells(feature) for feature in features]
    hover = [
        [_hover(feature, place, cards[place], words[row][1 + place]) for place in range(last)]
        + [f"{escaped(feature.column.label)}<br>" + _("all customers: {median}", median=words[row][-1])]
        for row, feature in enumerate(features)
    ]
    rows = step * len(features)
    trace = {**_grid(_below(colours, step), _below(hover, step), look), "meta": [*(card.key for card in cards), ""]}
    names = [fitted(feature.column.label, _NAMES, 1)[0] for feature in features]
    room = max(_LEAST, min(_MOST, _HEADS // (last + 1)))
    lines = wrapped_apart({card.name: 3 for card in cards}, room)
    heads = [mark(card.colour, look).sign if width else _head(card, cards, look, lines[card.name]) for card in cards]
    frames = [_frame(place, rows, look) for place, card in enumerate(cards) if card.key in chosen]
    return figure_of(
        [trace, _medians(features, words, colours, look, width)],
        look,
        shapes=frames,
        dragmode=False,
        margin=_margin(heads, [] if width else names),
        annotations=[_over(feature, step * row, look) for row, feature in enumerate(features)] if width else [],
        xaxis={
            "side": "top",
            "range": [-0.5, last + 0.5],
            "showgrid": False,
            "tickvals": list(range(last + 1)),
            "tickangle": 0,
            "ticktext": [*heads, _("All") if width else _("All customers")],
            "tickfont": {"size": 12, "color": look.ink},
            "automargin": False,
        },
        yaxis={
            "range": [rows - 0.5, -0.5],
            "showgrid": False,
            "tickvals": [] if width else list(range(rows)),
            "ticktext": [escaped(name) for name in names],
            "tickfont": {"size": 12, "color": look.ink},
            "automargin": False,
        },
    )


def _grid(cells: Sequence[Sequence[Any]], hover: Sequence[Sequence[Any]], look: Scheme) -> dict[str, Any]:
    """The coloured cells, (rows, columns), with what is told of each."""
    return {
        "type": "heatmap",
        "z": cells,
        "x": list(range(len(cells[0]))),
        "y": list(range(len(cells))),
        "zmid": 0,
        "hoverongaps": False,
        "zmin": -_REACH,
        "zmax": _REACH,
        "colorscale": diverging(look),
        "showscale": False,
        "xgap": 3,
        "ygap": 3,
        "hovertext": hover,
        "hovertemplate": "%{hovertext}<extra></extra>",
    }


def _frame(place: int, rows: int, look: Scheme) -> dict[str, Any]:
    """Around the column of a segment that is selected."""
    return {
        "type": "rect",
        "x0": place - 0.5,
        "x1": place + 0.5,
        "y0": -0.5,
        "y1": rows - 0.5,
        "line": {"color": look.accent, "width": 2},
        "fillcolor": "rgba(0,0,0,0)",
    }


def shades(feature: Feature, look: Scheme) -> list[str]:
    """The colour of each cell of a row, all customers last."""
    return [_shade(effect, look) for effect in _cells(feature)]


def _cells(feature: Feature) -> list[float | None]:
    """The effects of a row as far as the scale reaches, none where there is none; all customers last."""
    return [None if effect != effect else max(-_REACH, min(_REACH, effect)) for effect in feature.effects] + [0.0]


def _shade(effect: float | None, look: Scheme) -> str:
    return shade(look, 0.5 + (effect or 0.0) / _REACH / 2)


def _below(rows: Sequence[Sequence[Any]], step: int) -> list[Sequence[Any]]:
    """The rows of the grid, each under an empty one for its name where it takes two."""
    return [line for row in rows for line in ([[None] * len(row)] * (step - 1) + [row])]


def _over(feature: Feature, row: int, look: Scheme) -> dict[str, Any]:
    """The name of a feature over its cells."""
    return {
        "x": 0,
        "xref": "paper",
        "xanchor": "left",
        "y": row,
        "yanchor": "middle",
        "yshift": -3,
        "showarrow": False,
        "text": escaped(feature.column.label, 44),
        "font": {"size": 12, "color": look.ink},
    }


def _medians(
    features: Sequence[Feature],
    words: Sequence[Sequence[str]],
    colours: Sequence[Sequence[float | None]],
    look: Scheme,
    width: int | None,
) -> dict[str, Any]:
    """The text of the cells; each in the ink that is legible on its colour, which Plotly's own choice is not always.

    None where a cell is too narrow for it.
    """
    room = width / len(colours[0]) if width else _ROOMY
    size = next((size for least, size in _SIZES if room >= least), 0)
    step = 2 if width else 1
    cells = (
        [
            (place, step * row + step - 1, text, colours[row][place])
            for row, (feature, line) in enumerate(zip(features, words, strict=True))
            for place, text in enumerate(_within(feature, line[1:], room - _BETWEEN, size))
        ]
        if size
        else []
    )
    return {
        "type": "scatter",
        "mode": "text",
        "x": [cell[0] for cell in cells],
        "y": [cell[1] for cell in cells],
        "text": [escaped(cell[2]) for cell in cells],
        "hoverinfo": "skip",
        "textfont": {"size": size or 1, "color": [ink_on(_shade(cell[3], look)) for cell in cells]},
    }


def _within(feature: Feature, words: Sequence[str], room: float, size: int) -> Sequence[str]:
    """A row's medians as they are told; where cells have no room for one of them, all of it in short: 254k."""
    short = [in_thousands(value) for value in (*feature.medians, feature.overall)]
    ways = [words] if "%" in feature.column.format else [words, short]
    return next((told for told in ways if widest(told, size) <= room), [""] * len(words))


def _margin(heads: Sequence[str], names: Sequence[str]) -> dict[str, int]:
    """Room for the heads above and the names at the left, known before anything is drawn."""
    lines = max(head.count("<br>") + 1 for head in heads)
    return {"l": widest(names) + _AROUND, "r": _AROUND, "t": lines * _LINE + _AROUND, "b": _AROUND}


def _head(card: SegmentCard, cards: Sequence[SegmentCard], look: Scheme, lines: Sequence[str]) -> str:
    grade = f"<br>{trusted(card)}" if grades_differ(cards) else ""
    return f"{mark(card.colour, look).sign} " + "<br>".join(lines) + grade


def _hover(feature: Feature, place: int, card: SegmentCard, median: str) -> str:
    effect = feature.effects[place]
    lines = [f"<b>{escaped(with_trust(card))}</b>", f"{escaped(feature.column.label)}: {escaped(median)}"]
    if effect == effect:
        far = decimal(abs(effect), 1)
        lines.append(
            _("{far} standard deviations above all others", far=far)
            if effect > 0
            else _("{far} standard deviations below all others", far=far)
        )
    return "<br>".join(lines)
