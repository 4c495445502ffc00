"""Korzina's own face: its name, its file, how wide its letters are, and so how much room a text needs.

All of it is made by ``scripts/font.py`` out of the face itself; nothing is measured while a page is drawn.
"""

from __future__ import annotations

import json
import re
from base64 import b64encode
from collections.abc import Iterable
from functools import cache
from math import ceil
from pathlib import Path
from typing import Any

_ASSETS = Path(__file__).parents[1] / "assets"
_MADE: dict[str, Any] = json.loads(Path(__file__).with_name("font.json").read_text("utf-8"))
_REGULAR: dict[str, int] = dict(zip(_MADE["characters"], _MADE["regular"], strict=True))
_BOLD: dict[str, int] = dict(zip(_MADE["characters"], _MADE["bold"], strict=True))
_OTHER = 1000  # thousandths of an em: an ideograph or a picture, drawn by a system's face, is as wide as it is high
_WORD = re.compile(r"[^ -]*-+|[^ -]+ *| +")  # with what ends it; a line may break behind each
_MORE = " …"

FILE: str = _MADE["file"]
FAMILY: str = _MADE["family"]
# what Plotly writes into a chart; the same list stands in assets/font.css for the page
STACK = f"'{FAMILY}', '{FAMILY} Substitute', system-ui, -apple-system, 'Segoe UI', Roboto, 'Helvetica Neue', sans-serif"


def width(text: str, size: float = 12, *, bold: bool = False) -> float:
    """Pixels that a line of plain text is wide in letters of ``size`` pixels; kerning, a pixel or so, is left out."""
    widths = _BOLD if bold else _REGULAR
    return sum(widths.get(letter, _OTHER) for letter in text) * size / 1000


def widest(texts: Iterable[str], size: float = 12) -> int:
    """Pixels of the widest of several lines, 0 for none."""
    return ceil(max((width(text, size) for text in texts), default=0.0))


def fitted(text: str, room: float, most: int, *, size: float = 12, bold: bool = False) -> list[str]:
    """At most so many lines, none wider than ``room`` pixels; the last one ends in … where more would follow.

    Lines break behind spaces and hyphens; a word that is wider than the room is broken too.
    """

    def fits(line: str) -> bool:
        return width(line.rstrip(" "), size, bold=bold) <= room

    lines = [""]
    for word in _WORD.findall(text.strip(" ")):
        for piece in [word] if fits(word) else word:
            if lines[-1] and not fits(lines[-1] + piece):
                lines.append("")
            lines[-1] += piece
    if len(lines) > most:
        rest = _WORD.findall("".join(lines[most - 1 :]))
        while len(rest) > 1 and not fits("".join(rest).rstrip(" ") + _MORE):
            rest.pop()
        last = "".join(rest).rstrip(" ")
        while last and not fits(last + _MORE):
            last = last[:-1]
        lines = [*lines[: most - 1], last + _MORE]
    return [line.strip(" ") for line in lines]


def missing(text: str) -> str:
    """The characters of ``text`` that the face lacks, each once."""
    return "".join(sorted(set(text) - _REGULAR.keys()))


@cache
def embedded() -> str:
    """The style rule that holds the face itself, for a document that is passed on: nothing is loaded with it."""
    data = b64encode((_ASSETS / FILE).read_bytes()).decode("ascii")
    return (
        f'@font-face {{ font-family: "{FAMILY}"; font-weight: 400 700; '
        f'src: url("data:font/woff2;base64,{data}") format("woff2"); }}'
    )
