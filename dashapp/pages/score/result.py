"""What scoring found, as the page shows it."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from dash import html
from dash.development.base_component import Component

from dashapp.charts import Scheme
from dashapp.data import Run
from dashapp.i18n import N_, _, plural, said
from dashapp.pages.score import figures, ids, placements
from dashapp.pages.score.placements import Answer, PlacedCustomer
from dashapp.telling import account_sentences, customers, number, percent
from dashapp.widgets import (
    as_table,
    card,
    chart_card,
    grade_of_all,
    graph,
    kpi,
    segment_with_badge,
    table,
)
from pipeline.contract import LedgerEntry


def head(answer: Answer) -> list[Component | None]:
    """What was found, in a sentence and three numbers."""
    return [
        html.H2(_("What was found in {file}", file=answer.file)),
        html.P(finding(answer), className="k-finding", role="status"),
        html.P(_ended(said(answer.counted.told)), className="k-lead") if answer.counted else None,
        _tiles(answer),
    ]


def result(run: Run, answer: Answer, look: Scheme) -> list[Component]:
    """Segments, drift and repairs, and the first customers."""
    compare = answer.customers >= placements.LEAST
    return [
        html.Div(
            [
                html.Div([_segments(run, answer, look, compare=compare), _cleaning(run, answer)]),
                html.Div(_drift(run, answer, look, compare=compare)),
            ],
            className="k-grid k-grid-2 k-score",
        ),
        _first(run, answer),
    ]


def finding(answer: Answer) -> str:
    """How many belong where, in one sentence."""
    clear = answer.customers - answer.fits_none - answer.between
    return plural(
        "{clear} of {n} customer belongs to a segment, {between} lies between two, {none} fits none.",
        "{clear} of {n} customers belong to a segment, {between} lie between two, {none} fit none.",
        answer.customers,
        clear=number(clear),
        between=number(answer.between),
        none=number(answer.fits_none),
    )


def _tiles(answer: Answer) -> Component:
    ledger = answer.ledger
    tiles = [
        kpi(number(ledger.rows_in), _("rows read")),
        kpi(number(answer.customers), _("customers placed")),
        kpi(number(ledger.dropped + ledger.quarantined), _("rows left out")),
    ]
    return html.Div(tiles, className="k-kpis")


def _segments(run: Run, answer: Answer, look: Scheme, *, compare: bool) -> Component:
    title, cards = _("Which segments do they belong to?"), run.segmentation.cards
    total = max(answer.customers, 1)
    rows = [
        [
            segment_with_badge(card, cards),
            number(count),
            percent(count / total) if compare else "–",
            percent(card.share),
        ]
        for card, count in zip(cards, answer.counts, strict=True)
    ]
    top = max(range(len(cards)), key=lambda place: answer.counts[place])
    words = _("Most often “{name}”: {n}.", name=cards[top].name, n=customers(answer.counts[top]))
    if not compare:
        words += " " + _("With fewer than {least} customers no shares are given.", least=number(placements.LEAST))
    figure = figures.segments(answer.counts, cards, look, compare=compare)
    return chart_card(
        title,
        _drawn(ids.SEGMENTS, title, figure, len(cards)),
        summary=words,
        below=html.Div(
            [
                html.Ul(
                    [html.Li(segment_with_badge(card, cards)) for card in cards],
                    className="k-trusted",
                ),
                grade_of_all(cards),
                as_table([_("Segment"), _("New customers"), _("Share"), _("Share in training")], rows, caption=title),
            ]
        ),
    )


def _drift(run: Run, answer: Answer, look: Scheme, *, compare: bool) -> Component:
    title, segmentation = _("Are they like those the segments were made of?"), run.segmentation
    if not compare:
        return card(
            [
                html.H3(title, className="k-chart-title"),
                html.P(
                    _(
                        "With fewer than {least} customers chance alone makes them look different; upload more "
                        "to compare.",
                        least=number(placements.LEAST),
                    )
                ),
            ],
            label=title,
        )
    features = sorted(answer.drift.features, key=lambda feature: -feature.psi)
    named = [replace(feature, label=segmentation.dataset.column(feature.column).label) for feature in features]
    words = {word: _(told) for word, told in placements.DRIFT_WORDS.items()}
    middles = [placements.medians(feature, segmentation) for feature in named]
    shown = max(sum(feature.word != "stable" for feature in named), min(placements.NEAREST, len(named)))
    rows = [
        [feature.label, words[feature.word], new, old, number(feature.psi, 2), number(feature.chance, 2)]
        for feature, (new, old) in zip(named, middles, strict=True)
    ]
    note = _(
        "The number says how differently the new customers spread over the values of a trait (population "
        "stability index): under 0.1 like the training data, over 0.25 different. What chance alone reaches with "
        "so few customers is not counted as a difference."
    )
    if shown < len(named):
        note += " " + plural(
            "{n} more trait, nearer to the training data, is in the table.",
            "{n} more traits, nearer to the training data, are in the table.",
            len(named) - shown,
        )
    return chart_card(
        title,
        _drawn(ids.DRIFT, title, figures.drift(named[:shown], words, middles, look), shown),
        summary=placements.drift_sentence(answer),
        note=note,
        below=as_table(
            [_("Trait"), _("In words"), _("Median now"), _("Median in training"), _("Index"), _("Chance reaches")],
            rows,
            caption=title,
        ),
    )


def _cleaning(run: Run, answer: Answer) -> Component:
    title = _("What was repaired, left out or not known?")
    ledger = answer.ledger
    touched = [entry for entry in ledger.entries if entry.rows and entry.rule != "imputed"]
    told = [run.tell(note) for note in (*answer.response_notes, *answer.drift.substitutions)]
    without = told.pop(0) if told and not answer.outcomes else ""  # why there are no probabilities
    lines = account_sentences(ledger.lines, answer.currency) if ledger.lines else []
    nothing = _("Nothing had to be repaired or left out, and no value that places a customer was missing.")
    return card(
        [
            html.H2(title),
            html.Ul([html.Li(sentence) for sentence in lines], className="k-ledger-notes") if lines else None,
            html.P(nothing) if not touched and not told else None,
            html.P(_ended(without)) if without else None,
            html.Ul([_entry(run, entry) for entry in touched], className="k-ledger") if touched else None,
            html.Details(
                [
                    html.Summary(
                        plural(
                            "{n} remark on missing and unseen values",
                            "{n} remarks on missing and unseen values",
                            len(told),
                        )
                    ),
                    html.Ul([html.Li(_ended(sentence)) for sentence in told]),
                ],
                className="k-details",
                open=len(told) <= 4,
            )
            if told
            else None,
            html.Details(
                [html.Summary(_("How the file was read")), html.Ul([html.Li(run.tell(note)) for note in ledger.notes])],
                className="k-details",
            )
            if ledger.notes
            else None,
        ],
        label=title,
        class_name="k-origin",
    )


def _entry(run: Run, entry: LedgerEntry) -> Component:
    done = (
        (entry.dropped, N_("{n} dropped")),
        (entry.repaired, N_("{n} repaired")),
        (entry.quarantined, N_("{n} set aside")),
        (entry.flagged, N_("{n} flagged")),
    )
    counts = ", ".join(_(words, n=number(count)) for count, words in done if count)
    return html.Li(
        [
            html.Div(
                [html.Strong(_ended(run.tell(entry.rule)).rstrip(".")), html.Span(counts, className="k-ledger-count")],
                className="k-ledger-head",
            ),
            html.P(_ended(run.tell(entry.detail))),
            html.P(_("For example: {examples}", examples="; ".join(map(run.tell, entry.examples))), className="k-note")
            if entry.examples
            else None,
        ]
    )


def _first(run: Run, answer: Answer) -> Component:
    shown = len(answer.first)
    title = (
        _("The customers")
        if shown == answer.customers
        else _("The first {shown} of {customers}", shown=number(shown), customers=customers(answer.customers))
    )
    outcomes = {column.name: column.label for column in run.segmentation.dataset.columns}
    header = [
        _("Customer"),
        _("Segment"),
        _("How sure"),
        *(_("Probability: {what}", what=outcomes.get(outcome, run.tell(outcome))) for outcome in answer.outcomes),
    ]
    rows = [_row(run, customer) for customer in answer.first]
    return card(
        [
            html.H2(title),
            table(header, rows, caption=title),
            html.P(
                _(
                    "Probability: of a response, by the model of the Campaigns page. It is no promise, and it is not "
                    "the effect of the contact."
                ),
                className="k-note",
            )
            if answer.outcomes
            else None,
        ],
        label=title,
        class_name="k-origin k-customers",
    )


def _row(run: Run, row: PlacedCustomer) -> list[Any]:
    cards = run.segmentation.cards
    card = cards[row.segment]
    return [
        row.id,
        html.Span(segment_with_badge(card, cards), className="k-placed"),
        placements.sureness(row, cards),
        *(percent(probability) for probability in row.probabilities),
    ]


def _drawn(id: str, title: str, figure: Any, rows: int) -> Component:
    frame = graph(id, title, height=figures.height(rows))
    frame.children.figure = figure
    return frame


def _ended(text: str) -> str:
    """As a sentence: a capital in front and a full stop behind."""
    return f"{text[:1].upper()}{text[1:].rstrip('.')}."
