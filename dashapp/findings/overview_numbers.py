"""What the Overview page says in numbers; the report says the same with the same functions. No Dash here."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from dashapp.data import Run
from dashapp.findings import advice
from dashapp.i18n import _, plural
from dashapp.selecting import SEGMENT, Filtered
from dashapp.telling import customers, day, moment, number, of_column, percent
from pipeline.contract import NUMERIC_KINDS, Column, Dataset, Ledger, Profiles, Segmentation, SegmentCard

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
    segmentation, part = run.segmentation, filtered.slice(SEGMENT)
    counts = part.shown.sum(axis=0)
    spend = segmentation.dataset.meaning("spend")
    rated = spend is not None and spend.name in run.cube.dimensions
    sums = filtered.sums(spend.name) if spend and rated else None
    average = float(run.cube.everyone.sums(spend.name).sum()) / run.cube.n if spend and rated else 0.0
    portion_list = []
    for card in by_size(segmentation):
        count = int(counts[card.segment])
        level = float(sums[card.segment]) / count / average if sums is not None and count and average > 0 else None
        whole = card.revenue_share / card.share if card.revenue_share is not None and card.share else None
        portion_list.append(
            Portion(card, count, bool(part.chosen[list(part.dimension.tokens).index(card.key)]), level, whole)
        )
    return tuple(portion_list)


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


def profile(segmentation: Segmentation, cards: Sequence[SegmentCard]) -> tuple[Feature, ...]:
    """The features that made the segments, those in which they differ most first."""
    table = segmentation.profiles.set_index([Profiles.COLUMN, Profiles.SEGMENT])
    known = set(segmentation.profiles[Profiles.COLUMN])
    features = []
    for column in (column for column in segmentation.dataset.with_role("active") if column.name in known):
        rows = table.loc[column.name].loc[[card.segment for card in cards]]
        features.append(
            Feature(
                column,
                tuple(rows[Profiles.EFFECT].tolist()),
                tuple(rows[Profiles.MEDIAN].tolist()),
                float(rows[Profiles.OVERALL_MEDIAN].iloc[0]),
            )
        )
    ranked = sorted(
        features, key=lambda feature: -max((abs(effect) for effect in feature.effects if effect == effect), default=0)
    )
    return tuple(ranked[:MOST_FEATURES])


def profile_note() -> str:
    """How to read the profile, on screen and on paper."""
    return _(
        "Each cell holds the segment's median. Orange: more than among all others, purple: less; the deeper, "
        "the further. What differs most stands first."
    )


def by_size(segmentation: Segmentation) -> list[SegmentCard]:
    """The segments, the largest first."""
    return sorted(segmentation.cards, key=lambda card: -card.size)


def profile_rows(features: Sequence[Feature]) -> list[list[str]]:
    """The same as a table: label, a median a segment, and that of all customers."""
    return [
        [
            feature.column.label,
            *(of_column(median, feature.column) for median in feature.medians),
            of_column(feature.overall, feature.column),
        ]
        for feature in features
    ]


def totals(run: Run) -> list[tuple[str, str]]:
    """The numbers at the top with what each one counts."""
    segmentation = run.segmentation
    people, k = segmentation.ledger.rows_out, segmentation.k
    kpis = [(number(people), plural("customer", "customers", people)), (number(k), plural("segment", "segments", k))]
    for meaning in ("spend", "average_cheque"):
        column = segmentation.dataset.meaning(meaning)
        middle = run.cube.everyone.slice(column.name).middle if column and column.name in run.cube.dimensions else None
        if column and middle is not None:
            kpis.append((of_column(middle, column), _("median {label}", label=column.label.lower())))
    return kpis


def worth(card: SegmentCard) -> str:
    """A segment's share of the customers and, where it is known, of what all of them spend."""
    size = _("{share} of customers", share=percent(card.share))
    if card.revenue_share is None:
        return size
    return " · ".join((size, _("{share} of spend", share=percent(card.revenue_share))))


def action(card: SegmentCard, segmentation: Segmentation) -> str:
    """What to do about the segment next, from the campaign plan; empty where the run has none."""
    return advice.action(card, segmentation)


def how_to_read(cards: Sequence[SegmentCard]) -> str:
    """What the bars of customers and spend say."""
    if is_rated(cards):
        return _(
            "A bar is as thick as the segment's share of the customers and as long as what one of them spends: "
            "its area is the segment's share of the spend."
        )
    return _("A bar is as thick as the segment's share of the customers.")


def is_rated(cards: Sequence[SegmentCard]) -> bool:
    """Whether it is known of any segment what its customers spend."""
    return any(card.revenue_share is not None for card in cards)


