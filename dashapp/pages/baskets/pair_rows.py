"""Rules as rows and columns of the grid, and as lines of the file to take along."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from dashapp.findings import Rule, pair_words
from dashapp.i18n import _
from dashapp.pages.baskets.address import BasketsRequest
from dashapp.telling import TRUST_WORDS, Export, moment, number

Row = dict[str, Any]
ROW_ID, PICKED = "params.data.key", {"k-picked": "params.data.picked"}


def rows(rules: Sequence[Rule], picked: str = "") -> list[Row]:
    """Numbers to sort by, and beside each how it is read; the picked one is marked."""
    return [
        {
            "key": rule.key,
            "first": rule.first,
            "second": rule.second,
            "verdict": pair_words.short_verdict(rule),
            "picked": rule.key == picked,
            **_both("count", rule.count, number(rule.count)),
            **_both("support", rule.support, pair_words.fine_percent(rule.support)),
            **_both("confidence", rule.confidence, pair_words.fine_percent(rule.confidence)),
            **_both("reverse", rule.reverse, pair_words.fine_percent(rule.reverse)),
            **_both("lift", rule.lift, pair_words.times(rule.lift)),
            **_both(
                "overall", rule.overall_lift, "–" if rule.overall_lift is None else pair_words.times(rule.overall_lift)
            ),
        }
        for rule in rules
    ]


def columns(*, compared: bool) -> list[Row]:
    """Definitions of the columns; ``compared`` adds the lift among all customers."""
    texts = [("first", _("Who has"), 150), ("second", _("also has"), 150)]
    numbers = [
        ("lift", _("Lift"), 90),
        ("count", _("Count"), 90),
        ("confidence", _("Confidence"), 145),
        ("reverse", _("The other way"), 142),
        ("support", _("Support"), 120),
    ]
    if compared:
        numbers.insert(1, ("overall", _("Lift of all"), 112))
    return [
        *(
            {"field": name, "headerName": label, "minWidth": width, "flex": 1, "tooltipField": name}
            for name, label, width in texts
        ),
        *(
            {
                "field": name,
                "headerName": label,
                "width": width,
                "type": "rightAligned",
                "sortingOrder": ["desc", "asc", None],
                "valueFormatter": {"function": f"params.data.{name}_said"},
            }
            for name, label, width in numbers
        ),
        {"field": "verdict", "headerName": _("Chance?"), "minWidth": 170, "flex": 0.6},
    ]


def height(rules: Sequence[Rule]) -> str:
    """As high as its rows, up to a screen."""
    return f"{min(480, 52 + 43 * max(2, len(rules)))}px"


def locale_text() -> dict[str, str]:
    """AG Grid's own words, as far as this grid shows them."""
    return {"noRowsToShow": _("No rule holds this item."), "ariaSortableColumn": _("Press ENTER to sort")}


def export(asked: BasketsRequest) -> Export:
    """The rules on the screen with their full numbers."""
    segmentation, card = asked.run.segmentation, asked.card
    basis = segmentation.affinity_basis
    names = dict(
        zip(
            (key for rule in asked.known for key in rule.items),
            (name for rule in asked.known for name in (rule.first, rule.second)),
            strict=True,
        )
    )
    whose = f"{card.name} ({_(TRUST_WORDS[card.trust])})" if card else _("all customers")
    about = [
        (_("Run"), segmentation.run_id),
        (_("Trained"), moment(segmentation.started)),
        (_("Data"), segmentation.dataset.title),
        (_("Segments"), segmentation.k),
        (_("Customers"), whose),
        (_("Counted"), _("baskets") if basis and basis.kind == "baskets" else _("customers, from their totals")),
        (_("Item"), names.get(asked.item, "") or _("all items")),
    ]
    header = [
        _("Who has"),
        _("also has"),
        _("Count"),
        _("Support"),
        _("Confidence"),
        _("The other way"),
        _("Lift"),
        _("Lift of all"),
        _("Corrected q"),
        _("Chance?"),
    ]
    lines = [
        (
            rule.first,
            rule.second,
            rule.count,
            rule.support,
            rule.confidence,
            rule.reverse,
            rule.lift,
            "" if rule.overall_lift is None else rule.overall_lift,
            rule.q,
            pair_words.short_verdict(rule),
        )
        for rule in asked.shown
    ]
    return Export(f"korzina-{segmentation.run_id[:8]}-k{segmentation.k}-rules", _("Rules"), header, lines, about)


def _both(name: str, value: float | None, said: str) -> Row:
    return {name: value, f"{name}_said": said}
