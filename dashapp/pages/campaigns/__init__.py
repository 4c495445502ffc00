"""Campaigns: whom should we contact next?"""

from dashapp.access import PageRights
from dashapp.frame import Page
from dashapp.i18n import N_
from dashapp.pages.campaigns.address import OWN
from dashapp.pages.campaigns.callbacks import register
from dashapp.pages.campaigns.layout import asks, layout, needs

PAGE = Page(
    name="campaigns",
    path="/campaigns",
    label=N_("Campaigns"),
    question=N_("Whom should we contact next?"),
    layout=layout,
    register=register,
    rights=PageRights("marketer", exports=frozenset({"campaigns-download.data"})),  # whom to contact, by name
    needs=needs,
    asks=asks,
    parameters=frozenset(OWN),
    linked=True,
)

__all__ = ["PAGE"]
