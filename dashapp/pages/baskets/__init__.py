"""Baskets: what is bought together?"""

from dashapp.access import PageRights
from dashapp.frame import Page
from dashapp.i18n import N_
from dashapp.pages.baskets.address import OWN
from dashapp.pages.baskets.callbacks import register
from dashapp.pages.baskets.layout import layout, needs

PAGE = Page(
    name="baskets",
    path="/baskets",
    label=N_("Baskets"),
    question=N_("What is bought together?"),
    layout=layout,
    register=register,
    rights=PageRights("viewer"),
    needs=needs,
    parameters=frozenset(OWN),
    apart=N_(
        "What is bought together is counted over whole segments; where exactly one is selected, it "
        "is the one shown at first."
    ),
)

__all__ = ["PAGE"]
