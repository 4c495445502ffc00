"""One sheet a segment: who they are, what sets them apart, what they answered, what to do next."""

from __future__ import annotations

from collections.abc import Sequence

from dash import html
from dash.development.base_component import Component

from dashapp.charts import LIGHT, deviations, rates, segment_rows
from dashapp.findings import segment_words, traits
from dashapp.findings import totals as overview
from dashapp.i18n import N_, _, plural
from dashapp.report.parts import chart, sentences, sheet
from dashapp.telling import customers, moment, number
from dashapp.widgets import segment_name, trust_badge
from pipeline.contract import Annotation, GroupMeaning, Segmentation, SegmentCard, identity_of

_ROW, _LEAST = 38, 104  # pixels; a sheet of paper has less room than a screen
_CAMPAIGNS, _TRAITS, _NOTES = 8, 4, 3
_MIXES: tuple[tuple[GroupMeaning, str], ...] = (
    ("categories", N_("What do they buy more of than others?")),
    ("channels", N_("Where do they buy more than others?")),
)


def portrait(it: Segmentation, one: SegmentCard, notes: Sequence[Annotation] = ()) -> Component:
    """The whole sheet of one segment."""
    action = overview.action(one, it)
    return sheet(
        f"segment-{one.segment + 1}",
        it,
        [
            html.Div([html.H2(segment_name(one)), trust_badge(one.trust)], className="head"),
            html.P(one.portrait),
            html.P([html.Strong(overview.worth(one)), " · ", html.Span(customers(one.size))]),
            html.Ul(
                [
                    html.Li(
                        [
                            html.Span(phrase, className="k-phrase"),
                            html.Span(
                                _("{median} (all: {overall})", median=median, overall=overall), className="k-muted"
                            ),
                        ]
                    )
                    for phrase, median, overall in segment_words.differences(one, it.dataset)
                ],
                className="k-differences",
            ),
            html.P(action, className="k-action") if action else None,
            html.P([html.Strong(_("How far to rely on it:")), " ", one.trust_reason]),
            html.P([html.Strong(_("Since last time:")), " ", segment_words.identity_words(one)]),
            *_notes(it, one, notes),
            html.Div(
                [
                    html.Div([_differences(it, one), _responses(it, one)]),
                    html.Div([*(_mix(it, one, *mix) for mix in _MIXES), *_rule(it, one), *_traits(it, one)]),
                ],
                className="columns",
            ),
        ],
    )


def _notes(it: Segmentation, one: SegmentCard, notes: Sequence[Annotation]) -> list[Component]:
    """The latest notes on this segment, whichever run they were written on."""
    mine = [note for note in notes if note.note and note.segment == identity_of(one, it.run_id)]
    return [
        html.P([html.Strong(f"{_('Note')} ({note.who}, {moment(note.when)}):"), " ", note.note])
        for note in mine[: -_NOTES - 1 : -1]
    ]


def _differences(it: Segmentation, one: SegmentCard) -> Component:
    return chart(
        _("What sets them apart, the strongest first?"),
        deviations.differences(one, it.dataset, LIGHT),
        _height(deviations.difference_words(one, it.dataset)),
    )


def _mix(it: Segmentation, one: SegmentCard, meaning: GroupMeaning, title: str) -> Component | None:
    shares = traits.mix(it, one.segment, meaning)
    return (
        chart(_(title), deviations.mix(shares, one, LIGHT), _height(deviations.mix_words(shares))) if shares else None
    )


def _rule(it: Segmentation, one: SegmentCard) -> list[Component]:
    rule = next((rule for rule in it.rules if rule.segment == one.segment), None)
    if rule is None:
        return []
    return [
        html.H3(_("How to recognise them?")),
        html.P(html.Strong(f"{rule.text}.")),
        html.P(segment_words.rule_words(rule)),
    ]


def _traits(it: Segmentation, one: SegmentCard) -> list[Component]:
    found = traits.traits(it, one.segment)
    if not found:
        return []
    known = [trait for trait in found if trait.effect is not None][1:_TRAITS]  # the first one is in the sentence
    return [
        html.H3(_("Who are they?")),
        html.P(segment_words.traits_finding(found)),
        html.Ul(
            [
                html.Li(_("{trait}; all customers: {overall}", trait=trait.text, overall=trait.overall))
                for trait in known
            ]
        ),
    ]


def _responses(it: Segmentation, one: SegmentCard) -> Component:
    title = _("What did they answer so far?")
    found = traits.responses(it, one.segment)
    if not found:
        return html.Div(
            [html.H3(title), *sentences(_("These data hold no campaigns, so nothing is known about responses."))]
        )
    drawn = _most_contacted([response for response in found if response.rate is not None])
    if not drawn:
        return html.Div([html.H3(title), *sentences(segment_words.response_finding(found))])
    left_out = (
        plural(
            "Drawn is the {n} campaign with the most contacts, of {all}.",
            "Drawn are the {n} campaigns with the most contacts, of {all}.",
            len(drawn),
            all=number(len(found)),
        )
        if len(drawn) < len(found)
        else ""
    )
    return html.Div(
        [
            chart(
                title,
                rates.responses(drawn, one, LIGHT),
                _height(rates.campaign_words(drawn)),
                summary=segment_words.response_finding(found),
            ),
            html.P(left_out, className="note") if left_out else None,
        ]
    )


def _most_contacted(found: Sequence[traits.Response]) -> list[traits.Response]:
    """By date, so that two segments can be compared."""
    most = set(sorted(range(len(found)), key=lambda place: -found[place].contacted)[:_CAMPAIGNS])
    return [one for place, one in enumerate(found) if place in most]


def _height(words: Sequence[str]) -> int:
    return segment_rows.height(words, _ROW, _LEAST)
