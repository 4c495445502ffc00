"""Numbers, selections and what is shown as words, in the reader's language; nothing here knows of Dash or Plotly."""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from datetime import UTC, date, datetime

from dashapp.i18n import N_, _, decimal, language, plural, written_date, written_time
from dashapp.selecting import Area, Count, Dimension, Filter, Range, Selection
from pipeline.contract import Column, SegmentCard, Trust, currency_of, with_currency

TRUST_WORDS: dict[Trust, str] = {"solid": N_("Solid"), "usable": N_("Usable"), "fragile": N_("Fragile")}

_LARGE = ((1e9, "B"), (1e6, "M"), (1e3, "k"))  # as Plotly's axes have them


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
    """A number written as a whole one takes the form of the unit that the language asks for, if that is known.

    The forms are in ``locales/*/units.po``. 1,351.5 is written as 1,352.
    """
    whole, form = round(value), "{n} " + unit.replace("{", "{{").replace("}", "}}")
    if number(value) == number(whole):
        return plural(form, form, whole)
    of_a_few = plural(form, form, 2)  # a fraction has the form of two: 3,5 дня
    return f"{number(value)}{of_a_few.removeprefix('2')}" if of_a_few.startswith("2 ") else f"{number(value)} {unit}"


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


def counted(count: Count) -> str:
    """``shown``, with the interval where the count is estimated."""
    if count.exact:
        return shown(count.value, count.everybody)
    return _(
        "About {shown} (95 %: {low} to {high})",
        shown=shown(count.value, count.everybody),
        low=number(count.low),
        high=number(count.high),
    )


def estimate_note(count: Count) -> str:
    """What charts under filters rest on where not all customers are in memory."""
    drawn = {"sampled": number(count.sampled), "all": number(count.everybody)}
    if count.exact:
        return _("The count is exact; the charts are estimated from {sampled} of {all} customers.", **drawn)
    return _("Estimated from {sampled} of {all} customers, the charts too.", **drawn)


# ------------------------------------------------------------------ segments, and what is shown of them


def trusted(card: SegmentCard) -> str:
    """How far to rely on a segment, as a word inside a line."""
    return _(TRUST_WORDS[card.trust]).lower()


def grades_differ(cards: Iterable[SegmentCard]) -> bool:
    """Whether it tells anything to say each one's grade beside the others': where all are equal, once is enough."""
    return len({card.trust for card in cards}) != 1


def graded(card: SegmentCard, among: Iterable[SegmentCard]) -> str:
    """What follows a name in a label: its grade, nothing where all of ``among`` have the same."""
    return f" ·\u00a0{trusted(card)}" if grades_differ(among) else ""


def with_trust(card: SegmentCard, longest: int = 0, *, among: Iterable[SegmentCard] = ()) -> str:
    """``Big spenders (solid)`` where there is no room for a badge; the name in ``longest`` characters if given.

    Listed ``among`` cards of one and the same grade it is the name alone.
    """
    name = in_short(card.name, longest)
    return f"{name} ({trusted(card)})" if grades_differ(among) else name


def in_short(text: str, longest: int) -> str:
    """A text with … for what ``longest`` characters (0: any number) have no room for; whole words at both ends.

    The end has more room: where names begin alike, it tells them apart.
    """
    if not longest or len(text) <= longest:
        return text
    room = (longest - 1) * 2 // 5
    before, after = text[: room + 1], text[room - longest :]
    before = before.rpartition(" ")[0] or before[:-1]
    after = after.partition(" ")[2] or after[1:]
    return before.rstrip(" ,:") + "…" + after


def in_thousands(value: float) -> str:
    """A number in the fewest signs, as the axes of the charts write it: ``37k``, ``1.3M``; without its unit."""
    if value != value:
        return ""
    size, sign = next(((size, sign) for size, sign in _LARGE if abs(value) >= 0.9995 * size), (1.0, ""))
    scaled = value / size
    return number(scaled, 1 if abs(scaled) < 9.95 and scaled != round(scaled) else 0) + sign if sign else number(value)


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
