"""Explore: what do they look like?"""

from dashapp.access import PageRights
from dashapp.frame import Page
from dashapp.i18n import N_
from dashapp.pages.explore.callbacks import register
from dashapp.pages.explore.layout import layout

PAGE = Page(
    name="explore",
    path="/explore",
    label=N_("Explore"),
    question=N_("What do they look like?"),
    layout=layout,
    register=register,
    rights=PageRights("viewer"),
    linked=True,
    takes_customers=True,
)

__all__ = ["PAGE"]
