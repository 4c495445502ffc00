"""Segment: what makes this one different?"""

from dash import Dash

from dashapp.access import PageRights
from dashapp.data import SegmentationData
from dashapp.frame import Page
from dashapp.i18n import N_
from dashapp.pages.segment import callbacks, notes
from dashapp.pages.segment.layout import layout


def register(app: Dash, data: SegmentationData) -> None:
    """Bind the callbacks of the page and of its notes."""
    callbacks.register(app, data)
    notes.register(app, data)


PAGE = Page(
    name="segment",
    path="/segment/1",
    label=N_("Segment"),
    question=N_("What makes this one different?"),
    layout=layout,
    register=register,
    rights=PageRights(
        "viewer",
        outputs={  # what is kept is everybody's
            "segment-saved.children": "analyst",
            "segment-notes.children": "analyst",
            "segment-note.value": "analyst",
            "segment-renamed.data": "analyst",
            "segment-renamed.clear_data": "analyst",
        },
    ),
    apart=N_("This page describes the whole segment, whoever of it is selected."),
    template="/segment/<segment_number>",
)

__all__ = ["PAGE"]
