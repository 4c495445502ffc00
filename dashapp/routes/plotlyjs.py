"""The address under which Dash looks for Plotly's script answers with the bundle, where that may stand for it."""

from __future__ import annotations

from flask import Flask, Response, request

from dashapp.charts import bundle

PATH = "/_dash-component-suites/plotly/package_data/plotly.min.js"  # where Dash's renderer looks for it


def register(server: Flask) -> None:
    """Answer for Plotly's script before Dash does, where the bundle may stand for it."""
    if bundle.traces():
        server.add_url_rule(PATH, "plotlyjs", _send)


def _send() -> Response:
    answer = Response(bundle.FILE.read_bytes(), mimetype="text/javascript")  # no stream, which gzip may not compress
    answer.add_etag()
    answer.make_conditional(request)
    return answer
