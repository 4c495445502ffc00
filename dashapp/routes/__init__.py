"""Addresses of the server beside its pages: health, metrics, the selected customers as a file, Plotly, the face."""

from collections.abc import Iterable

from flask import Flask

from dashapp.data import SegmentationData
from dashapp.routes import customers, health, metrics, numbered, plotlyjs, typeface
from dashapp.routes.plotlyjs import PATH as PLOTLY_PATH


def register(server: Flask, data: SegmentationData, firsts: Iterable[str] = ()) -> None:
    """Add every route; they answer before Dash's own catch-all. ``firsts`` are the first of pages with a number."""
    health.register(server, data)
    metrics.register(server, data)
    customers.register(server, data)
    plotlyjs.register(server)
    typeface.register(server)
    numbered.register(server, firsts)


__all__ = ["PLOTLY_PATH", "register"]
