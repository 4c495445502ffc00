"""Baskets: what is bought together, by whom, and how surely."""

from __future__ import annotations

from urllib.parse import urlencode

import dash_ag_grid as dag
import dash_bootstrap_components as dbc
from dash import dcc, html
from dash.development.base_component import Component

from dashapp.data import SegmentationData, View
from dashapp.findings import Rule, affinity, pair_words
from dashapp.frame import Lack
from dashapp.i18n import _, plural
from dashapp.pages.baskets import address as asking
from dashapp.pages.baskets import figures, ids, pair_rows
from dashapp.pages.baskets.address import EVERY_ITEM, EVERYBODY, BasketsRequest
from dashapp.widgets import (
    aria,
    card,
    chart_card,
    graph,
    message,
    segment_with_badge,
    take_along,
)
from pipeline.contract import AffinityBasis, Segmentation

MOST_SENTENCES = 15


def layout(
    _data: SegmentationData,
    view: View,
    /,
    of: object = "",
    item: object = "",
    pair: object = "",
    segment: object = "",
    **_address: object,
) -> list[Component | None]:
    """The content for all customers, one segment, or that selected alone; what is named and not there is told."""
    given = (("of", of), ("item", item), ("pair", pair), ("segment", segment))
    wanted = urlencode([(name, value) for name, value in given if isinstance(value, str)])
    run = view.run
    basis = run.segmentation.affinity_basis if run else None
    asked, notices = asking.read(run, wanted) if run and basis else (None, ())
    return [
        *(message(_("Part of the link could not be used."), words, tone="warning") for words in notices),
        html.Div(
            [
                _picker(asked),
                html.Div(first_words(asked), id=ids.FINDING),
                html.Div(
                    [
                        _map(asked),
                        html.Div([html.Div(picked(asked), id=ids.PICKED, **aria(live="polite")), _glossary(basis)]),
                    ],
                    className="k-baskets",
                ),
                _rules(asked),
                html.P(_("All customers together: {sentence}", sentence=basis.sentence), className="k-note")
                if basis
                else None,
            ],
            hidden=basis is None,
        ),
    ]


def first_words(asked: BasketsRequest | None) -> list[Component]:
    """The finding, whose it is, and how it departs from all customers."""
    basis = asked.run.segmentation.affinity_basis if asked else None
    if asked is None or basis is None:
        return []
    if not asked.known:
        return [
            html.P(
                plural(
                    "No pair was counted {n} time here, so there is no rule.",
                    "No pair was counted {n} times here, so there is no rule.",
                    basis.least_count,
                ),
                className="k-finding",
            )
        ]
    return [
        html.P(pair_words.finding(asked.known, basis), className="k-finding"),
        html.P([html.Strong(_("What is counted:")), " ", pair_words.counted(asked.known, basis)], className="k-lead"),
        *([html.P(pair_words.comparison(asked.known), className="k-lead")] if asked.card else []),
    ]


def picked(asked: BasketsRequest | None) -> list[Component]:
    """The pair that was chosen, in words and with a way back; else how to choose one."""
    basis = asked.run.segmentation.affinity_basis if asked else None
    rule = asked.rule if asked else None
    clear = html.Button(_("Undo the choice"), id=ids.CLEAR, className="k-button", type="button", hidden=rule is None)
    title = html.H3(_("The chosen pair"), className="k-chart-title")
    if asked is None or basis is None or rule is None:
        hint = html.P(_("Click a cell of the map or a row of the table to read about a pair."), className="k-muted")
        return [title, hint, clear]
    words = pair_words.details(rule, basis, compared=asked.card is not None)
    return [
        title,
        html.P(pair_words.rule_sentence(rule, basis)),
        *(html.P(sentence, className="k-muted") for sentence in words),
        clear,
    ]


def heat_words(asked: BasketsRequest, items: tuple[str, ...], basis: AffinityBasis) -> str:
    """What the map shows and leaves out."""
    return pair_words.map_words(len(items), len(affinity.items_of(asked.shown)), basis)


def shown_words(rules: tuple[Rule, ...]) -> str:
    """How many rules stand in the table."""
    return plural(
        "{n} rule. A click on a header sorts.",
        "{n} rules, the weightiest first. A click on a header sorts.",
        len(rules),
    )


def in_sentences(asked: BasketsRequest | None) -> list[Component]:
    """The weightiest rules as sentences: what a phone shows in place of a table that is wider than itself."""
    basis = asked.run.segmentation.affinity_basis if asked else None
    if asked is None or basis is None or not asked.shown:
        return []
    more = len(asked.shown) - MOST_SENTENCES
    rest = plural("{n} more rule is in the file (CSV).", "{n} more rules are in the file (CSV).", more)
    return [
        html.Ol([html.Li(pair_words.rule_sentence(rule, basis)) for rule in asked.shown[:MOST_SENTENCES]]),
        *([html.P(rest, className="k-muted")] if more > 0 else []),
    ]