def share_header(cards: Sequence[SegmentCard]) -> list[str]:
    """What stands over ``share_cells``."""
    return [_("Customers"), _("Share of customers"), *([_("Share of spend")] * is_rated(cards))]


def share_cells(card: SegmentCard, cards: Sequence[SegmentCard]) -> list[str]:
    """Customers, share of customers and, where that is known of any segment, share of spend."""
    spend = percent(card.revenue_share) if card.revenue_share is not None else _("not known")
    return [number(card.size), percent(card.share), *([spend] * is_rated(cards))]


def bubble_axes(segmentation: Segmentation) -> tuple[Column, Column] | None:
    """Orders and average cheque; without them the two numbers by which the segments differ most; None without two."""
    known = set(segmentation.profiles[Profiles.COLUMN])
    orders, cheque = segmentation.dataset.meaning("orders"), segmentation.dataset.meaning("average_cheque")
    if orders and cheque and {orders.name, cheque.name} <= known:
        return orders, cheque
    ranked = [feature.column for feature in profile(segmentation, segmentation.cards)]
    numbers = [column for column in ranked if column.kind in NUMERIC_KINDS and column.kind != "flag"]
    return (numbers[0], numbers[1]) if len(numbers) > 1 else None


def bubble_title(axes: tuple[Column, Column] | None) -> str:
    """What the bubbles answer."""
    if axes is None or axes[1].meaning == "average_cheque":
        return _("Who orders often, who fills the basket?")
    return _("How far apart are the segments?")


def bubble_note(axes: tuple[Column, Column] | None) -> str:
    """How to read the bubbles, on screen and on paper."""
    if axes is None or axes[1].meaning == "average_cheque":
        return _(
            "Each bubble is a segment, the larger the more customers. Right: orders more often. "
            "Up: spends more each time."
        )
    return _(
        "Each bubble is a segment, the larger the more customers. Right: more of “{across}”, up: more of “{up}”, the "
        "two by which the segments differ most.",
        across=axes[0].label,
        up=axes[1].label,
    )


def medians(segmentation: Segmentation) -> tuple[list[str], list[list[str]]]:
    """Header and cells of the medians behind the bubbles, a row a segment; nothing where there are no axes."""
    axes = bubble_axes(segmentation)
    if axes is None:
        return [], []
    known = segmentation.profiles.set_index([Profiles.SEGMENT, Profiles.COLUMN])[Profiles.MEDIAN]
    rows = [
        [*(of_column(float(known[card.segment, column.name]), column) for column in axes), number(card.size)]
        for card in segmentation.cards
    ]
    return [*(_("Median {label}", label=column.label.lower()) for column in axes), _("Customers")], rows


def _of_a_day(dataset: Dataset) -> str:
    """What the data are called, and the day that they tell of where it is known."""
    if dataset.as_of is None:
        return dataset.title
    return _("{title}, as of {day}", title=dataset.title, day=day(dataset.as_of))


def origin(segmentation: Segmentation) -> list[tuple[str, str]]:
    """Where it all comes from: data, rows, time and run."""
    return [
        (_("Data"), _of_a_day(segmentation.dataset)),
        *_rows(segmentation.ledger),
        *_sample(segmentation.ledger),
        (_("Trained"), moment(segmentation.started)),
        (_("Run"), segmentation.run_id),
    ]


def _sample(ledger: Ledger) -> list[tuple[str, str]]:
    """That the run is of a sample, where one was asked for."""
    if not ledger.beyond_sample:
        return []
    told = plural(
        "The segments are made of a sample drawn by the customers’ ids; {n} row of others was left out.",
        "The segments are made of a sample drawn by the customers’ ids; {n} rows of others were left out.",
        ledger.beyond_sample,
    )
    return [(_("Sample"), told)]


def _rows(ledger: Ledger) -> list[tuple[str, str]]:
    """What was read: rows of customers, or lines of purchases and the customers that they make."""
    counts = {
        "read": number(ledger.rows_in),
        "kept": number(ledger.rows_out),
        "dropped": number(ledger.dropped),
        "aside": number(ledger.quarantined),
    }
    if ledger.lines is None:
        return [(_("Rows"), _("{read} read, {kept} customers kept, {dropped} dropped, {aside} set aside", **counts))]
    lines = {"read": number(ledger.lines.lines), "used": number(ledger.lines.used.lines)}
    return [
        (_("Lines"), _("{read} read, {used} used", **lines)),
        (_("Customers"), _("{read} in these lines, {kept} kept, {dropped} dropped, {aside} set aside", **counts)),
    ]
