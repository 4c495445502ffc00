"""Korzina's own face: its name, its file, how wide its letters are, and so how much room a text needs.

All of it is made by ``scripts/font.py`` out of the face itself; nothing is measured while a page is drawn.
"""

from __future__ import annotations

import json
import re
from base64 import b64encode
from collections.abc import Iterable, Iterator, Sequence
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
_GAP, _JOINTS = "… ", " ,:;–−-/+"  # in place of what is left out, and what does not stand before it
_MOST_WORDS, _LONGEST = 24, 400  # of a text, and letters, that are tried in turn

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
    """At most so many lines, none wider than ``room`` pixels; where more would follow, … stands for the middle.

    Lines break behind spaces and hyphens; a word that is wider than the room is broken too.
    """
    return next(fittings(text, room, most, size=size, bold=bold))


def fittings(text: str, room: float, most: int, *, size: float = 12, bold: bool = False) -> Iterator[list[str]]:
    """The lines of ``fitted``, and then other ways to shorten the same, which keep less of it.

    How a name begins may be how others begin ("Visits: second highest"), so its end stays as well as its beginning.
    """

    def lines_of(pieces: Iterable[str]) -> list[str]:
        lines = [""]
        for word in pieces:
            for piece in [word] if _within(word, room, size, bold=bold) else word:
                if lines[-1] and not _within(lines[-1] + piece, room, size, bold=bold):
                    lines.append("")
                lines[-1] += piece
        return [line.strip(" ") for line in lines]

    words = _WORD.findall(text.strip(" "))
    if len(whole := lines_of(words)) <= most:
        yield whole
        return
    for before, after in sorted(_both_ends(words), key=lambda ends: -sum(map(len, (*ends[0], *ends[1])))):
        if len(lines := lines_of([*before[:-1], before[-1].rstrip(_JOINTS) + " ", _GAP, *after])) <= most:
            yield lines
    plain = text.strip(" ")
    for kept in range(min(len(plain) - 1, _LONGEST), 0, -1):  # letters, where no two words find room
        cut = plain[: -(-kept * 3 // 5)].rstrip(" ") + _GAP.strip(" ") + (plain[-(kept * 2 // 5) :] if kept > 2 else "")
        if len(lines := lines_of(_WORD.findall(cut))) <= most:
            yield lines
    yield [_GAP.strip(" ")]


def _within(line: str, room: float, size: float, *, bold: bool) -> bool:
    return width(line.rstrip(" "), size, bold=bold) <= room


def _both_ends(words: Sequence[str]) -> Iterator[tuple[Sequence[str], Sequence[str]]]:
    """Some words from the beginning and some from the end, at least one each, and not all of them."""
    usable = min(len(words), _MOST_WORDS)
    for before in range(1, usable):
        for after in range(1, usable - before):
            if any(letter.isalnum() for letter in "".join(words[-after:])):  # a lone sign tells nothing
                yield words[:before], words[-after:]


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
