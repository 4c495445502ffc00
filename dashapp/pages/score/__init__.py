"""Score: where do new customers belong?"""

from dashapp.access import PageRights
from dashapp.frame import Page
from dashapp.i18n import N_
from dashapp.pages.score.callbacks import register
from dashapp.pages.score.layout import layout

PAGE = Page(
    name="score",
    path="/score",
    label=N_("Score"),
    question=N_("Where do new customers belong?"),
    layout=layout,
    register=register,
    rights=PageRights("analyst"),
    apart=N_("This page places new customers; those selected are known already."),
)

__all__ = ["PAGE"]
