"""``/healthz``: the process is up. ``/readyz``: a segmentation could be shown now, else 503 with the reasons.

Both answer whoever asks, so they name no file, folder, host or run; those are in the log.
"""

from __future__ import annotations

from functools import partial

from flask import Flask, Response, jsonify

from dashapp.data import NOTHING_PROMOTED, PREPARING, SegmentationData

_SILENT = "The store does not answer, or what it holds cannot be read. The log of the dashboard says more."


def register(server: Flask, data: SegmentationData) -> None:
    """Add both routes; they answer before Dash's own catch-all."""
    server.add_url_rule("/healthz", "healthz", healthz)
    server.add_url_rule("/readyz", "readyz", partial(readyz, data))


def healthz() -> Response:
    """200 as long as the process answers."""
    return jsonify(status="ok")


def readyz(data: SegmentationData) -> tuple[Response, int]:
    """200 when the store opens, a champion exists and its files can be read."""
    reasons = {reason if reason in (NOTHING_PROMOTED, PREPARING) else _SILENT for reason in data.not_ready()}
    return jsonify(ready=not reasons, reasons=sorted(reasons)), 503 if reasons else 200
