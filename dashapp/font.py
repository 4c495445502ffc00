"""Korzina's own face: its name, its file, and how wide its letters are.

Everything here is made by ``scripts/font.py`` out of the face itself; nothing is measured while a page is drawn.
"""

from __future__ import annotations

import json
from base64 import b64encode
from functools import cache
from pathlib import Path
from typing import Any

from flask import Flask, Response, request

_ASSETS = Path(__file__).with_name("assets")
_MADE: dict[str, Any] = json.loads(Path(__file__).with_name("font.json").read_text("utf-8"))
_REGULAR: dict[str, int] = dict(zip(_MADE["characters"], _MADE["regular"], strict=True))
_BOLD: dict[str, int] = dict(zip(_MADE["characters"], _MADE["bold"], strict=True))
_OTHER = 1000  # an ideograph or a picture is as wide as it is high; a system's face draws it
_YEAR = 31_536_000  # seconds

FILE: str = _MADE["file"]
FAMILY: str = _MADE["family"]
# what Plotly writes into a chart; the same list stands in assets/font.css for the page
STACK = f"'{FAMILY}', '{FAMILY} Substitute', system-ui, -apple-system, 'Segoe UI', Roboto, 'Helvetica Neue', sans-serif"


def width(text: str, size: float = 12, *, bold: bool = False) -> float:
    """Pixels that a line of plain text is wide, in letters of ``size`` pixels; kerning, a pixel or so, left out."""
    widths = _BOLD if bold else _REGULAR
    return sum(widths.get(letter, _OTHER) for letter in text) * size / 1000


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


def register(server: Flask) -> None:
    """Let browsers keep the face: its name follows its content, so it never changes under that name."""
    server.after_request(_keep)


def _keep(answer: Response) -> Response:
    if answer.status_code == 200 and request.path.endswith(f"/{FILE}"):
        answer.headers["Cache-Control"] = f"public, max-age={_YEAR}, immutable"
    return answer
