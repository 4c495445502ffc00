"""Whether what a browser sends to a callback can have come from our own page.

Dash calls whatever function an output names with whatever stands in the body, and answers what does not fit with an
error of its own. Here the body is held against the callbacks that the app has: its output, its inputs and its states in
their order, ids that fit patterns. Values may be anything that JSON is; the callbacks judge those themselves.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from functools import lru_cache
from typing import Any

from flask import Request
from werkzeug.exceptions import BadRequest

DEEPEST = 64  # levels of nesting; what the pages send has fewer than twenty
_MANY = (["ALL"], ["ALLSMALLER"])  # patterns of which there can be any number
_WILD = (*_MANY, ["MATCH"])
_LOCATION = "_pages_location"  # Dash's own, which its router reads without looking


def misfit(callbacks: Mapping[str, Any], request: Request) -> str:
    """Why a request fits no callback, in words for the log; empty where it fits one."""
    try:
        body = request.get_json()
    except (BadRequest, RecursionError, UnicodeDecodeError):
        return "a callback was sent no JSON"
    if not isinstance(body, dict) or not isinstance(body.get("output"), str):
        return "a callback was sent no output"
    known = callbacks.get(body["output"])
    if known is None or "callback" not in known:  # the second: what runs in the browser is never sent
        return "an output was asked for that the server does not make"
    if not _is_sound(body):
        return "a callback was sent text that is none, or lists in lists without end"
    several, outputs = body["output"].startswith(".."), body.get("outputs")
    if not _fit_all(_outputs(body["output"]), outputs if several else [outputs]):
        return "outputs were asked for together that do not belong together"
    for part, kind in (("inputs", "inputs"), ("state", "state")):
        places = body.get(part, [])
        if not isinstance(places, list) or not _fit_all(_pairs(known[kind]), places):
            return f"a callback was sent other {part} than it has"
    if not _are_changed(body.get("changedPropIds", []), _pairs([*known["inputs"], *known["state"]])):
        return "a callback was told of changes in what it does not depend on"
    if not _is_address(body.get("inputs", [])):
        return "the router was sent an address that is none"
    return ""


def _is_sound(body: object) -> bool:
    """Whether it is nested within reason and every text of it can be written again (no half of a surrogate pair)."""
    level: list[Any] = [body]
    for _depth in range(DEEPEST):
        if not level:
            return True
        below: list[Any] = []
        for part in level:
            if isinstance(part, str):
                if not part.isascii() and not _is_text(part):
                    return False
            elif isinstance(part, dict):
                below += [*part, *part.values()]
            elif isinstance(part, list):
                below += part
        level = below
    return not level


def _is_text(part: str) -> bool:
    try:
        part.encode()
    except UnicodeEncodeError:
        return False
    return True


Pair = tuple[str, str]  # an id as Dash writes it, and a property


def _pairs(places: Sequence[Mapping[str, str]]) -> list[Pair]:
    return [(place["id"], place["property"]) for place in places]


def _outputs(name: str) -> list[Pair]:
    """``id.property``, or ``..id.property...id.property..``; a property may have a hash after ``@``."""
    parts = name[2:-2].split("...") if name.startswith("..") and name.endswith("..") else [name]
    found = [part.rpartition(".") for part in parts]
    return [(place, prop.partition("@")[0]) for place, _dot, prop in found]


def _fit_all(wanted: Sequence[Pair], places: object) -> bool:
    if not isinstance(places, list) or len(places) != len(wanted):
        return False
    return all(_fits(pair, place) for pair, place in zip(wanted, places, strict=True))


def _fits(pair: Pair, place: object) -> bool:
    pattern = _pattern(pair[0])
    if isinstance(pattern, dict) and any(value in _MANY for value in pattern.values()):
        return isinstance(place, list) and all(_is_at(pattern, pair[1], part) for part in place)
    return _is_at(pattern, pair[1], place)


def _is_at(pattern: str | dict[str, Any], prop: str, place: object) -> bool:
    if not isinstance(place, dict) or not isinstance(place.get("property"), str):
        return False
    return place["property"].partition("@")[0] == prop and _is_like(pattern, place.get("id"))


def _is_like(pattern: str | dict[str, Any], name: object) -> bool:
    if isinstance(pattern, str):
        return name == pattern
    return (
        isinstance(name, dict)
        and name.keys() == pattern.keys()
        and all(
            isinstance(name[key], (str, int, float)) if wanted in _WILD else name[key] == wanted
            for key, wanted in pattern.items()
        )
    )


@lru_cache(maxsize=1024)
def _pattern(name: str) -> str | dict[str, Any]:
    if not name.startswith("{"):
        return name
    found: dict[str, Any] = json.loads(name)
    return found


def _are_changed(changed: object, known: Sequence[Pair]) -> bool:
    """Whether all that is said to have changed are inputs or states of the callback."""
    if not isinstance(changed, list):
        return False
    for name in changed:
        if not isinstance(name, str):
            return False
        place, _dot, prop = name.rpartition(".")
        try:
            told = json.loads(place) if place.startswith("{") else place
        except (ValueError, RecursionError):
            return False
        if not any(prop == wanted and _is_like(_pattern(pattern), told) for pattern, wanted in known):
            return False
    return True


def _is_address(places: Sequence[Any]) -> bool:
    own = [place for place in places if isinstance(place, dict) and place.get("id") == _LOCATION]
    return all(
        isinstance(place.get("value"), str) and (place["property"] != "pathname" or place["value"].startswith("/"))
        for place in own
    )
