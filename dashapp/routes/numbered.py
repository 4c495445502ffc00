"""An address without the number that a page asks for, such as ``/segment``, leads to the page's first."""

from __future__ import annotations

from collections.abc import Iterable
from functools import partial

from flask import Flask, Response, redirect, request

from dashapp.prefix import outer


def register(server: Flask, firsts: Iterable[str]) -> None:
    """A rule for the parent of each of ``firsts``, the addresses of first pages; the query goes along."""
    for first in firsts:
        parent = first.rpartition("/")[0]
        for path in (parent, f"{parent}/"):
            server.add_url_rule(path, f"first of {path}", partial(_to_first, first))


def _to_first(first: str) -> Response:
    query = request.query_string.decode("utf-8", "replace")
    moved: Response = redirect(outer(first) + (f"?{query}" if query else ""))  # type: ignore[assignment]
    return moved
