"""Segment: what makes this one different?"""

from dash import Dash

from dashapp.data import SegmentationData
from dashapp.pages.segment import callbacks, notes
from dashapp.pages.segment.layout import layout


def register(app: Dash, data: SegmentationData) -> None:
    """Bind the callbacks of the page and of its notes."""
    callbacks.register(app, data)
    notes.register(app, data)


__all__ = ["layout", "register"]
