"""Columns of days: in which form they are written, and whether day or month comes first."""

from __future__ import annotations

from collections.abc import Mapping

from pipeline.reading import Engine, Question, RawTable


def settle_days(
    engine: Engine, text: RawTable | None, answers: Mapping[str, str], source: str
) -> tuple[dict[str, str], dict[str, Question]]:
    """Column -> form, and what the forms leave open."""
    return {}, {}
