"""Who a segment's customers are by the size of the difference, and their responses to campaigns with intervals."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol

import plotly.graph_objects as go

from dashapp.charts.deviations import reach_of, signed
from dashapp.charts.segment_rows import bar_trace, dot_trace, in_rows, span_of, tick_trace
from dashapp.charts.theme import Scheme, empty_figure, escaped, mark
from dashapp.findings import Response, Trait, traits
from dashapp.i18n import N_, _, plural
from dashapp.telling import number, rate
from pipeline.contract import SegmentCard

MOST_TRAITS = 12


class Answered(Protocol):
    """Contacts and answers of one segment and one campaign; rate and interval are None where too few were contacted."""

    @property
    def contacted(self) -> int:
        """How many customers."""

    @property
    def answered(self) -> int:
        """How many of them."""

    @property
    def rate(self) -> float | None:
        """Their share."""

    @property
    def low(self) -> float | None:
        """The lower end of its interval."""

    @property
    def high(self) -> float | None:
        """The upper end."""

    @property
    def few(self) -> bool:
        """Whether the rate is to be read with care."""


NO_TRAITS = N_("No traits are known")
NO_CAMPAIGNS = N_("These data hold no campaigns")


def trait_words(traits: Sequence[Trait]) -> list[str]:
    """What stands above each bar of ``trait_effects``: a share, or an average that says so."""
    return [_beside(*trait.beside) for trait in drawn_traits(traits)]


def campaign_words(responses: Sequence[Response]) -> list[str]:
    """What stands above each dot of ``responses``."""
    return [_short(response) for response in responses]


def trait_effects(traits: Sequence[Trait], card: SegmentCard, look: Scheme) -> go.Figure:
    """A bar a trait from 0, as long as its effect; shares and averages in words above it."""
    shown = drawn_traits(traits)
    if not shown:
        return empty_figure(_(NO_TRAITS), look)
    effects, words = [trait.effect or 0.0 for trait in shown], trait_words(traits)
    reach = reach_of(effects)
    bars = bar_trace(effects, 0.0, mark(card.colour, look).colour, look)
    bars["text"] = [signed(effect, 1) for effect in effects]
    bars["hovertext"] = [
        f"{escaped(trait.text)}<br>" + _("all customers: {value}", value=escaped(trait.overall)) for trait in shown
    ]
    return in_rows([bars], words, look, span=(-reach, reach), centre=0.0, title=_("◂ less than others · more ▸"))


def responses(answers: Sequence[Response], card: SegmentCard, look: Scheme) -> go.Figure:
    """Response to each campaign with its interval; hollow where few were contacted, none under ``LEAST``."""
    if not answers:
        return empty_figure(_(NO_CAMPAIGNS), look)
    dots = dot_trace(
        [response.rate for response in answers],
        [response.low for response in answers],
        [response.high for response in answers],
        card,
        look,
        hover=[f"<b>{escaped(response.label)}</b><br>{response_words(response)}" for response in answers],
        hollow=[response.few for response in answers],
    )
    words = campaign_words(answers)
    return in_rows(
        [tick_trace([response.overall for response in answers], look), dots],
        words,
        look,
        span=span_of([*(response.high for response in answers), *(response.overall for response in answers)]),
        percentages=True,
        title=_("share of those contacted who responded"),
    )


def drawn_traits(traits: Sequence[Trait]) -> list[Trait]:
    """The traits that the chart shows: those whose value is known, the most different first."""
    return [trait for trait in traits if trait.effect is not None and trait.value is not None][:MOST_TRAITS]


def response_words(response: Answered) -> str:
    """What was answered to one campaign, in a sentence."""
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