def options(asked: BasketsRequest | None) -> list[dict[str, str]]:
    """Every item that a rule of this segment holds."""
    names = affinity.items_of(asked.known) if asked else {}
    return [
        {"label": _("All items"), "value": EVERY_ITEM},
        *({"label": name, "value": key} for key, name in names.items()),
    ]


def map_items(asked: BasketsRequest | None, *, narrow: bool = False) -> tuple[str, ...]:
    """Which items the map shows, in their order; fewer on a phone."""
    most = figures.MOST_NARROW if narrow else figures.MOST
    return affinity.grouped(asked.known, most, asked.item or None) if asked else ()


def needs(segmentation: Segmentation) -> Lack | None:
    """What a run lacks for this page: pairs, which are counted for the recommended run and for those next to it."""
    if segmentation.affinity_basis is not None:
        return None
    if segmentation.everybody is not None and segmentation.everybody.elsewhere:
        return Lack(
            _("This run holds no baskets."),
            _("Of customers that stayed on a cluster no baskets are counted: only a sample of them is here."),
        )
    if not affinity.is_counted_elsewhere(segmentation):
        return Lack(
            _("Nothing is known of what is bought together."),
            _("These data hold neither baskets nor what customers spent by category."),
        )
    words = plural(
        "What is bought together is counted for the recommended run with {n} segment and for those next to it.",
        "What is bought together is counted for the recommended run with {n} segments and for those next to it.",
        segmentation.decision.k,
    )
    return Lack(_("This run holds no baskets."), words, elsewhere=words)


def _picker(asked: BasketsRequest | None) -> Component:
    cards = asked.run.segmentation.cards if asked else ()
    choices = [
        {"label": _("All customers"), "value": EVERYBODY},
        *({"label": segment_with_badge(card, cards), "value": card.key} for card in cards),
    ]
    return html.Fieldset(
        [
            html.Legend(_("Whose baskets?"), className="k-eyebrow"),
            dbc.RadioItems(
                choices, value=asked.of if asked else EVERYBODY, id=ids.OF, inline=True, class_name="k-baskets-of"
            ),
        ]
    )


def _map(asked: BasketsRequest | None) -> Component:
    title = _("Which items are bought together, and which are not?")
    items, basis = map_items(asked), asked.run.segmentation.affinity_basis if asked else None
    words = heat_words(asked, items, basis) if asked and basis else ""
    note = html.P(
        [
            _("Orange: more often than chance; purple: less often. Neighbours on the map go together."),
            " ",
            html.A(_("The same as a table"), href=f"#{ids.GRID}"),
        ],
        className="k-note",
    )
    fewer = "k-baskets-map-fewer" if len(items) > figures.MOST_NARROW else ""  # a phone keeps the place of fewer
    plot = html.Div(graph(ids.HEAT, title, height=figures.height(len(items))), className=fewer)
    return chart_card(title, plot, summary=html.P(words, id=ids.HEAT_WORDS, className="k-chart-summary"), below=note)


def _glossary(basis: AffinityBasis | None) -> Component:
    parts = [
        part
        for name, words in (pair_words.glossary(basis) if basis else ())
        for part in (html.Dt(name), html.Dd(words))
    ]
    return card(
        [html.H3(_("How to read the numbers"), className="k-chart-title"), html.Dl(parts)],
        label=_("How to read the numbers"),
        class_name="k-baskets-glossary",
    )


def _rules(asked: BasketsRequest | None) -> Component:
    title = _("Rules")
    return card(
        [
            html.Div(
                [
                    html.H2(title),
                    html.Div(
                        [
                            html.Label(_("Only rules with"), htmlFor=ids.ITEM),
                            dbc.Select(
                                options(asked), value=asked.item or EVERY_ITEM if asked else EVERY_ITEM, id=ids.ITEM
                            ),
                            take_along(ids.DOWNLOAD_BUTTON, "CSV", title=title),
                            dcc.Download(id=ids.DOWNLOAD),
                        ],
                        className="k-baskets-tools",
                    ),
                ],
                className="k-chart-head",
            ),
            html.P(shown_words(asked.shown) if asked else "", id=ids.SHOWN, className="k-chart-summary"),
            html.Div(in_sentences(asked), id=ids.LIST, className="k-baskets-list"),
            html.Div(
                dag.AgGrid(
                    id=ids.GRID,
                    rowData=[],
                    columnDefs=pair_rows.columns(compared=False),
                    getRowId=pair_rows.ROW_ID,
                    rowClassRules=pair_rows.PICKED,
                    defaultColDef={"sortable": True, "resizable": True, "suppressMovable": True},
                    dashGridOptions={"animateRows": False, "localeText": pair_rows.locale_text()},
                    style={"height": pair_rows.height(asked.shown if asked else ())},
                ),
                className="k-baskets-table",
            ),
        ],
        label=title,
        class_name="k-grid-card",
    )
