"""Numbers and findings as sentences, in the reader's language; nothing here knows of Dash or Plotly."""

from __future__ import annotations

import math
from collections.abc import Sequence
from datetime import UTC, date, datetime

from dashapp.i18n import N_, _, decimal, language, plural, written_date, written_time
from dashapp.selecting import Area, Dimension, Filter, Range, Selection
from pipeline.contract import Column, Decision, Segmentation, SegmentCard, Trust, Verdict, currency_of, with_currency

TRUST_WORDS: dict[Trust, str] = {"solid": N_("Solid"), "usable": N_("Usable"), "fragile": N_("Fragile")}
VERDICT_WORDS: dict[Verdict, str] = {
    "strong": N_("The groups are real: they come back when the analysis is repeated on other samples of customers."),
    "weak": N_(
        "The groups are a useful pattern with blurred borders: those near a border could belong to either side."
    ),
    "none": N_(
        "The data show no clear borders. The groups divide a continuum into handy parts; they are not a discovery."
    ),
}
VERDICT_TITLES: dict[Verdict, str] = {
    "strong": N_("Clearly separate groups"),
    "weak": N_("Groups with blurred borders"),
    "none": N_("No clear borders"),
}


def number(value: float, decimals: int | None = None) -> str:
    """``12,345``; small numbers keep a decimal, those below one a second where there is one."""
    if decimals is None:
        fine = abs(value) < 1 and round(value, 2) != round(value, 1)
        decimals = 0 if abs(value) >= 20 or float(value).is_integer() else 2 if fine else 1
    return decimal(value, decimals)


def percent(share: float) -> str:
    """``24 %``; ``<1 %`` for what is small but there."""
    if 0 < share < 0.01:
        return "<1 %"
    return f"{decimal(100 * share)} %"


def rate(share: float) -> str:
    """``27.3 %``: where a rate is held against break-even, a whole percent is too coarse."""
    return f"{decimal(100 * share, 1)} %"


def amount(value: float, unit: str, spec: str = "") -> str:
    """A value with its unit: ``$1,200``, ``47 years``, ``35 %``."""
    if value != value:
        return _("not known")
    if "%" in spec:
        return percent(value)
    if currency_of(unit)[0]:
        return with_unit(number(value), unit)
    return _counted(value, unit) if unit else number(value)


def _counted(value: float, unit: str) -> str:
    """A whole number takes the form of the unit that the language asks for (``locales/*/units.po``), if it is known."""
    if not float(value).is_integer():
        return f"{number(value)} {unit}"
    form = "{n} " + unit.replace("{", "{{").replace("}", "}}")
    return plural(form, form, int(value))


def with_unit(written: str, unit: str) -> str:
    """A written number with its unit: money in the form of the language."""
    sign, rest = currency_of(unit)
    return with_currency(written, sign, language()) + rest if sign else f"{written} {unit}".rstrip()


def money(value: float, currency: str) -> str:
    """Whole units, ``$1,345`` or ``−$30``: a loss has its sign in front."""
    whole = round(value)
    return f"{'−' if whole < 0 else ''}{amount(abs(whole), currency)}"


def of_column(value: float, column: Column) -> str:
    """A value of a column with its unit."""
    return amount(value, column.unit, column.format)


def customers(count: int) -> str:
    """``1 customer``, ``2,240 customers``."""
    return plural("{n} customer", "{n} customers", count)


def day(when: date | None) -> str:
    """``29 June 2014``."""
    return written_date(when) if when else _("no date given")


def moment(seconds: float) -> str:
    """``29 June 2014, 14:05 UTC``."""
    when = datetime.fromtimestamp(seconds, UTC)
    return f"{day(when.date())}, {written_time(when)} UTC"


# ------------------------------------------------------------------ selections


def chip(dimension: Dimension, chosen: Filter) -> str:
    """One filter in words: ``Age: 30 to 44 years``."""
    if isinstance(chosen, Area):
        return _("Area on the map")
    if isinstance(chosen, Range):
        return f"{dimension.label}: {span(dimension, chosen)}"
    names = dict(zip(dimension.tokens, dimension.labels, strict=True))
    joined = _(" or ").join(names.get(token, token) for token in chosen.tokens)
    return _("Buys mostly: {what}", what=joined) if dimension.kind == "mix" else f"{dimension.label}: {joined}"


def span(dimension: Dimension, chosen: Range) -> str:
    """A range in words; whole numbers are named by the first and last that belong to it."""
    low, high = chosen.low, chosen.high
    if dimension.whole and high is not None:
        high = math.ceil(high) - 1
    if dimension.whole and low is not None:
        low = math.ceil(low)
    if low is None and high is not None:
        most = _amount(high, dimension)
        return _("up to {amount}", amount=most) if dimension.whole else _("under {amount}", amount=most)
    if high is None and low is not None:
        return _("{amount} and over", amount=_amount(low, dimension))
    if low is None or high is None:
        return _("any")
    if dimension.whole and low >= high:
        return _amount(low, dimension)
    return _("{low} to {high}", low=_bare(low, dimension), high=_amount(high, dimension))


def bin_label(dimension: Dimension, place: int) -> str:
    """One bin in words."""
    if dimension.kind != "number":
        return dimension.labels[place]
    low, high = dimension.edges[place], dimension.edges[place + 1]
    return span(dimension, Range(None if math.isinf(low) else low, None if math.isinf(high) else high))


def chips(selection: Selection, dimensions: dict[str, Dimension]) -> list[tuple[str, str]]:
    """Name and words of each filter, in order."""
    return [(name, chip(dimensions[name], chosen)) for name, chosen in selection.filters.items() if name in dimensions]


