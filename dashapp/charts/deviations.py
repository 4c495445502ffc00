"""How far a segment departs from all customers: bars to both sides of what is usual."""

from __future__ import annotations

from collections.abc import Sequence

import plotly.graph_objects as go

from dashapp.charts.segment_rows import bar_trace, in_rows
from dashapp.charts.theme import Scheme, empty_figure, escaped, mark
from dashapp.findings import MixShare
from dashapp.i18n import N_, _
from dashapp.telling import number, of_column, percent
from pipeline.contract import Dataset, Difference, SegmentCard

LARGE = 0.8  # standard deviations, from which a difference is a large one: Cohen (1988)
NO_DIFFERENCES = N_("No column sets this segment apart")
NO_MIX = N_("These data have no such totals")


def difference_words(card: SegmentCard, dataset: Dataset) -> list[str]:
    """What stands above each bar of ``differences``: the typical customer, here and overall."""
    return [
        _(
            "{label}, typically {here} (all: {overall})",
            label=column.label,
            here=of_column(difference.median, column),
            overall=of_column(difference.overall_median, column),
        )
        for difference in _by_effect(card)
        for column in (dataset.column(difference.column),)
    ]


def mix_words(shares: Sequence[MixShare]) -> list[str]:
    """What stands above each bar of ``mix``: the part of all that the segment spent or bought, not of one customer."""
    said = {
        "categories": N_("{label}: {here} of all their money (all: {overall})"),
        "channels": N_("{label}: {here} of all their purchases (all: {overall})"),
    }
    return [
        _(said[share.of], label=share.label, here=percent(share.share), overall=percent(share.overall))
        for share in drawn(shares)
    ]


def drawn(shares: Sequence[MixShare]) -> list[MixShare]:
    """The members of a mix that the chart shows: of a share under a hundredth no index means anything."""
    return [share for share in shares if share.index is not None and share.visible]


def differences(card: SegmentCard, dataset: Dataset, look: Scheme) -> go.Figure:
    """A bar a column from 0, as long as the effect; the medians in words above it."""
    shown = _by_effect(card)
    if not shown:
        return empty_figure(_(NO_DIFFERENCES), look)
    words = difference_words(card, dataset)
    reach = reach_of([difference.effect for difference in shown])
    bars = bar_trace([difference.effect for difference in shown], 0.0, mark(card.colour, look).colour, look)
    bars["text"] = [signed(difference.effect, 1) for difference in shown]
    bars["hovertext"] = [
        f"{escaped(difference.phrase)}<br>{escaped(word)}<br>"
        + _("{effect} standard deviations", effect=signed(difference.effect, 2))
        for difference, word in zip(shown, words, strict=True)
    ]
    return in_rows([bars], words, look, span=(-reach, reach), centre=0.0, title=_("◂ less than others · more ▸"))


def mix(shares: Sequence[MixShare], card: SegmentCard, look: Scheme) -> go.Figure:
    """A bar a member from index 100, the share that all customers have."""
    known = [(share, share.index or 0.0) for share in drawn(shares)]
    if not known:
        return empty_figure(_(NO_MIX), look)
    reach = max(20.0, *(abs(index - 100) for _one, index in known)) * 1.3
    bars = bar_trace([index - 100 for _one, index in known], 100.0, mark(card.colour, look).colour, look)
    bars["text"] = [number(index, 0) for _one, index in known]
    words = mix_words(shares)
    bars["hovertext"] = [
        f"{escaped(word)}<br>" + _("index {index}", index=number(index, 0))
        for word, (_one, index) in zip(words, known, strict=True)
    ]
    return in_rows(
        [bars],
        words,
        look,
        span=(100 - reach, 100 + reach),
        centre=100.0,
        title=_("index: 100 is the share of all customers"),
    )


def reach_of(effects: Sequence[float]) -> float:
    """How far an axis of effects goes to each side: a small difference is drawn small, also where none is larger."""
    return max(LARGE, *map(abs, effects)) * 1.25


def signed(value: float, places: int) -> str:
    """A number with its sign."""
    rounded = round(value, places) + 0.0  # no minus before a zero
    return f"{'+' if rounded > 0 else ''}{number(rounded, places)}"


def _by_effect(card: SegmentCard) -> list[Difference]:
    return sorted(card.differences, key=lambda difference: -abs(difference.effect))
