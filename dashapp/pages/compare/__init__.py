"""Compare: why this segmentation and not another?"""

from dashapp.access import PageRights
from dashapp.frame import Page
from dashapp.i18n import N_
from dashapp.pages.compare.callbacks import OWN, register
from dashapp.pages.compare.layout import layout

PAGE = Page(
    name="compare",
    path="/compare",
    label=N_("Compare"),
    question=N_("Why this segmentation and not another?"),
    layout=layout,
    register=register,
    rights=PageRights(
        "marketer",  # two segmentations side by side tell of the few who moved
        outputs={
            "compare-confirm.hidden": "analyst",
            "compare-consequences.children": "analyst",
            "compare-pending.data": "analyst",
            "compare-outcome.children": "analyst",
            "compare-changed.data": "analyst",
        },
    ),
    parameters=frozenset(OWN),
    apart=N_("Segmentations are compared over all their customers; only the blades below show who is selected."),
)

__all__ = ["PAGE"]
