"""Values as words to compare."""

from __future__ import annotations

import re

from pipeline.understanding.evidence import plain_letters


def plain_value(value: str) -> str:
    """A value without case, signs between words, accents of Latin letters and dots on the Russian yo."""
    return re.sub(r"[_\-\s]+", " ", plain_letters(value.strip()).lower())
