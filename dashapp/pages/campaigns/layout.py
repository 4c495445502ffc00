"""Campaigns: whom should we contact next?"""

from __future__ import annotations

from dash.development.base_component import Component

from dashapp import shell
from dashapp.data import SegmentationData
from dashapp.i18n import _


def layout(data: SegmentationData, /, run: object = None, **_query: object) -> Component:
    """The page; other parts of the address belong to the selection."""
    view = data.view(run)
    return shell.page(view, _("Campaigns"), _("Whom should we contact next?"), [], data.settings)
