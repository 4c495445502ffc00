"""How long a browser may keep the face: for ever, since its name follows its content."""

from __future__ import annotations

from flask import Flask, Response, request

from dashapp.charts import FONT_FILE

_YEAR = 31_536_000  # seconds


def register(server: Flask) -> None:
    """Say so with the face, which Dash serves among its assets."""
    server.after_request(_keep)


def _keep(answer: Response) -> Response:
    if answer.status_code == 200 and request.path.endswith(f"/{FONT_FILE}"):
        answer.headers["Cache-Control"] = f"public, max-age={_YEAR}, immutable"
    return answer
