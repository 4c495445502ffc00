"""Where names stand beside marks without lying on each other, on wide screens and smaller ones alike. Plain NumPy."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from html import unescape
from itertools import islice, product

import numpy as np
import numpy.typing as npt

from dashapp.charts import font
from dashapp.charts.theme import escaped

Offset = tuple[float, float]
Box = tuple[float, float, float, float]  # left, top, right, bottom, in pixels
Boxes = npt.NDArray[np.float64]

SCREENS = ((510, 380, 4), (330, 380, 1))  # pixels inside the axes of a chart, on a wide and a small desk, and weight
_SIZES = 1024  # names on maps of runs that are read at the same time, and of groups of customers
_LINE, _SIGN = 16, "● "  # pixels; a segment's symbol, all of one width, stands before the first line
_WAYS = (
    (1, 0),
    (-1, 0),
    (0, -1),
    (0, 1),
    (1, -1),
    (1, 1),
    (-1, -1),
    (-1, 1),
    (0.5, -1),
    (-0.5, -1),
    (0.5, 1),
    (-0.5, 1),
)
_ROUNDS = 3
_WAYS_TRIED = 40  # to shorten a name until no other reads the same
_GAPS = (10, 26, 42, 60, 85)
_OF_A_NAME = 4.0  # a name upon a name is read by nobody, upon a bubble it is


@dataclass(frozen=True)
class Bubble:
    """A round mark: its place in shares of the axes, its radius in pixels, and the lines of its name."""

    x: float
    y: float
    radius: float
    lines: tuple[str, ...]


def wrapped(text: str, room: float, most: int, *, bold: bool = False) -> tuple[str, ...]:
    """At most so many lines, each within ``room`` pixels, safe for Plotly; … stands for a middle without room."""
    return tuple(escaped(line) for line in font.fitted(text, room, most, bold=bold))


def wrapped_apart(texts: Mapping[str, int], room: float, *, bold: bool = False) -> dict[str, tuple[str, ...]]:
    """Each text in at most as many lines as it is given; shortened so that no two of them read the same."""
    found: dict[str, list[str]] = {}
    read: set[str] = set()
    for text in sorted(texts, key=lambda text: (font.width(text), text)):  # a short one stays whole
        ways = list(islice(font.fittings(text, room, texts[text], bold=bold), _WAYS_TRIED))
        found[text] = next((way for way in ways if " ".join(way) not in read), ways[0])
        read.add(" ".join(found[text]))
    return {text: tuple(map(escaped, lines)) for text, lines in found.items()}


def beside(marks: Sequence[Bubble], screens: Sequence[tuple[int, int, int]] = SCREENS) -> list[Offset]:
    """For each mark where the middle of its name stands, in pixels right and down of the mark."""
    placed: dict[int, Offset] = {}
    for mine in [*range(len(marks))] * _ROUNDS:  # the first to choose may have taken the place of a later one
        others = {other: at for other, at in placed.items() if other != mine}
        choices = _choices(marks[mine])
        costs = 10.0 * np.arange(len(choices))
        for screen in screens:
            boxes = np.array([_box(marks[mine], at, screen) for at in choices])
            costs += _costs(boxes, _taken(marks, others, screen), len(others), screen)
        placed[mine] = choices[int(costs.argmin())]
    return [placed[mine] for mine in range(len(marks))]


def _choices(bubble: Bubble) -> list[Offset]:
    (wide, high), offsets = (
        _size(bubble.lines),
        [] if bubble.radius else [(0.0, 0.0)],
    )  # on a mere point there is nothing to hide
    for gap, (right, down) in product(_GAPS, _WAYS):
        away = bubble.radius * (0.8 if right and down else 1) + gap
        offsets.append((right * (away + wide / 2), down * (away + high / 2)))
    return offsets


def _taken(marks: Sequence[Bubble], placed: Mapping[int, Offset], screen: tuple[int, int, int]) -> Boxes:
    """What must not be covered: names that have their place, and all marks."""
    taken = [_box(marks[other], offset, screen) for other, offset in placed.items()]
    for mark in marks:
        x, y = mark.x * screen[0], (1 - mark.y) * screen[1]
        taken.append((x - mark.radius, y - mark.radius, x + mark.radius, y + mark.radius))
    return np.array(taken)


def _costs(boxes: Boxes, taken: Boxes, names: int, screen: tuple[int, int, int]) -> Boxes:
    """Pixels of each box that would be covered twice or cut off; ``names`` of those taken are names, the first ones."""
    inside = _shared(boxes, np.array([(0, 0, screen[0], screen[1])]))[:, 0]
    cut = (boxes[:, 2] - boxes[:, 0]) * (boxes[:, 3] - boxes[:, 1]) - inside
    weights = np.where(np.arange(len(taken)) < names, _OF_A_NAME, 1.0)
    costs: Boxes = screen[2] * (_shared(boxes, taken) @ weights + 4 * cut)
    return costs


@lru_cache(maxsize=_SIZES)  # asked for every place that a name may take, and again at the next click
def _size(lines: tuple[str, ...]) -> tuple[float, float]:
    first, *others = map(unescape, lines)
    return font.widest([_SIGN + first, *others]) + 4, len(lines) * _LINE + 4


def _box(bubble: Bubble, at: Offset, screen: tuple[int, int, int]) -> Box:
    wide, high = _size(bubble.lines)
    x, y = bubble.x * screen[0] + at[0], (1 - bubble.y) * screen[1] + at[1]
    return x - wide / 2, y - high / 2, x + wide / 2, y + high / 2


def _shared(boxes: Boxes, others: Boxes) -> Boxes:
    """Pixels that each of ``boxes`` shares with each of the others, (boxes, others)."""
    sides = np.minimum(boxes[:, None, 2:], others[None, :, 2:]) - np.maximum(boxes[:, None, :2], others[None, :, :2])
    areas: Boxes = np.maximum(sides, 0.0).prod(axis=2)
    return areas
