"""Audit: who did what?"""

from dash import Dash

from dashapp.access import PageRights
from dashapp.data import SegmentationData
from dashapp.frame import Page
from dashapp.i18n import N_
from dashapp.pages.audit.layout import layout


def _register(_app: Dash, _data: SegmentationData) -> None:
    """Nothing on it answers: an entry is there or it is not."""


PAGE = Page(
    name="audit",
    path="/audit",
    label=N_("Audit"),
    question=N_("Who did what?"),
    layout=layout,
    register=_register,
    rights=PageRights("analyst"),
    apart=N_("Filters say nothing about what was done."),
    signed_in_only=True,
)

__all__ = ["PAGE"]
