"""What the Overview page says in numbers; the report says the same with the same functions. No Dash here."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from dashapp.data import Run
from dashapp.findings import advice
from dashapp.i18n import _, plural
from dashapp.selecting import SEGMENT, Filtered
from dashapp.telling import customers, day, moment, number, of_column, percent
from pipeline.contract import Column, Profiles, Segmentation, SegmentCard

MOST_FEATURES = 12


@dataclass(frozen=True)
class Portion:
    """What is selected of one segment, beside all of it; revenues are given a customer, 1 that of the average one."""

    card: SegmentCard
    customers: int  # under every filter but that on the segments
    chosen: bool  # whether that filter lets the segment pass
    level: float | None  # revenue a customer of those; None where it is not known
    whole: float | None  # the same of all the segment's customers

    @property
    def fraction(self) -> float:
        """Of the segment's customers."""
        return self.customers / max(1, self.card.size)


@dataclass(frozen=True)
class Feature:
    """One row of the profile: a column, and each segment's difference and median, in the cards' order."""

    column: Column
    effects: tuple[float, ...]  # standardised, against all others
    medians: tuple[float, ...]
    overall: float


def portions(run: Run, filtered: Filtered) -> tuple[Portion, ...]:
    """Each segment's part in the selection, the largest segment first."""
    it, part = run.segmentation, filtered.slice(SEGMENT)
    counts = part.shown.sum(axis=0)
    spend = it.dataset.meaning("spend")
    rated = spend is not None and spend.name in run.cube.dimensions
    sums = filtered.sums(spend.name) if spend and rated else None
    average = float(run.cube.everyone.sums(spend.name).sum()) / run.cube.n if spend and rated else 0.0
    found = []
    for card in by_size(it):
        count = int(counts[card.segment])
        level = float(sums[card.segment]) / count / average if sums is not None and count and average > 0 else None
        whole = card.revenue_share / card.share if card.revenue_share is not None and card.share else None
        found.append(Portion(card, count, bool(part.chosen[list(part.dimension.tokens).index(card.key)]), level, whole))
    return tuple(found)


def held(card: SegmentCard, filtered: Filtered) -> str:
    """How many customers a segment has, and of those selected where something is."""
    if not filtered.selection:
        return customers(card.size)
    return plural(
        "{count} of the {n} selected customer",
        "{count} of the {n} selected customers",
        filtered.customers,
        count=number(int(filtered.by_segment[card.segment])),
    )


def profile(it: Segmentation, cards: Sequence[SegmentCard]) -> tuple[Feature, ...]:
    """The features that made the segments, those in which they differ most first."""
    table = it.profiles.set_index([Profiles.COLUMN, Profiles.SEGMENT])
    known = set(it.profiles[Profiles.COLUMN])
    found = []
    for column in (one for one in it.dataset.with_role("active") if one.name in known):
        rows = table.loc[column.name].loc[[card.segment for card in cards]]
        found.append(
            Feature(
                column,
                tuple(rows[Profiles.EFFECT].tolist()),
                tuple(rows[Profiles.MEDIAN].tolist()),
                float(rows[Profiles.OVERALL_MEDIAN].iloc[0]),
            )
        )
    ranked = sorted(found, key=lambda one: -max((abs(effect) for effect in one.effects if effect == effect), default=0))
    return tuple(ranked[:MOST_FEATURES])


def profile_note() -> str:
    """How to read the profile, on screen and on paper."""
    return _(
        "Each cell holds the segment's median. Orange: more than among all others, purple: less; the deeper, "
        "the further. What differs most stands first."
    )


def by_size(it: Segmentation) -> list[SegmentCard]:
    """The segments, the largest first."""
    return sorted(it.cards, key=lambda one: -one.size)


def profile_rows(features: Sequence[Feature]) -> list[list[str]]:
    """The same as a table: label, a median a segment, and that of all customers."""
    return [
        [
            one.column.label,
            *(of_column(median, one.column) for median in one.medians),
            of_column(one.overall, one.column),
        ]
        for one in features
    ]


def totals(run: Run) -> list[tuple[str, str]]:
    """The numbers at the top with what each one counts."""
    it = run.segmentation
    found = [(number(it.ledger.rows_out), _("customers")), (number(it.k), _("segments"))]
    for meaning in ("spend", "average_cheque"):
        column = it.dataset.meaning(meaning)
        middle = run.cube.everyone.slice(column.name).middle if column and column.name in run.cube.dimensions else None
        if column and middle is not None:
            found.append((of_column(middle, column), _("median {label}", label=column.label.lower())))
    return found


def worth(one: SegmentCard) -> str:
    """A segment's share of the customers and, where it is known, of the revenue."""
    size = _("{share} of customers", share=percent(one.share))
    if one.revenue_share is None:
        return size
    return " · ".join((size, _("{share} of revenue", share=percent(one.revenue_share))))


def action(one: SegmentCard, it: Segmentation) -> str:
    """What to do about the segment next, from the campaign plan; empty where the run has none."""
    return advice.action(one, it)


def how_to_read(cards: Sequence[SegmentCard]) -> str:
    """What the bars of customers and revenue say."""
    if any(card.revenue_share is not None for card in cards):
        return _(
            "A bar is as thick as the segment's share of the customers and as long as what one of them brings: "
            "its area is the segment's share of the revenue."
        )
    return _("A bar is as thick as the segment's share of the customers.")


def share_cells(one: SegmentCard) -> list[str]:
    """Customers, share of customers, share of revenue."""
    return [
        number(one.size),
        percent(one.share),
        percent(one.revenue_share) if one.revenue_share is not None else _("not known"),
    ]


def medians(it: Segmentation) -> tuple[list[str], list[list[str]]]:
    """Header and cells of the medians behind the bubbles, a row a segment; nothing where the data have no such."""
    orders, cheque = it.dataset.meaning("orders"), it.dataset.meaning("average_cheque")
    if orders is None or cheque is None:
        return [], []
    known = it.profiles.set_index([Profiles.SEGMENT, Profiles.COLUMN])[Profiles.MEDIAN]
    rows = [
        [
            of_column(float(known[one.segment, orders.name]), orders),
            of_column(float(known[one.segment, cheque.name]), cheque),
            number(one.size),
        ]
        for one in it.cards
    ]
    return [
        _("Median {label}", label=orders.label.lower()),
        _("Median {label}", label=cheque.label.lower()),
        _("Customers"),
    ], rows


def origin(it: Segmentation) -> list[tuple[str, str]]:
    """Where it all comes from: data, rows, time and run."""
    return [
        (_("Data"), _("{title}, as of {day}", title=it.dataset.title, day=day(it.dataset.as_of))),
        (
            _("Rows"),
            _(
                "{read} read, {kept} customers kept, {dropped} dropped, {aside} set aside",
                read=number(it.ledger.rows_in),
                kept=number(it.ledger.rows_out),
                dropped=number(it.ledger.dropped),
                aside=number(it.ledger.quarantined),
            ),
        ),
        (_("Trained"), moment(it.started)),
        (_("Run"), it.run_id),
    ]
