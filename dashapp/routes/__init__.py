"""Addresses of the server beside its pages: health, metrics, the selected customers as a file, Plotly, the face."""

from flask import Flask

from dashapp.data import SegmentationData
from dashapp.routes import customers, health, metrics, plotlyjs, typeface
from dashapp.routes.plotlyjs import PATH as PLOTLY_PATH
from dashapp.routes.plotlyjs import script


def register(server: Flask, data: SegmentationData) -> None:
    """Add every route; they answer before Dash's own catch-all."""
    health.register(server, data)
    metrics.register(server, data)
    customers.register(server, data)
    plotlyjs.register(server)
    typeface.register(server)


__all__ = ["PLOTLY_PATH", "register", "script"]
