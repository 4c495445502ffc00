"""Columns parted by blanks: runs of spaces, spaces and tabs mixed, or fields of a fixed width."""

from __future__ import annotations

import re

import numpy as np

_SAMPLE_LINES = 400
_LEAST_SHARE = 0.9  # of lines that have the commonest number of fields
_RUN = re.compile(r"[ \t\u00a0]+")
_LONG_RUN = re.compile(r"[ \u00a0]{2,}|[ \u00a0]*\t[ \t\u00a0]*")


def with_tabs(text: str) -> str | None:
    """The text with a tab between columns in place of blanks, line by line; None where blanks part no columns."""
    if '"' in text[:10_000]:
        return None
    lines = text.split("\n")
    sample = [line for line in lines[:_SAMPLE_LINES] if line.strip()]
    aligned = len(_gutters(sample[1:]))
    for run in sorted((_RUN, _LONG_RUN), key=lambda run: _unlike(sample, run, aligned)):
        if _parts(sample, run):
            return "\n".join(run.sub("\t", line.strip(" \u00a0")) for line in lines)
    places = _gutters(sample)
    if len(places) < 2:
        return None
    return "\n".join("\t".join(part.strip() for part in _cut(line, places)) for line in lines)


def _parts(sample: list[str], run: re.Pattern[str]) -> bool:
    """Whether nearly all lines have the same number of fields: three at least, or two with digits in them."""
    counts = np.array([len(run.split(line.strip())) for line in sample])
    if len(counts) < 2:
        return False
    common = int(np.bincount(counts).argmax())
    least = 2 if np.mean([any(letter.isdigit() for letter in line) for line in sample]) >= _LEAST_SHARE else 3
    return common >= least and float((counts == common).mean()) >= _LEAST_SHARE


def _unlike(sample: list[str], run: re.Pattern[str], aligned: int) -> tuple[bool, bool]:
    """How runs do not part the first line, or not the columns that stand one below the other: cells hold blanks."""
    counts = [len(run.split(line.strip())) for line in sample]
    common = int(np.bincount(counts).argmax()) if counts else 0
    return not counts or counts[0] != common, common != aligned


def _gutters(sample: list[str]) -> list[int]:
    """Where fields of a fixed width begin: behind a column of blanks that runs through all lines."""
    width = max(map(len, sample), default=0)
    if len(sample) < 3 or width > 2000:
        return []
    letters = np.array([[letter not in " \u00a0" for letter in line.ljust(width)] for line in sample])
    used = np.asarray(letters.any(axis=0))
    return [place for place in range(width) if used[place] and (place == 0 or not used[place - 1])]


def _cut(line: str, places: list[int]) -> list[str]:
    return [line[start:end] for start, end in zip(places, [*places[1:], None], strict=True)] if line.strip() else [""]
