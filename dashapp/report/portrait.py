"""One sheet a segment: who they are, what sets them apart, what they answered, what to do next."""

from __future__ import annotations

from collections.abc import Sequence

from dash import html
from dash.development.base_component import Component

from dashapp.charts import LIGHT, deviations, rates, segment_rows
from dashapp.findings import happenings, segment_words, traits
from dashapp.findings import overview_numbers as overview
from dashapp.i18n import N_, _, plural
from dashapp.report.sheet import chart, sentences, sheet
from dashapp.telling import customers, moment, number
from dashapp.widgets import differences_list, segment_name, trust_badge
from pipeline.contract import Annotation, GroupMeaning, Segmentation, SegmentCard, identity_of

_ROW, _LEAST = 38, 104  # pixels; a sheet of paper has less room than a screen
_CAMPAIGNS, _TRAITS, _NOTES = 8, 4, 3
_MIXES: tuple[tuple[GroupMeaning, str], ...] = (
    ("categories", N_("What do they buy more of than others?")),
    ("channels", N_("Where do they buy more than others?")),
)


def portrait(segmentation: Segmentation, card: SegmentCard, notes: Sequence[Annotation] = ()) -> Component:
    """The whole sheet of one segment."""
    action = overview.action(card, segmentation)
    return sheet(
        f"segment-{card.segment + 1}",
        segmentation,
        [
            html.Div([html.H2(segment_name(card)), trust_badge(card.trust)], className="head"),
            html.P(card.portrait),
            html.P([html.Strong(overview.worth(card)), " · ", html.Span(customers(card.size))]),
            differences_list(segment_words.differences(card, segmentation.dataset)),
            html.P(action, className="k-action") if action else None,
            html.P([html.Strong(_("How far to rely on it:")), " ", card.trust_reason]),
            html.P([html.Strong(_("Since last time:")), " ", segment_words.identity_words(card)]),
            *_notes(segmentation, card, notes),
            html.Div(
                [
                    html.Div([_differences(segmentation, card), _responses(segmentation, card)]),
                    html.Div(
                        [
                            *(_mix(segmentation, card, *mix) for mix in _MIXES),
                            *_rule(segmentation, card),
                            *_traits(segmentation, card),
                        ]
                    ),
                ],
                className="columns",
            ),
        ],
        "segment",
    )


def _notes(segmentation: Segmentation, card: SegmentCard, notes: Sequence[Annotation]) -> list[Component]:
    """The latest notes on this segment, whichever run they were written on."""
    mine = [note for note in notes if note.note and note.segment == identity_of(card, segmentation.run_id)]
    return [
        html.P([html.Strong(f"{_('Note')} ({note.who}, {moment(note.when)}):"), " ", note.note])
        for note in mine[: -_NOTES - 1 : -1]
    ]


def _differences(segmentation: Segmentation, card: SegmentCard) -> Component:
    return chart(
        _("What sets them apart, the strongest first?"),
        deviations.differences(card, segmentation.dataset, LIGHT),
        _height(deviations.difference_words(card, segmentation.dataset)),
    )


def _mix(segmentation: Segmentation, card: SegmentCard, meaning: GroupMeaning, title: str) -> Component | None:
    shares = traits.mix(segmentation, card.segment, meaning)
    return (
        chart(_(title), deviations.mix(shares, card, LIGHT), _height(deviations.mix_words(shares))) if shares else None
    )


def _rule(segmentation: Segmentation, card: SegmentCard) -> list[Component]:
    rule = next((rule for rule in segmentation.rules if rule.segment == card.segment), None)
    if rule is None:
        return []
    return [
        html.H3(_("How to recognise them?")),
        html.P(html.Strong(f"{rule.text}.")),
        html.P(segment_words.rule_words(rule)),
    ]


def _traits(segmentation: Segmentation, card: SegmentCard) -> list[Component]:
    known_traits = traits.traits(segmentation, card.segment)
    if not known_traits:
        return []
    known = [trait for trait in known_traits if trait.effect is not None][1:_TRAITS]  # the first one is in the sentence
    return [
        html.H3(_("Who are they?")),
        html.P(segment_words.traits_finding(known_traits)),
        html.Ul(
            [
                html.Li(_("{trait}; all customers: {overall}", trait=trait.text, overall=trait.overall))
                for trait in known
            ]
        ),
    ]


def _responses(segmentation: Segmentation, card: SegmentCard) -> Component:
    title = _("What did they answer so far?")
    answers = traits.responses(segmentation, card.segment)
    described = happenings.outcomes(segmentation)
    told = [happenings.in_segment(segmentation, column, card.segment) for column in described]
    happens = [html.H3(_("What happens to them?")), *sentences(*told)] if told else []
    if happens and not answers:
        return html.Div(happens)
    if not answers:
        return html.Div(
            [html.H3(title), *sentences(_("These data hold no campaigns, so nothing is known about responses."))]
        )
    drawn = _most_contacted([response for response in answers if response.rate is not None])
    if not drawn:
        return html.Div([html.H3(title), *sentences(segment_words.response_finding(answers)), *happens])
    left_out = (
        plural(
            "Drawn is the {n} campaign with the most contacts, of {all}.",
            "Drawn are the {n} campaigns with the most contacts, of {all}.",
            len(drawn),
            all=number(len(answers)),
        )
        if len(drawn) < len(answers)
        else ""
    )
    return html.Div(
        [
            chart(
                title,
                rates.responses(drawn, card, LIGHT),
                _height(rates.campaign_words(drawn)),
                summary=segment_words.response_finding(answers),
            ),
            html.P(left_out, className="note") if left_out else None,
            *happens,
        ]
    )


def _most_contacted(responses: Sequence[traits.Response]) -> list[traits.Response]:
    """By date, so that two segments can be compared."""
    most = set(sorted(range(len(responses)), key=lambda place: -responses[place].contacted)[:_CAMPAIGNS])
    return [response for place, response in enumerate(responses) if place in most]


def _height(words: Sequence[str]) -> int:
    return segment_rows.height(words, _ROW, _LEAST)
