"""Callbacks of the Segment page."""

from __future__ import annotations

from functools import partial
from typing import Any

from dash import Dash, Input, Output, State, no_update

from dashapp import ids as shared
from dashapp.callbacks import page_run
from dashapp.charts import deviations, rates, scheme
from dashapp.data import SegmentationData
from dashapp.findings import traits
from dashapp.pages.segment import ids


def draw(data: SegmentationData, scheme_name: object, origin: object, number: object) -> tuple[Any, ...]:
    """Every chart of one segment, in the reader's light or dark."""
    run = page_run(data, origin)
    if run is None or not scheme_name or not isinstance(number, int) or not 0 <= number < run.segmentation.k:
        return (no_update,) * 5
    segmentation, look = run.segmentation, scheme(scheme_name)
    card = segmentation.cards[number]
    return (
        deviations.differences(card, segmentation.dataset, look),
        deviations.mix(traits.mix(segmentation, card.segment, "categories"), card, look),
        deviations.mix(traits.mix(segmentation, card.segment, "channels"), card, look),
        rates.trait_effects(traits.traits(segmentation, card.segment), card, look),
        rates.responses(traits.drawn(traits.responses(segmentation, card.segment)), card, look),
    )


def register(app: Dash, data: SegmentationData) -> None:
    """Bind the callbacks to ``app``."""
    charts = (ids.DIFFERENCES, ids.CATEGORIES, ids.CHANNELS, ids.TRAITS, ids.RESPONSES)
    app.callback(
        *(Output(chart, "figure") for chart in charts),
        Input(shared.SCHEME, "data"),
        State(shared.PAGE, "data"),
        State(ids.NUMBER, "data"),
    )(partial(draw, data))
