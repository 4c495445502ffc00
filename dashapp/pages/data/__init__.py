"""Data: can I trust the data?"""

from dashapp.access import PageRights
from dashapp.frame import Page
from dashapp.i18n import N_
from dashapp.pages.data.callbacks import register
from dashapp.pages.data.layout import layout

PAGE = Page(
    name="data",
    path="/data",
    label=N_("Data"),
    question=N_("Can I trust the data?"),
    layout=layout,
    register=register,
    rights=PageRights("marketer", exports=frozenset({"data-download.data"})),  # single rows that were set aside
    apart=N_("Cleaning concerns every row of the data, whoever is selected."),
)

__all__ = ["PAGE"]
