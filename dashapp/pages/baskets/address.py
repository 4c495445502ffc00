"""What a reader asked the Baskets page for, as it stands in the address; nothing that a browser sends is trusted."""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import cached_property
from urllib.parse import parse_qsl, urlencode

from dashapp.data import Run
from dashapp.findings import Rule, affinity
from dashapp.i18n import _
from dashapp.selecting import SEGMENT
from pipeline.contract import Affinities, SegmentCard

EVERYBODY = "all"
EVERY_ITEM = "*"  # of the menu of items, which reads an empty value as none chosen
OWN = ("of", "item", "pair")


@dataclass(frozen=True)
class BasketsRequest:
    """Whose baskets, which item (empty: all of them), which pair (empty: none)."""

    run: Run
    of: str = EVERYBODY
    item: str = ""
    pair: str = ""

    @property
    def card(self) -> SegmentCard | None:
        """The segment; None for everybody."""
        return next((card for card in self.run.segmentation.cards if card.key == self.of), None)

    @cached_property
    def known(self) -> tuple[Rule, ...]:
        """Every rule of that segment."""
        return affinity.rules(self.run, self.card.segment if self.card else Affinities.EVERYBODY)

    @property
    def shown(self) -> tuple[Rule, ...]:
        """Those about the item."""
        return affinity.about(self.known, self.item or None)

    @property
    def rule(self) -> Rule | None:
        """The pair asked for."""
        return next((rule for rule in self.known if rule.key == self.pair), None)

    def changed(self, name: str, value: str) -> BasketsRequest:
        """The same after one choice; what the other choices name and is no longer there goes."""
        new = replace(self, **{name: value})  # type: ignore[arg-type]
        if new.of != EVERYBODY and new.card is None:
            return self
        if new.item and new.item not in affinity.items_of(new.known):
            new = replace(new, item="")
        return new if new.rule or not new.pair else replace(new, pair="")


def read(run: Run, search: object) -> tuple[BasketsRequest, tuple[str, ...]]:
    """What the address asks for, and a sentence for each part that is not there; the nearest view stands instead.

    An address that does not say whose baskets means those of the segment that is selected alone.
    """
    given = dict(parse_qsl(search[:8000].removeprefix("?"), errors="replace")) if isinstance(search, str) else {}
    asked, notices = BasketsRequest(run).changed("of", _selected(search)), []
    for name, said in zip(OWN, _missing(), strict=True):
        wanted = given.get(name, "")
        asked = asked.changed(name, wanted) if wanted else asked
        if wanted and getattr(asked, name) != wanted:
            notices.append(said.format(wanted=wanted[:40]))
    return asked, tuple(notices)


def search_of(search: object, asked: BasketsRequest) -> str:
    """The address's query with what is asked now; the run and the selection stay as they are."""
    given = parse_qsl(search[:8000].removeprefix("?"), keep_blank_values=True) if isinstance(search, str) else []
    usual = {"of": _selected(search)}
    own = [(name, value) for name in OWN if (value := getattr(asked, name)) and value != usual.get(name)]
    query = urlencode([*(parameter for parameter in given if parameter[0] not in OWN), *own], safe="~,:")
    return f"?{query}" if query else ""


def _selected(search: object) -> str:
    """The segment that the selection names where it names exactly one."""
    given = parse_qsl(search[:8000].removeprefix("?"), errors="replace") if isinstance(search, str) else []
    named = {value for name, value in given if name == SEGMENT}
    return named.pop() if len(named) == 1 else EVERYBODY


def _missing() -> tuple[str, str, str]:
    return (
        _("There is no segment “{wanted}” in this run. These are all customers.", wanted="{wanted}"),
        _("No rule here holds “{wanted}”. All items are shown.", wanted="{wanted}"),
        _("The pair “{wanted}” is not among the rules shown here.", wanted="{wanted}"),
    )
