"""``/healthz``: the process is up. ``/readyz``: a segmentation could be shown now, else 503 with the reasons."""

from __future__ import annotations

from functools import partial

from flask import Flask, Response, jsonify

from dashapp.data import SegmentationData


def register(server: Flask, data: SegmentationData) -> None:
    """Add both routes; they answer before Dash's own catch-all."""
    server.add_url_rule("/healthz", "healthz", healthz)
    server.add_url_rule("/readyz", "readyz", partial(readyz, data))


def healthz() -> Response:
    """200 as long as the process answers."""
    return jsonify(status="ok")


def readyz(data: SegmentationData) -> tuple[Response, int]:
    """200 when the store opens, a champion exists and its files can be read."""
    reasons = data.not_ready()
    return jsonify(ready=not reasons, reasons=list(reasons)), 503 if reasons else 200
