"""The cards of a segment's charts: each with its finding, its numbers, and about how many pixels it takes up."""

from __future__ import annotations

from collections.abc import Sequence

from dash import html
from dash.development.base_component import Component

from dashapp.charts import deviations, rates, segment_rows
from dashapp.findings import happenings, segment_words, traits
from dashapp.i18n import N_, _
from dashapp.pages.segment import ids
from dashapp.pricing import FEW
from dashapp.telling import number, of_column, percent, rate
from dashapp.widgets import as_table, card, chart_card, graph
from pipeline.contract import GroupMeaning, Segmentation, SegmentCard

TEXT, _AROUND = 290, 190  # about the pixels of a card of words, and of what stands around a chart
MIXES: tuple[tuple[GroupMeaning, str, str], ...] = (
    ("categories", ids.CATEGORIES, N_("What do they buy more of than others?")),
    ("channels", ids.CHANNELS, N_("Where do they buy more than others?")),
)


def differences_card(segmentation: Segmentation | None, card: SegmentCard | None) -> tuple[int, Component]:
    """What sets the segment apart."""
    title = _("What sets them apart, the strongest first?")
    words = deviations.difference_words(card, segmentation.dataset) if segmentation and card else []
    plot = graph(ids.DIFFERENCES, title, height=segment_rows.height(words))
    if segmentation is None or card is None:
        return 0, chart_card(title, plot)
    shown = sorted(card.differences, key=lambda difference: -abs(difference.effect))
    rows = []
    for difference in shown:
        column = segmentation.dataset.column(difference.column)
        rows.append(
            [
                column.label,
                of_column(difference.median, column),
                of_column(difference.overall_median, column),
                deviations.signed(difference.effect, 2),
                difference.phrase,
            ]
        )
    told = ", ".join(difference.phrase for difference in shown[:3])
    return _high(words), chart_card(
        title,
        plot,
        summary=_("Above all: {words}.", words=told) if shown else _(deviations.NO_DIFFERENCES) + ".",
        note=_(
            "Typical: half of the customers have more, half less (median). The bars count in standard deviations: "
            "0.8 or more is a large difference, under 0.2 a small one."
        ),
        below=as_table(
            [_("Trait"), _("Median here"), _("Median of all"), _("Effect"), _("In words")], rows, caption=title
        ),
    )


def mix_card(
    segmentation: Segmentation | None, card: SegmentCard | None, meaning: GroupMeaning, place: str, question: str
) -> tuple[int, Component]:
    """What it buys more of than others, by category or channel."""
    title = _(question)
    if segmentation is None or card is None:
        return 0, chart_card(title, graph(place, title, height=segment_rows.height([])))
    shares, group = traits.mix(segmentation, card.segment, meaning), segmentation.dataset.group(meaning)
    if not shares or group is None:
        return _unknown(
            place,
            title,
            _("These data do not hold spend by category.")
            if meaning == "categories"
            else _("These data do not hold purchases by channel."),
        )
    rows = [
        [
            share.label,
            percent(share.share),
            percent(share.overall),
            number(share.index, 0) if share.index is not None else "–",
        ]
        for share in shares
    ]
    words = deviations.mix_words(shares)
    said = (
        _(
            "Share of all that the segment spent, not of the typical customer; the bar compares it with the share of "
            "all customers, which is 100."
        )
        if meaning == "categories"
        else _(
            "Share of all that the segment bought, not of the typical customer; the bar compares it with the share "
            "of all customers, which is 100."
        )
    )
    return _high(words), chart_card(
        title,
        graph(place, title, height=segment_rows.height(words)),
        summary=segment_words.mix_finding(shares, group),
        note=said,
        below=as_table([group.label, _("Share here"), _("Share of all"), _("Index")], rows, caption=title),
    )


def traits_card(segmentation: Segmentation | None, card: SegmentCard | None) -> tuple[int, Component]:
    """Who its customers are."""
    title = _("Who are they?")
    known_traits = traits.traits(segmentation, card.segment) if segmentation and card else ()
    if segmentation and not known_traits:
        return _unknown(
            ids.TRAITS, title, _("This run holds nothing about who the customers are (age, income and the like).")
        )
    words = rates.trait_words(known_traits)
    plot = (
        graph(ids.TRAITS, title, height=segment_rows.height(words))
        if words or not segmentation
        else _hidden(ids.TRAITS, title)
    )
    rows = [[trait.text, trait.overall, percent(trait.coverage)] for trait in known_traits]
    return _high(words), chart_card(
        title,
        plot,
        summary=segment_words.traits_finding(known_traits),
        note=_(
            "These traits did not form the segments. The bars count in standard deviations: 0.8 or more is a large "
            "difference, under 0.2 a small one. The table has the 95 % intervals."
        ),
        below=as_table([_("In this segment (95 % interval)"), _("All customers"), _("Known for")], rows, caption=title),
    )


def responses_card(segmentation: Segmentation | None, card: SegmentCard | None) -> tuple[int, Component]:
    """What its customers answered to past campaigns."""
    title = _("What did they answer so far?")
    answers = traits.responses(segmentation, card.segment) if segmentation and card else ()
    told = (
        [happenings.in_segment(segmentation, column, card.segment) for column in happenings.outcomes(segmentation)]
        if segmentation and card
        else []
    )
    if told and not answers:
        return _unknown(ids.RESPONSES, _("What happens to them?"), " ".join(told))
    if segmentation and not answers:
        return _unknown(ids.RESPONSES, title, _("These data hold no campaigns, so nothing is known about responses."))
    rows = [
        [
            row.label,
            number(row.contacted),
            number(row.answered),
            _("too few")
            if row.rate is None or row.low is None or row.high is None
            else _("{rate} ({low} to {high})", rate=rate(row.rate), low=rate(row.low), high=rate(row.high)),
            rate(row.overall) if row.overall is not None else _("too few"),
        ]
        for row in answers
    ]
    words = rates.campaign_words(traits.drawn(answers))
    plot = (
        graph(ids.RESPONSES, title, height=segment_rows.height(words))
        if words or not segmentation
        else _hidden(ids.RESPONSES, title)
    )
    return _high(words), chart_card(
        title,
        plot,
        summary=segment_words.response_finding(answers) + segment_words.drawn_words(answers),
        note=_(
            "This is response, not uplift: without a control group nobody knows who would have bought anyway. "
            "Lines: 95 % interval; grey: all customers. Hollow: under {few} contacted; under {least} no rate.",
            few=number(FEW),
            least=number(traits.LEAST),
        ),
        below=html.Div(
            [
                as_table(
                    [_("Campaign"), _("Contacted"), _("Responded"), _("Response here"), _("All customers")],
                    rows,
                    caption=title,
                ),
                *([html.H3(_("What happens to them?")), *map(html.P, told)] if told else []),
            ]
        ),
    )


def _high(words: Sequence[str]) -> int:
    """About how many pixels a chart's card takes up."""
    return segment_rows.height(words) + _AROUND


def _unknown(place: str, title: str, words: str) -> tuple[int, Component]:
    """What these data do not hold: a sentence, and no frame or button of a chart that is not there."""
    return TEXT // 2, card(
        [html.H3(title, className="k-chart-title"), html.P(words, className="k-last"), _hidden(place, title)],
        label=title,
    )


def _hidden(place: str, title: str) -> Component:
    """The place of a chart that these data cannot fill, which the callback still draws into."""
    return html.Div(graph(place, title, height=segment_rows.LOWEST), hidden=True)
