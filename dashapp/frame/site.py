"""The pages there are."""

from __future__ import annotations

from dashapp.address import inner
from dashapp.i18n import N_, _

PAGES = (
    ("overview", "/", N_("Overview")),
    ("explore", "/explore", N_("Explore")),
    ("segment", "/segment/1", N_("Segment")),
    ("baskets", "/baskets", N_("Baskets")),
    ("campaigns", "/campaigns", N_("Campaigns")),
    ("compare", "/compare", N_("Compare")),
    ("data", "/data", N_("Data")),
    ("score", "/score", N_("Score")),
)


# why a page shows the same whatever is selected
APART = {
    "segment": N_("This page describes the whole segment, whoever of it is selected."),
    "baskets": N_(
        "What is bought together is counted over whole segments; where exactly one is selected, it is the "
        "one shown at first."
    ),
    "compare": N_("Segmentations are compared over all their customers; only the blades below show who is selected."),
    "data": N_("Cleaning concerns every row of the data, whoever is selected."),
    "score": N_("This page places new customers; those selected are known already."),
}


TEMPLATES = {"segment": "/segment/<segment_number>"}  # pages whose address names what they are about
SHORT = 12  # digits of a run id that stand in the address


def apart_of(path: object) -> str:
    """Why the page at ``path`` (a browser's) does not follow the selection; empty for one that does, or is silent."""
    name = next(
        (name for name, place, _ in PAGES if place != "/" and inner(path).startswith("/" + place.split("/")[1])),
        "",
    )
    return _(APART[name]) if name in APART else ""
