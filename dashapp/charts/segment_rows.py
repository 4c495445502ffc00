"""Charts of the Segment page; names stand above their marks, so that a phone has room for both."""

from __future__ import annotations

import re
from collections.abc import Sequence
from textwrap import wrap
from typing import Any

import plotly.graph_objects as go

from dashapp.charts.theme import Scheme, empty_figure, escaped, figure_of, mark
from dashapp.findings import Response, Share, Trait, traits
from dashapp.i18n import N_, _, language, plural
from dashapp.telling import number, of_column, percent, rate
from pipeline.contract import Dataset, Difference, SegmentCard

ROW, LINE, LOWEST, MOST_TRAITS = 46, 16, 150, 12  # pixels of a row, of a further line of its words, of a chart
NO_DIFFERENCES = N_("No column sets this segment apart")
NO_MIX = N_("These data have no such totals")
NO_TRAITS = N_("No shares of traits are known")
NO_CAMPAIGNS = N_("These data hold no campaigns")
_LONGEST, _LINES = {"en": 50, "ru": 42}, 2  # letters that a phone has room for (Cyrillic ones are wider), and lines
_BRACKETS = re.compile(r"\([^)]*\)")


def height(words: Sequence[str], row: int = ROW, lowest: int = LOWEST) -> int:
    """Pixels of a chart with these words above its rows."""
    lines = max((len(_wrapped(one)) for one in words), default=1)
    return max(lowest, len(words) * (row + (lines - 1) * LINE) + 34)


def difference_words(card: SegmentCard, dataset: Dataset) -> list[str]:
    """What stands above each bar of ``differences``: the typical customer, here and overall."""
    return [
        _(
            "{label}, typically {here} (all: {overall})",
            label=column.label,
            here=of_column(one.median, column),
            overall=of_column(one.overall_median, column),
        )
        for one in _by_effect(card)
        for column in (dataset.column(one.column),)
    ]


def mix_words(shares: Sequence[Share]) -> list[str]:
    """What stands above each bar of ``mix``: the part of all that the segment spent or bought, not of one customer."""
    said = {
        "categories": N_("{label}: {here} of all their money (all: {overall})"),
        "channels": N_("{label}: {here} of all their purchases (all: {overall})"),
    }
    return [
        _(said[one.of], label=one.label, here=percent(one.share), overall=percent(one.overall)) for one in drawn(shares)
    ]


def trait_words(found: Sequence[Trait]) -> list[str]:
    """What stands above each dot of ``traits``."""
    return [_beside(one.label, percent(one.value or 0.0), one.overall) for one in shares_of(found)]


def campaign_words(found: Sequence[Response]) -> list[str]:
    """What stands above each dot of ``responses``."""
    return [_short(one) for one in found]


def drawn(shares: Sequence[Share]) -> list[Share]:
    """The members of a mix that the chart shows: of a share under a hundredth no index means anything."""
    return [one for one in shares if one.index is not None and one.visible]


def differences(card: SegmentCard, dataset: Dataset, look: Scheme) -> go.Figure:
    """A bar a column from 0, as long as the effect; the medians in words above it."""
    shown = _by_effect(card)
    if not shown:
        return empty_figure(_(NO_DIFFERENCES), look)
    words = difference_words(card, dataset)
    reach = max(abs(one.effect) for one in shown) * 1.25 or 1.0
    bars = _bars([one.effect for one in shown], 0.0, mark(card.colour, look).colour, look)
    bars["text"] = [signed(one.effect, 1) for one in shown]
    bars["hovertext"] = [
        f"{escaped(one.phrase)}<br>{escaped(word)}<br>"
        + _("{effect} standard deviations", effect=signed(one.effect, 2))
        for one, word in zip(shown, words, strict=True)
    ]
    return _rows([bars], words, look, span=(-reach, reach), centre=0.0, title=_("◂ less than others · more ▸"))


