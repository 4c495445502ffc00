"""Overview: who are our customers?"""

from dashapp.access import PageRights
from dashapp.frame import Page
from dashapp.i18n import N_
from dashapp.pages.overview.callbacks import register
from dashapp.pages.overview.layout import layout

PAGE = Page(
    name="overview",
    path="/",
    label=N_("Overview"),
    question=N_("Who are our customers?"),
    layout=layout,
    register=register,
    rights=PageRights("viewer"),
    linked=True,
)

__all__ = ["PAGE"]
