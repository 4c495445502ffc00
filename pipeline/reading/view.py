"""Several tables as the one that a spec's ``source.view`` makes of them, refused where a join repeats or loses rows."""

from __future__ import annotations

from pipeline.errors import InputError, SpecError
from pipeline.reading.engine import Engine, QueryError
from pipeline.reading.frames import SINGLE
from pipeline.spec import Spec


def make_view(spec: Spec, engine: Engine) -> None:
    """The table ``data`` in the engine, as ``source.view`` says; nothing without it.

    Raises
    ------
    SpecError
        The view is no SQL over these tables.
    InputError
        It has more or fewer rows than the table that ``source.grain`` names: a key of a joined table repeats.
    """
    if spec.source.view is None:
        return
    where = spec.path or spec.name
    try:
        engine.view(SINGLE, spec.source.view)
        rows = engine.count(SINGLE)
        kept = engine.count(spec.source.grain) if spec.source.grain else rows
    except QueryError as error:
        raise SpecError.because(
            f"{where}: source.view failed", found=str(error)[:600], expected="SQL over the tables of the source"
        ) from error
    if rows != kept:
        what = "a key repeats in a table that is joined" if rows > kept else "a join leaves rows out"
        raise InputError.because(
            f"{where}: source.view does not keep the rows of {spec.source.grain}: {what}",
            expected=f"{kept:,} rows, one for each of {spec.source.grain}",
            found=f"{rows:,}",
            remedy="look for repeated keys in the joined tables, or draft the spec anew with 'korzina init'",
        )