def mix(shares: Sequence[Share], card: SegmentCard, look: Scheme) -> go.Figure:
    """A bar a member from index 100, the share that all customers have."""
    known = [(one, one.index or 0.0) for one in drawn(shares)]
    if not known:
        return empty_figure(_(NO_MIX), look)
    reach = max(20.0, *(abs(index - 100) for _one, index in known)) * 1.3
    bars = _bars([index - 100 for _one, index in known], 100.0, mark(card.colour, look).colour, look)
    bars["text"] = [number(index, 0) for _one, index in known]
    words = mix_words(shares)
    bars["hovertext"] = [
        f"{escaped(word)}<br>" + _("index {index}", index=number(index, 0))
        for word, (_one, index) in zip(words, known, strict=True)
    ]
    return _rows(
        [bars],
        words,
        look,
        span=(100 - reach, 100 + reach),
        centre=100.0,
        title=_("index: 100 is the share of all customers"),
    )


def trait_shares(found: Sequence[Trait], card: SegmentCard, look: Scheme) -> go.Figure:
    """Shares of the segment with their intervals, and a line where all customers stand."""
    shown = shares_of(found)
    if not shown:
        return empty_figure(_(NO_TRAITS), look)
    values = [one.value or 0.0 for one in shown]
    words = trait_words(found)
    hover = [f"{escaped(one.text)}<br>" + _("all customers: {value}", value=escaped(one.overall)) for one in shown]
    dots = _dots(values, [one.low for one in shown], [one.high for one in shown], card, look, hover=hover)
    return _rows(
        [_ticks([one.overall_share for one in shown], look), dots],
        words,
        look,
        span=_reach([*(one.high for one in shown), *(one.overall_share for one in shown)]),
        percentages=True,
        title=_("share of those who are known"),
    )


def responses(found: Sequence[Response], card: SegmentCard, look: Scheme) -> go.Figure:
    """Response to each campaign with its interval; hollow where few were contacted, none under ``LEAST``."""
    if not found:
        return empty_figure(_(NO_CAMPAIGNS), look)
    dots = _dots(
        [one.rate for one in found],
        [one.low for one in found],
        [one.high for one in found],
        card,
        look,
        hover=[f"<b>{escaped(one.label)}</b><br>{response_words(one)}" for one in found],
        hollow=[one.few for one in found],
    )
    words = campaign_words(found)
    return _rows(
        [_ticks([one.overall for one in found], look), dots],
        words,
        look,
        span=_reach([*(one.high for one in found), *(one.overall for one in found)]),
        percentages=True,
        title=_("share of those contacted who responded"),
    )


def shares_of(found: Sequence[Trait]) -> list[Trait]:
    """The traits that the chart shows: shares whose value is known, the most different first."""
    return [one for one in found if one.overall_share is not None and one.value is not None][:MOST_TRAITS]


def response_words(one: Response) -> str:
    """One campaign in a sentence."""
    if one.rate is None or one.low is None or one.high is None:
        return plural(
            "{n} contacted, too few for a rate (at least {least})",
            "{n} contacted, too few for a rate (at least {least})",
            one.contacted,
            least=number(traits.LEAST),
        )
    said = _(
        "{answered} of {contacted} responded: {rate} ({low} to {high})",
        answered=number(one.answered),
        contacted=number(one.contacted),
        rate=rate(one.rate),
        low=rate(one.low),
        high=rate(one.high),
    )
    return said + "; " + _("few contacted, read with care") if one.few else said


def _short(one: Response) -> str:
    if one.rate is None:
        return _("{label}: only {n} contacted", label=one.label, n=number(one.contacted))
    said = (
        _beside(one.label, rate(one.rate), rate(one.overall))
        if one.overall is not None
        else f"{one.label}: {rate(one.rate)}"
    )
    return said + ", " + _("{n} contacted", n=number(one.contacted)) if one.few else said


def signed(value: float, places: int) -> str:
    """A number with its sign."""
    rounded = round(value, places) + 0.0  # no minus before a zero
    return f"{'+' if rounded > 0 else ''}{number(rounded, places)}"


def _by_effect(card: SegmentCard) -> list[Difference]:
    return sorted(card.differences, key=lambda one: -abs(one.effect))


def _wrapped(words: str) -> list[str]:
    whole = _BRACKETS.sub(lambda found: found[0].replace(" ", "\u00a0"), words)  # no line begins with a lone "8 %)"
    return wrap(whole, _LONGEST[language()], max_lines=_LINES, placeholder=" …") or [""]


