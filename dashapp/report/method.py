"""The last sheets: why this number of segments, what became of the rows, and how to read it all."""

from __future__ import annotations

from pathlib import PurePath

from dash import html
from dash.development.base_component import Component

from dashapp.charts import LIGHT, sweep_curves
from dashapp.findings import variations, verdict_words
from dashapp.i18n import N_, _, decimal
from dashapp.report.sheet import chart, facts, sentences, sheet
from dashapp.telling import (
    TRUST_WORDS,
    account_header,
    account_rows,
    account_sentences,
    day,
    finding_sentences,
    number,
)
from dashapp.widgets import table
from pipeline.contract import CandidateRecord, LedgerEntry, Segmentation, Trust

_HEIGHT = 240
_TRUST: dict[Trust, str] = {
    "solid": N_("On other samples of customers nearly the same people come together again."),
    "usable": N_(
        "Most of them come together again: good for messages and offers, with care about whoever stands near a border."
    ),
    "fragile": N_("On other samples this group looks different. Do not build a plan on it."),
}


def choice(segmentation: Segmentation) -> Component:
    """The verdict, the reason, the doubts, and every number of segments that was tried."""
    decided = segmentation.decision
    here = (
        []
        if segmentation.k == decided.k
        else [
            _("This report is about the run with {k}.", k=number(segmentation.k)),
            f"{verdict_words.title_of(segmentation)}. {verdict_words.words_of(segmentation)}",
        ]
    )
    person = [_("A person chose this number, not the rule.")] if decided.chosen_by == "person" else []
    title = _("Every number of segments that was tried")
    header = [_("Segments"), _("Inertia"), _("Silhouette"), _("Without structure"), _("Stability")]
    return sheet(
        "choice",
        segmentation,
        [
            html.H2(_("Why {k} segments?", k=number(decided.k))),
            html.P(
                [
                    html.Strong(verdict_words.title_of_choice(segmentation)),
                    ". ",
                    _(verdict_words.WORDS[decided.verdict]),
                ]
            ),
            *sentences(decided.reason, *person, *here),
            html.Ul([html.Li(disagreement) for disagreement in decided.disagreements]),
            *_variations(segmentation),
            html.Div(
                [
                    chart(
                        _("How much closer together does one more segment bring them?"),
                        sweep_curves.inertia(segmentation.candidates, decided, segmentation.k, LIGHT),
                        _HEIGHT,
                    ),
                    chart(
                        _("How clearly are the segments apart?"),
                        sweep_curves.silhouette(segmentation.candidates, decided, segmentation.k, LIGHT),
                        _HEIGHT,
                    ),
                ],
                className="columns",
            ),
            html.H3(title),
            table(header, [_tried(candidate, segmentation.k) for candidate in segmentation.candidates], caption=title),
        ],
    )


def _variations(segmentation: Segmentation) -> list[Component]:
    """What the choice hangs on, as the decision card and the Compare page have it."""
    rows = variations.rows(segmentation)
    if not rows:
        return []
    told = table(variations.header(), rows, caption=variations.caption())
    return [
        html.H3(variations.caption()),
        html.P(variations.sentence(segmentation)),
        html.Div(told, className="worded"),
    ]


def _tried(candidate: CandidateRecord, k: int) -> list[str | Component]:
    words = [
        number(candidate.k),
        number(candidate.inertia),
        decimal(candidate.silhouette, 3),
        "–" if candidate.null_silhouette is None else decimal(candidate.null_silhouette, 3),
        "–" if candidate.stability is None else decimal(candidate.stability, 2),
    ]
    return [html.Strong(word) for word in words] if candidate.k == k else [*words]


def data_account(segmentation: Segmentation) -> Component:
    """Every row accounted for, rule by rule."""
    ledger = segmentation.ledger
    touched = [entry for entry in ledger.entries if entry.rows or entry.rule == "constant columns"]
    title = _("What did cleaning do, rule by rule?")
    header = [_("Rule"), _("Dropped"), _("Repaired"), _("Set aside"), _("Noted"), _("In words")]
    told = (
        [html.P(_("Nothing had to be cleaned."))]
        if not touched
        else [html.Div(table(header, [_entry(entry) for entry in touched], caption=title), className="worded")]
    )
    return sheet(
        "data",
        segmentation,
        [
            html.H2(_("Can I trust the data?")),
            html.P(
                _(
                    "{read} rows in = {kept} customers + {dropped} dropped + {aside} set aside.",
                    read=number(ledger.rows_in),
                    kept=number(ledger.rows_out),
                    dropped=number(ledger.dropped),
                    aside=number(ledger.quarantined),
                ),
                className="finding",
            ),
            facts(
                [
                    (_("Data"), segmentation.dataset.title),
                    (_("Read from"), PurePath(ledger.source).name or ledger.source),
                    (_("As of"), day(segmentation.dataset.as_of)),
                    (_("Fingerprint"), ledger.fingerprint),
                ]
            ),
            *_lines(segmentation),
            html.H3(title),
            *told,
            html.Ul([html.Li(note) for note in ledger.notes]),
        ],
    )


def _lines(segmentation: Segmentation) -> list[Component]:
    """What became of every line of purchases; nothing where the customers were not made of such."""
    lines, currency = segmentation.ledger.lines, segmentation.dataset.currency
    title = _("What became of every line?")
    if lines is None:
        return []
    return [
        html.H3(title),
        html.P(account_sentences(lines, currency)[0]),
        html.Div(table(account_header(lines), account_rows(lines, currency), caption=title), className="worded"),
        html.Ul([html.Li(sentence) for sentence in finding_sentences(lines, currency)]),
    ]


def _entry(entry: LedgerEntry) -> list[str]:
    name = f"{entry.rule} ({entry.column})" if entry.column and entry.column not in entry.detail else entry.rule
    return [
        name[:1].upper() + name[1:],
        number(entry.dropped),
        number(entry.repaired),
        number(entry.quarantined),
        number(entry.flagged),
        f"{entry.detail[:1].upper()}{entry.detail[1:]}.",
    ]


def reading(segmentation: Segmentation) -> Component:
    """What the words mean."""
    rows = [
        *((_(TRUST_WORDS[trust]), _(words)) for trust, words in _TRUST.items()),
        (
            _("Median"),
            _("Half of the customers are below it and half above. One very large customer does not move it."),
        ),
        (_("(all: …)"), _("The same for all customers, to compare with.")),
        (
            _("Standard deviations"),
            _(
                "How far a segment stands from all other customers. 0.8 and more is a large "
                "difference, under 0.2 a small one."
            ),
        ),
        (_("Index"), _("The segment's share divided by the share of all customers, times 100.")),
        (
            _("95 % interval"),
            _(
                "Where the true value would lie in 95 of 100 such samples. Where two intervals overlap "
                "a lot, the difference may be chance."
            ),
        ),
        (_("Too few"), _("Under 30 people no rate is given; under 60 it is drawn hollow.")),
        (_("Response"), _("Who answered, not who bought because of the campaign: that needs a control group.")),
    ]
    return sheet("reading", segmentation, [html.H2(_("How to read this")), facts(rows, "reading")])
