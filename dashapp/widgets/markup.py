"""Dash components as plain HTML: the report and folded tables stand on the same building blocks as the pages.

Every text and attribute is escaped here and nowhere else. A ``dcc.Graph`` becomes an empty place with its numbers
beside it; one script at the end of the document draws all of them.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from html import escape
from typing import Any

from dash import dcc
from dash.development.base_component import Component

_HTML = "dash_html_components"
_EMPTY = frozenset({"br", "hr", "img"})  # tags that nothing closes
_NAMES = {"className": "class", "tabIndex": "tabindex", "colSpan": "colspan"}
_KEPT = frozenset({"id", "class", "style", "hidden", "lang", "title", "role", "href", "scope", "colspan", "tabindex"})


def markup(tree: Any) -> str:
    """The HTML of a component, a text, a number, or a list of them; None is nothing."""
    if tree is None:
        return ""
    if isinstance(tree, str | int | float):
        return escape(str(tree))
    if isinstance(tree, Component):
        return _graph(tree) if isinstance(tree, dcc.Graph) else _element(tree)
    if isinstance(tree, Sequence):
        return "".join(markup(part) for part in tree)
    raise TypeError(f"{type(tree).__name__} is no part of a page")


def plain(tree: Any) -> bool:
    """Whether ``markup`` can say all of it: no link between pages, no chart, nothing that a callback waits for."""
    if isinstance(tree, Component):
        return _is_plain(tree) and plain(getattr(tree, "children", None))
    return not isinstance(tree, list | tuple) or all(plain(part) for part in tree)


def as_data(text: str) -> str:
    """JSON that cannot end the script element it stands in."""
    return text.replace("<", "\\u003c").replace("\u2028", "\\u2028").replace("\u2029", "\\u2029")


def _element(element: Component) -> str:
    if not _is_plain(element):
        raise TypeError(f"{element._type} is no plain element, or a callback waits for it")
    tag, properties = element._type.lower(), _properties(element)
    opened = f"<{tag}{_attributes(properties)}>"
    return opened if tag in _EMPTY else f"{opened}{markup(properties.get('children'))}</{tag}>"


def _is_plain(element: Component) -> bool:
    return bool(element._namespace == _HTML) and not isinstance(getattr(element, "id", None), Mapping)


def _graph(graph: Component) -> str:
    properties = _properties(graph)
    place = {name: value for name, value in properties.items() if name not in ("figure", "config")}
    numbers = as_data(properties["figure"].to_json())
    return f'<div{_attributes(place)}></div><script type="application/json">{numbers}</script>'


def _properties(element: Component) -> dict[str, Any]:
    properties: dict[str, Any] = element.to_plotly_json()["props"]  # type: ignore[no-untyped-call]
    return properties


def _attributes(properties: Mapping[str, Any]) -> str:
    """Known attributes only: nothing that loads or runs."""
    attributes = []
    for given, value in properties.items():
        name = _NAMES.get(given, given)
        if not (name in _KEPT or re.fullmatch(r"aria-[a-z]+|data-label", name)) or value in (None, False):
            continue
        if name == "href" and not str(value).startswith("#"):
            raise ValueError(f"plain HTML leads nowhere but within its own page, not to {value!r}")
        words = _css(value) if name == "style" else "" if value is True else str(value)
        attributes.append(f' {name}="{escape(words)}"')
    return "".join(attributes)


def _css(style: Mapping[str, object]) -> str:
    return ";".join(f"{name}:{value}" for name, value in style.items())
