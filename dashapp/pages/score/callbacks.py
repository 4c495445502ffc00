"""Callbacks of the Score page."""

from __future__ import annotations

from dash import Dash

from dashapp.data import SegmentationData


def register(app: Dash, data: SegmentationData) -> None:
    """Bind the callbacks to ``app``."""
