"""Callbacks of the Overview page."""

from __future__ import annotations

from functools import partial
from typing import Any

from dash import Dash, Input, Output, State, no_update

from dashapp import ids as shared
from dashapp.callbacks import page_run
from dashapp.data import SegmentationData
from dashapp.pages.overview import figures, ids
from dashapp.theme import scheme


def draw(data: SegmentationData, scheme_name: object, origin: object) -> tuple[Any, Any]:
    """Both charts, in the reader's light or dark."""
    run = page_run(data, origin)
    if run is None or not scheme_name:
        return no_update, no_update
    look = scheme(scheme_name)
    return figures.shares(run.segmentation.cards, look), figures.bubbles(run.segmentation, look)


def register(app: Dash, data: SegmentationData) -> None:
    """Bind the callbacks to ``app``."""
    app.callback(Output(ids.SHARES, "figure"), Output(ids.BUBBLES, "figure"), Input(shared.SCHEME, "data"),
                 State(shared.PAGE, "data"))(partial(draw, data))
