"""Values as words to compare."""

from __future__ import annotations

import re


def plain_value(value: str) -> str:
    """A value without case, signs between words, and dots on the Russian yo."""
    return re.sub(r"[_\-\s]+", " ", value.strip().lower()).replace("ё", "е")
