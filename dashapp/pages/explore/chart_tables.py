"""What callbacks put beside the charts: the legend with its counts, and the numbers of each chart as a table."""

from __future__ import annotations

from collections.abc import Sequence

from dash import html
from dash.development.base_component import Component

from dashapp import ids as shared
from dashapp.data import Run
from dashapp.i18n import N_, _
from dashapp.pages.explore.figures import answer_rates
from dashapp.selecting import SEGMENT, Array, Dimension, OfferAnswers, Slice
from dashapp.telling import bin_label, number, percent
from dashapp.widgets import (
    aria,
    as_table,
    grade_of_all,
    segment_with_badge,
    segment_with_trust,
    table,
)
from pipeline.contract import Meaning, SegmentCard

_QUESTIONS: dict[Meaning, str] = {
    "age": N_("How old are they?"),
    "income": N_("What do they earn?"),
    "spend": N_("How much have they spent?"),
    "average_cheque": N_("How much a basket?"),
    "orders": N_("How often do they order?"),
    "marital_status": N_("How do they live?"),
    "household": N_("How large are their households?"),
    "children": N_("Have they children at home?"),
    "education": N_("What is their education?"),
    "recency": N_("When did they last buy?"),
}


_OF_BUYERS = "bought long ago", "давно не покупали"  # as drafts call who has the highest recency of purchases
_MIX_QUESTIONS = {"categories": N_("What do they buy?"), "channels": N_("Where do they buy?")}


def responses_table(responses: OfferAnswers, cards: Sequence[SegmentCard]) -> Component:
    """The numbers of the chart of reactions; each name is a button that does what a click on its bar does."""
    header = [_("Segment"), _("Offers"), _("Answered"), _("Share"), _("All customers")]
    names = [
        html.Button(
            segment_with_trust(card, cards),
            id=shared.toggle(SEGMENT, card.key, "responses"),
            type="button",
            className="k-link-button",
        )
        for card in cards
    ]
    return as_table(
        header,
        [[name, *row] for name, row in zip(names, answer_rates.rows(responses, cards), strict=True)],
        caption=_("Who answers campaigns?"),
    )


def question(run: Run, dimension: Dimension) -> str:
    """The chart's title: a question where the meaning is known, else the label."""
    dataset = run.segmentation.dataset
    if dimension.kind == "mix":
        group = next(group for group in dataset.groups if dimension.name.endswith(f".{group.key}"))
        asked = _MIX_QUESTIONS.get(group.meaning)
        return _(asked) if asked else group.label
    column = dataset.column(dimension.column)
    if column.meaning == "recency" and column.high not in ("", *_OF_BUYERS):
        return dimension.label  # what they did last is no purchase
    return _(_QUESTIONS[column.meaning]) if column.meaning in _QUESTIONS else dimension.label


def legend(counts: Array, total: int, cards: tuple[SegmentCard, ...], chosen: tuple[str, ...]) -> list[Component]:
    """A button a segment: what a click on its marks does, for mouse and keyboard, with its number of customers."""
    buttons: list[Component] = [
        html.Button(
            [
                segment_with_badge(card, cards),
                html.Span(
                    [
                        number(int(counts[card.segment])),
                        html.Span(f" · {_share(counts[card.segment], total)}", className="k-muted"),
                    ],
                    className="k-number",
                ),
            ],
            id=shared.toggle(SEGMENT, card.key, "legend"),
            type="button",
            className="k-toggle" + ("" if not chosen or card.key in chosen else " k-off"),
            **aria(pressed="true" if card.key in chosen else "false"),
        )
        for card in cards
    ]
    once = grade_of_all(cards)
    return [*buttons, once] if once else buttons


def slice_table(part: Slice, cards: tuple[SegmentCard, ...], caption: str) -> Component:
    """A chart's numbers; the name of each row is a button that does what a click on its mark does."""
    dimension, mix = part.dimension, part.dimension.kind == "mix"
    header = [dimension.label, *(segment_with_trust(card, cards) for card in cards), _("Shown"), _("All customers")]
    shown, every = part.shown.sum(axis=0), part.everyone.sum(axis=0)
    whole = part.shown.sum(axis=1) if mix else None
    rows = []
    for place in range(part.shown.shape[1]):
        name = html.Button(
            bin_label(dimension, place),
            type="button",
            className="k-link-button",
            id=shared.toggle(dimension.name, dimension.tokens[place], "table"),
        )
        cells = [
            _share(part.shown[card.segment, place], whole[card.segment])
            if whole is not None
            else number(int(part.shown[card.segment, place]))
            for card in cards
        ]
        rows.append([name, *cells, *(_both(total, place, mix=mix) for total in (shown, every))])
    return table(header, rows, caption=caption)


def _both(counts: Array, place: int, *, mix: bool) -> str:
    share = _share(counts[place], counts.sum())
    return share if mix else f"{number(int(counts[place]))} ({share})"


def _share(value: float, total: float) -> str:
    return percent(value / total) if total else "–"
