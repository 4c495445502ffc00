"""How days are read, as plain values: for code that has to read them as Korzina does, and has no Korzina."""

from __future__ import annotations

from typing import Any

from pipeline.reading.values.clocks import AFTER_NOON, BEFORE_NOON, CLOCK, COMPACT_CLOCK
from pipeline.reading.values.days import (
    AROUND,
    CENTURY,
    COMPACT_FORMS,
    EITHER,
    FIRST_YEAR,
    LAST_YEAR,
    ORIGINS,
    SERIAL_FORMS,
    UNIX_ORIGIN,
)
from pipeline.reading.values.months import idle_words, month_words, shortened_form


def reading_of_days(form: str) -> dict[str, Any]:
    """What ``read_days`` knows of a form, or of several parted by ``" | "``, as JSON can hold it.

    Each of ``forms``: ``strptime`` with its ``digits`` (None: any text), or a ``serial`` form with its unit and origin.
    """
    forms = [_one(part) for part in form.split(EITHER)]
    named = any(part.get("named") for part in forms)
    return {
        "forms": forms,
        "clocks": [CLOCK, COMPACT_CLOCK],
        "around": AROUND,
        "noon": {"before": BEFORE_NOON, "after": AFTER_NOON},
        "years": [FIRST_YEAR, LAST_YEAR],
        "century": CENTURY,
        "months": month_words() if named else {},
        "idle": sorted(idle_words()) if named else [],
    }


def _one(form: str) -> dict[str, Any]:
    if form in SERIAL_FORMS:
        return {"seconds": SERIAL_FORMS[form], "origin": ORIGINS.get(form, UNIX_ORIGIN).isoformat()}
    named = any(mark in form for mark in ("%b", "%B", "%a"))
    return {
        "strptime": shortened_form(form) if named else form,
        "whole": any(mark in form for mark in ("%H", "%I", "%T", "%X", "%c", "%s")),
        "named": named,
        "digits": COMPACT_FORMS.get(form),
    }
