"""Habits of programs that write text tables, taken back: ruled lines, blanks before quotes, quotes of another kind."""

from __future__ import annotations

import csv
import re
from collections.abc import Callable

_SAMPLE = 200
_LEAST_SHARE = 0.9  # of the first lines
_RULE = re.compile(r"^[-=:|+ \t]+$", re.MULTILINE)
_RULED = ("--", "==", ":-", "-+")
_SIGNS = ",;\t|"
_OTHER_SIGNS = "^~:!#¦§¬\x01\x1e\x1f"


def without_habits(text: str) -> str:
    """The text as most programs would have written it; every line keeps its place.

    Lines that only rule a table off become empty; lines that were quoted as a whole are opened; a blank between the
    sign and a quote goes; apostrophes around every field become quotes.
    """
    lines = [line for line in text[: _SAMPLE * 500].split("\n")[:_SAMPLE] if line.strip()]
    if any(_RULE.match(line) and _without_rule(line) == "" for line in lines[:10]):
        text = _RULE.sub(lambda line: _without_rule(line[0]), text)
    if len(lines) > 1 and _share(lines, _one_quoted) >= _LEAST_SHARE:
        return "\n".join(_opened(line) for line in text.split("\n"))
    if _share(lines, lambda line: re.search(r'[,;|] +"', line) is not None) >= _LEAST_SHARE:
        text = re.sub(r'(?<=[,;|]) +(?=")', "", text)
    if '"' not in text and _share(lines, _in_apostrophes) >= _LEAST_SHARE:
        text = re.sub(r"(?<=[,;\t|])'|^'|'(?=[,;\t|])|'$", '"', text, flags=re.MULTILINE)
    return text


def _without_rule(line: str) -> str:
    """Nothing of a line that rules off, any other as it is."""
    return "" if any(mark in line for mark in _RULED) else line


def other_sign(lines: list[str]) -> str:
    """A sign beyond the usual ones that every line has as often as the first, twice or more; empty without one."""
    best, most = "", max((_regular(lines, sign) for sign in _SIGNS), default=0)
    for sign in _OTHER_SIGNS:
        times = _regular(lines, sign)
        if times > max(1, most):
            best, most = sign, times
    return best


def _regular(lines: list[str], sign: str) -> int:
    """How often a sign stands in nearly all lines, the first one included; 0 where that differs."""
    times = lines[0].count(sign) if lines else 0
    return times if times and _share(lines, lambda line: line.count(sign) == times) >= _LEAST_SHARE else 0


def _share(lines: list[str], fits: Callable[[str], bool]) -> float:
    return sum(bool(fits(line)) for line in lines) / max(1, len(lines))


def _one_quoted(line: str) -> bool:
    """Whether quotes around the whole line hide several fields."""
    line = line.strip()
    if len(line) < 2 or line[0] != '"' or line[-1] != '"':
        return False
    return len(re.sub('""', "", line[1:-1]).split('"')) == 1 and any(sign in line for sign in _SIGNS)


def _opened(line: str) -> str:
    return next(csv.reader([line]), [""])[0] if _one_quoted(line) else line


def _in_apostrophes(line: str) -> bool:
    parts = next((line.split(sign) for sign in _SIGNS if f"'{sign}'" in line), [])
    return len(parts) > 1 and all(len(part) > 1 and part[0] == part[-1] == "'" for part in map(str.strip, parts))
