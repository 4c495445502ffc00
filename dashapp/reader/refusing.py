"""What a reader is answered where there is no page and no file to send: one sentence."""

from __future__ import annotations

from flask import Response


def sentence(status: int, words: str) -> Response:
    """An answer of plain text that ends with its line, under the HTTP ``status``."""
    return Response(f"{words}\n", status=status, content_type="text/plain; charset=utf-8")
