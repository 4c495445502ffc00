"""What a reader did to a chart or a control, as a change of the selection; nothing that a browser sends is trusted."""

from __future__ import annotations

from typing import Any

from dashapp.selecting.crossfilter import Cube
from dashapp.selecting.selection import (
    Area,
    Filter,
    Selection,
    area_of,
    filter_of,
    range_of,
    snapped,
    values_of,
)


def changed(cube: Cube, before: Selection, event: dict[str, Any]) -> Selection:
    """The selection after one event; an event that makes no sense changes nothing."""
    if event.get("reset") is True:
        return Selection()
    if isinstance(event.get("pair"), list):
        return _both(cube, before, event["pair"])
    if isinstance(event.get("brush"), list):
        for part in event["brush"][:2]:
            before = changed(cube, before, part) if isinstance(part, dict) and "brush" not in part else before
        return before
    name = event.get("dimension")
    dimension = cube.dimensions.get(name) if isinstance(name, str) else None
    if dimension is None:
        return before
    if event.get("remove") is True:
        return before.having(dimension.name, None)
    if isinstance(event.get("token"), str):
        target = cube.dimensions["segment"] if dimension.kind == "map" else dimension
        return before.toggled(target, event["token"])
    if isinstance(event.get("tokens"), list) and dimension.kind in ("segment", "category", "mix"):
        tokens = {token for token in event["tokens"] if isinstance(token, str)}
        return before.having(dimension.name, values_of(dimension, tokens))
    span = _numbers(event.get("span"))
    if dimension.kind == "number" and len(span) == 2:
        return before.having(dimension.name, range_of(dimension, *span))
    xs, ys = _numbers(event.get("xs")), _numbers(event.get("ys"))
    if dimension.kind == "map" and xs and ys:
        area: Area | None = area_of(xs, ys, cube.span())
        return before.having(dimension.name, area) if area else before
    if dimension.kind == "number" and len(xs) == 2:
        return before.having(dimension.name, snapped(dimension, xs[0], xs[1]))
    return before


def _both(cube: Cube, before: Selection, cell: list[Any]) -> Selection:
    """The filters of one cell of two dimensions; a second click on it takes both away."""
    wanted: dict[str, Filter] = {}
    for part in cell[:2]:
        name, token = part if isinstance(part, list) and len(part) == 2 else (None, None)
        dimension = cube.dimensions.get(name) if isinstance(name, str) else None
        bin_of = filter_of(dimension, token) if dimension and isinstance(token, str) else None
        if dimension is None or bin_of is None:
            return before
        wanted[dimension.name] = bin_of
    again = all(before.filters.get(name) == wanted_filter for name, wanted_filter in wanted.items())
    for name, wanted_filter in wanted.items():
        before = before.having(name, None if again else wanted_filter)
    return before


def _numbers(given: object) -> list[float]:
    """Numbers of a list that came from a browser; empty where it is anything else."""
    if not isinstance(given, list) or len(given) > 20_000:
        return []
    if not all(isinstance(number, int | float) and not isinstance(number, bool) for number in given):
        return []
    return [float(number) for number in given]
