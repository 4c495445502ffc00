"""Shares of a segment with their intervals: traits, and responses to campaigns."""

from __future__ import annotations

from collections.abc import Sequence

import plotly.graph_objects as go

from dashapp.charts.segment_rows import dot_trace, in_rows, span_of, tick_trace
from dashapp.charts.theme import Scheme, empty_figure, escaped
from dashapp.findings import Response, Trait, traits
from dashapp.i18n import N_, _, plural
from dashapp.telling import number, percent, rate
from pipeline.contract import SegmentCard

MOST_TRAITS = 12
NO_TRAITS = N_("No shares of traits are known")
NO_CAMPAIGNS = N_("These data hold no campaigns")


def trait_words(found: Sequence[Trait]) -> list[str]:
    """What stands above each dot of ``traits``."""
    return [_beside(share.label, percent(share.value or 0.0), share.overall) for share in shares_of(found)]


def campaign_words(found: Sequence[Response]) -> list[str]:
    """What stands above each dot of ``responses``."""
    return [_short(one) for one in found]


def trait_shares(found: Sequence[Trait], card: SegmentCard, look: Scheme) -> go.Figure:
    """Shares of the segment with their intervals, and a line where all customers stand."""
    shown = shares_of(found)
    if not shown:
        return empty_figure(_(NO_TRAITS), look)
    values = [one.value or 0.0 for one in shown]
    words = trait_words(found)
    hover = [f"{escaped(one.text)}<br>" + _("all customers: {value}", value=escaped(one.overall)) for one in shown]
    dots = dot_trace(values, [one.low for one in shown], [one.high for one in shown], card, look, hover=hover)
    return in_rows(
        [tick_trace([one.overall_share for one in shown], look), dots],
        words,
        look,
        span=span_of([*(one.high for one in shown), *(one.overall_share for one in shown)]),
        percentages=True,
        title=_("share of those who are known"),
    )


def responses(found: Sequence[Response], card: SegmentCard, look: Scheme) -> go.Figure:
    """Response to each campaign with its interval; hollow where few were contacted, none under ``LEAST``."""
    if not found:
        return empty_figure(_(NO_CAMPAIGNS), look)
    dots = dot_trace(
        [one.rate for one in found],
        [one.low for one in found],
        [one.high for one in found],
        card,
        look,
        hover=[f"<b>{escaped(one.label)}</b><br>{response_words(one)}" for one in found],
        hollow=[one.few for one in found],
    )
    words = campaign_words(found)
    return in_rows(
        [tick_trace([one.overall for one in found], look), dots],
        words,
        look,
        span=span_of([*(one.high for one in found), *(one.overall for one in found)]),
        percentages=True,
        title=_("share of those contacted who responded"),
    )


def shares_of(found: Sequence[Trait]) -> list[Trait]:
    """The traits that the chart shows: shares whose value is known, the most different first."""
    return [one for one in found if one.overall_share is not None and one.value is not None][:MOST_TRAITS]


def response_words(response: Response) -> str:
    """One campaign in a sentence."""
    if response.rate is None or response.low is None or response.high is None:
        return plural(
            "{n} contacted, too few for a rate (at least {least})",
            "{n} contacted, too few for a rate (at least {least})",
            response.contacted,
            least=number(traits.LEAST),
        )
    said = _(
        "{answered} of {contacted} responded: {rate} ({low} to {high})",
        answered=number(response.answered),
        contacted=number(response.contacted),
        rate=rate(response.rate),
        low=rate(response.low),
        high=rate(response.high),
    )
    return said + "; " + _("few contacted, read with care") if response.few else said


def _short(response: Response) -> str:
    if response.rate is None:
        return _("{label}: only {n} contacted", label=response.label, n=number(response.contacted))
    said = (
        _beside(response.label, rate(response.rate), rate(response.overall))
        if response.overall is not None
        else f"{response.label}: {rate(response.rate)}"
    )
    return said + ", " + _("{n} contacted", n=number(response.contacted)) if response.few else said


def _beside(label: str, here: str, overall: str) -> str:
    return _("{label}: {here} (all: {overall})", label=label, here=here, overall=overall)