def shown(count: int, total: int) -> str:
    """``312 of 2,240 customers``."""
    if count == total:
        return plural("All {n} customers", "All {n} customers", total)
    return plural("{count} of {n} customer", "{count} of {n} customers", total, count=number(count))


# ------------------------------------------------------------------ findings


def trusted(card: SegmentCard) -> str:
    """How far to rely on a segment, as a word inside a line."""
    return _(TRUST_WORDS[card.trust]).lower()


def with_trust(card: SegmentCard, longest: int = 0) -> str:
    """``Big spenders (solid)`` where there is no room for a badge; the name cut to ``longest`` characters if given."""
    cut = card.name if not longest or len(card.name) <= longest else card.name[: longest - 1].rstrip(" ,") + "…"
    return f"{cut} ({trusted(card)})"


def reliance(cards: Sequence[SegmentCard], decision: Decision) -> str:
    """The trust of the groups and the verdict on their borders in one breath, since either alone misleads."""
    solid = sum(card.trust == "solid" for card in cards)
    if solid == len(cards):
        back = _("The groups come back when the analysis is repeated on other customers")
    elif solid:
        back = plural(
            "{solid} of the {n} group comes back when the analysis is repeated on other customers",
            "{solid} of the {n} groups come back when the analysis is repeated on other customers",
            len(cards),
            solid=number(solid),
        )
    else:
        back = _("The groups come back only in part when the analysis is repeated on other customers")
    borders = {
        "strong": _("{back}, and their borders are clear.", back=back),
        "weak": _("{back}, but their borders are blurred: those near one could belong to either side.", back=back),
        "none": _(
            "{back}, but the data show no borders between them: they divide a continuum into handy parts.", back=back
        ),
    }[decision.verdict]
    if not decision.supported_k or decision.supported_k == len(cards):
        return borders
    alone = plural(
        "By themselves the data support {n} group.", "By themselves the data support {n} groups.", decision.supported_k
    )
    return f"{borders} {alone}"


def finding(cards: Sequence[SegmentCard]) -> str:
    """What the overview says first: who brings the most for their number, or who are the most."""
    if not cards:
        return ""
    rated = [card for card in cards if card.revenue_share is not None and card.share > 0]
    if rated:
        best = max(rated, key=lambda card: (card.revenue_share or 0) / card.share)
        if (best.revenue_share or 0) / best.share >= 1.15:
            return _(
                "“{name}” are {share} of the customers and bring {revenue} of the revenue.",
                name=best.name,
                share=percent(best.share),
                revenue=percent(best.revenue_share or 0),
            )
    largest = max(cards, key=lambda card: card.size)
    return plural(
        "The customers fall into {n} group; the largest, “{name}”, holds {share}.",
        "The customers fall into {n} groups; the largest, “{name}”, holds {share}.",
        len(cards),
        name=largest.name,
        share=percent(largest.share),
    )


def difference(card: SegmentCard, it: Segmentation, most: int = 3) -> list[tuple[str, str, str]]:
    """The strongest differences of a segment: phrase, its median, the median of all."""
    rows = []
    for one in card.differences[:most]:
        column = it.dataset.column(one.column)
        phrase = one.phrase[:1].upper() + one.phrase[1:]
        rows.append((phrase, f"{column.label} {of_column(one.median, column)}", of_column(one.overall_median, column)))
    return rows


def summary_of_number(dimension: Dimension, middle: float | None, overall: float | None) -> str:
    """Half are below, half above: ``Half are over 47 years; among all customers, over 45 years.``."""
    if middle is None:
        return _("Not known for any of these customers.")
    if overall is None or middle == overall:
        return _("Median {middle}.", middle=_amount(middle, dimension))
    return _(
        "Median {middle}; all customers {overall}.",
        middle=_amount(middle, dimension),
        overall=_amount(overall, dimension),
    )


def summary_of_bins(dimension: Dimension, shown_share: Sequence[float], all_share: Sequence[float]) -> str:
    """The largest bin, and the one that departs most from all customers."""
    if not any(shown_share):
        return _("No customers match.")
    top = max(range(len(shown_share)), key=lambda place: shown_share[place])
    gaps = [mine - every for mine, every in zip(shown_share, all_share, strict=True)]
    far = max(range(len(gaps)), key=lambda place: abs(gaps[place]))
    told = {
        "label": dimension.label,
        "what": dimension.labels[top],
        "share": percent(shown_share[top]),
        "every": percent(all_share[top]),
    }
    if far == top and abs(gaps[far]) >= 0.02:
        return (
            _("Mostly “{what}”: {share} (all customers: {every}).", **told)
            if dimension.kind == "mix"
            else _("{label}: most often “{what}”, {share} (all customers: {every}).", **told)
        )
    first = (
        _("Mostly “{what}”: {share}.", **told)
        if dimension.kind == "mix"
        else _("{label}: most often “{what}”, {share}.", **told)
    )
    return first if abs(gaps[far]) < 0.02 else f"{first} {_gap(dimension, far, shown_share[far], all_share[far])}"


def _gap(dimension: Dimension, far: int, mine: float, every: float) -> str:
    told = {"what": dimension.labels[far], "share": percent(mine), "every": percent(every)}
    if mine > every:
        return _("“{what}” more than among all customers: {share} instead of {every}.", **told)
    return _("“{what}” less than among all customers: {share} instead of {every}.", **told)


def _amount(value: float, dimension: Dimension) -> str:
    return amount(value, dimension.unit, dimension.format)


def _bare(value: float, dimension: Dimension) -> str:
    """Without the unit where it stands at the end anyway."""
    return amount(value, currency_of(dimension.unit)[0], dimension.format)