def _beside(label: str, here: str, overall: str) -> str:
    return _("{label}: {here} (all: {overall})", label=label, here=here, overall=overall)


def _bars(values: Sequence[float], base: float, colour: str, look: Scheme) -> dict[str, Any]:
    return {
        "type": "bar",
        "orientation": "h",
        "x": list(values),
        "y": list(range(len(values))),
        "base": base,
        "width": 0.34,
        "offset": -0.02,
        "marker": {"color": colour},
        "textposition": "outside",
        "cliponaxis": False,
        "textfont": {"size": 12, "color": look.muted},
        "hoverinfo": "text",
    }


def _dots(
    values: Sequence[float | None],
    lows: Sequence[float | None],
    highs: Sequence[float | None],
    card: SegmentCard,
    look: Scheme,
    *,
    hover: Sequence[str],
    hollow: Sequence[bool] = (),
) -> dict[str, Any]:
    style = mark(card.colour, look)
    up = [
        None if value is None or high is None else max(0.0, high - value)
        for value, high in zip(values, highs, strict=True)
    ]
    down = [
        None if value is None or low is None else max(0.0, value - low) for value, low in zip(values, lows, strict=True)
    ]
    symbols = [f"{style.symbol}-open" if one else style.symbol for one in hollow] or style.symbol
    return {
        "type": "scatter",
        "mode": "markers",
        "x": list(values),
        "y": _lanes(len(values)),
        "marker": {"color": style.colour, "symbol": symbols, "size": 11},
        "hovertext": list(hover),
        "hoverinfo": "text",
        "name": escaped(card.name),
        "meta": card.key,
        "error_x": {"type": "data", "array": up, "arrayminus": down, "color": style.colour, "thickness": 2, "width": 4},
    }


def _ticks(values: Sequence[float | None], look: Scheme) -> dict[str, Any]:
    """Where all customers stand: an upright line in each row."""
    return {
        "type": "scatter",
        "mode": "markers",
        "x": list(values),
        "y": _lanes(len(values)),
        "name": _("all customers"),
        "hoverinfo": "text",
        "hovertext": ["" if one is None else _("all customers: {value}", value=percent(one)) for one in values],
        "marker": {"symbol": "line-ns-open", "size": 11, "color": look.muted, "line": {"width": 2}},
    }


def _rows(
    traces: list[dict[str, Any]],
    words: Sequence[str],
    look: Scheme,
    *,
    span: tuple[float, float],
    title: str,
    centre: float | None = None,
    percentages: bool = False,
) -> go.Figure:
    notes = [
        {
            "xref": "paper",
            "x": 0,
            "y": place,
            "yanchor": "bottom",
            "yshift": 1,
            "xanchor": "left",
            "text": "<br>".join(map(escaped, _wrapped(word))),
            "align": "left",
            "showarrow": False,
            "font": {"size": 12, "color": look.ink},
        }
        for place, word in enumerate(words)
    ]
    lines = (
        []
        if centre is None
        else [
            {
                "type": "line",
                "x0": centre,
                "x1": centre,
                "yref": "paper",
                "y0": 0,
                "y1": 1,
                "layer": "below",
                "line": {"color": look.ghost, "width": 1},
            }
        ]
    )
    axis: dict[str, Any] = {"range": list(span), "title": {"text": title}, "showgrid": percentages, "nticks": 5}
    return figure_of(
        traces,
        look,
        annotations=notes,
        shapes=lines,
        barmode="overlay",
        xaxis={**axis, **({"tickformat": ".0%"} if percentages else {"showticklabels": False})},
        yaxis={"visible": False, "range": [len(words) - 0.4, -0.75]},
        margin={"l": 4, "r": 12, "t": 0, "b": 8},
    )


def _lanes(rows: int) -> list[float]:
    """Where the marks of each row stand, under its words."""
    return [place + 0.2 for place in range(rows)]


def _reach(values: Sequence[float | None]) -> tuple[float, float]:
    top = max((one for one in values if one is not None), default=0.0) or 1.0
    return -0.02 * top, min(1.02, top * 1.12)
