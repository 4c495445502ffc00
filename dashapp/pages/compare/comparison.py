"""What two runs have in common and where they differ, in words and tables."""

from __future__ import annotations

from dash import html
from dash.development.base_component import Component

from dashapp.i18n import N_, _, decimal
from dashapp.pages.compare import matching
from dashapp.pages.compare.matching import Fate, Match, RunPair
from dashapp.telling import customers, number, of_column, percent
from dashapp.widgets import as_table, key_list, kpi, segment_name, table, trust_badge
from pipeline.contract import RunSummary
from pipeline.statistics import adjusted_rand

_FATES: dict[Fate, str] = {
    "same": N_("goes on"),
    "changed": N_("changed"),
    "dissolved": N_("dissolved"),
    "new": N_("new"),
}


def words(pair: RunPair) -> list[Component]:
    """The verdict on two runs: numbers, then what became of each segment."""
    rand = adjusted_rand(pair.table)
    return [
        html.P(finding(pair, rand), className="k-finding"),
        html.Div(
            [
                kpi(decimal(rand, 2), _("agreement (adjusted Rand index): 1 the same, 0 as by chance")),
                kpi(percent(pair.moved / max(pair.common, 1)), _("of the common customers moved")),
                kpi(number(pair.common), _("customers are in both runs")),
            ],
            className="k-kpis",
        ),
        html.Div(
            table(
                [_("First run"), _("Second run"), _("What became of it"), _("In common")],
                [
                    [_side(match, "a"), _side(match, "b"), _(_FATES[match.fate]), percent(match.overlap)]
                    for match in pair.matches
                ],
                caption=_("What became of each segment?"),
            ),
            className="k-compare-text",
        ),
        html.P(
            _(
                "“In common”: of the members that either segment has, the share that both have; for one that "
                "dissolved or is new, with the nearest one. From 60 % on a segment goes on, from 30 % it has changed, "
                "below that it dissolved or is new."
            ),
            className="k-note",
        ),
    ]


def finding(pair: RunPair, rand: float) -> str:
    """What a reader is to take along; names the segments that dissolved."""
    gone = [match.a.name for match in pair.matches if match.fate == "dissolved" and match.a]
    told = [
        _("The two runs divide the customers alike.")
        if rand >= 1 and not pair.moved
        else _("The two runs divide the customers much alike.")
        if rand >= 0.8
        else _("The two runs divide the customers alike in part.")
        if rand >= 0.4
        else _("The two runs divide the customers in quite different ways.")
    ]
    if gone:
        told.append(_("Dissolved: {names}.", names=", ".join(f"“{name}”" for name in gone)))
    return " ".join(told)


def overlap_table(pair: RunPair) -> list[Component]:
    """Customers by segment in both runs, and what the symbols stand for."""
    rows = [
        [segment_name(card), *(number(int(n)) for n in pair.table[place])] for place, card in enumerate(pair.a.cards)
    ]
    return [
        key_list(pair.a.cards, "phone", title=_("First run")),
        key_list(pair.b.cards, title=_("Second run")),
        as_table(["", *(segment_name(card) for card in pair.b.cards)], rows, caption=_("Who is where in both?")),
    ]


def overlap_words() -> list[Component]:
    """How to read the matrix."""
    return [
        html.P(
            _(
                "Rows: the first run; columns: the second. A cell says which share of the row's customers is in "
                "the column's segment."
            )
        )
    ]


def deltas_words(pair: RunPair) -> str:
    """The largest shift, or that there is none."""
    shifted = matching.deltas(pair)
    if not shifted:
        return _("No segment goes on, so no profile can be compared.")
    top = shifted[0]
    going = [match.b for match in pair.matches if match.a and match.b]
    place = max(range(len(top.shifts)), key=lambda column: abs(top.shifts[column]))
    if abs(top.shifts[place]) < 0.05 or going[place] is None:
        return _("The segments that go on look the same in both runs.")
    return _(
        "Shift of the mean in standard deviations. The largest: {column} of “{name}”, from {before} to {after} "
        "(medians).",
        column=top.column.label,
        name=getattr(going[place], "name", ""),
        before=of_column(top.before[place], top.column),
        after=of_column(top.after[place], top.column),
    )


def movers_table(pair: RunPair) -> Component:
    """Streams of customers, the largest first."""
    streams = sorted(
        ((int(n), a, b) for a, row in enumerate(pair.table) for b, n in enumerate(row) if n), key=lambda move: -move[0]
    )
    return as_table(
        [_("From"), _("To"), _("Customers")],
        [[segment_name(pair.a.cards[a]), segment_name(pair.b.cards[b]), number(n)] for n, a, b in streams],
        caption=_("Who moved, and where to?"),
    )


def movers_words(pair: RunPair) -> str:
    """How many stayed, and the largest stream of those who did not."""
    stayed = {(match.a.segment, match.b.segment) for match in pair.matches if match.a and match.b}
    away = [
        (int(pair.table[a, b]), a, b)
        for a in range(pair.a.k)
        for b in range(pair.b.k)
        if (a, b) not in stayed and pair.table[a, b]
    ]
    if not away:
        return _("Nobody moved: every customer is in the segment that continues their own.")
    most, a, b = max(away)
    return _(
        "{n} moved; the largest stream, {most}, went from “{a}” to “{b}”.",
        n=customers(pair.moved),
        most=number(most),
        a=pair.a.cards[a].name,
        b=pair.b.cards[b].name,
    )


def deltas_table(pair: RunPair) -> list[Component]:
    """Medians before and after, and what the symbols stand for."""
    going = [match for match in pair.matches if match.a and match.b]
    rows = [
        [
            delta.column.label,
            *(
                f"{of_column(before, delta.column)} → {of_column(after, delta.column)}"
                for before, after in zip(delta.before, delta.after, strict=True)
            ),
        ]
        for delta in matching.deltas(pair)
    ]
    return [
        key_list([match.b for match in going if match.b]),
        as_table(
            [_("Median"), *(segment_name(match.b) for match in going if match.b)],
            rows,
            caption=_("What changed inside the segments that go on?"),
        ),
    ]


def parameters_table(a: RunSummary, b: RunSummary) -> Component:
    """Only what differs, quality included."""
    rows = [[name.replace("_", " "), value, other] for name, value, other in matching.parameters(a, b)]
    quality = [
        (_("Inertia"), number(a.inertia), number(b.inertia)),
        (_("Silhouette"), decimal(a.silhouette, 3), decimal(b.silhouette, 3)),
        (
            _("Stability"),
            *("–" if candidate.stability is None else decimal(candidate.stability, 2) for candidate in (a, b)),
        ),
        (_("Customers"), number(a.rows), number(b.rows)),
    ]
    rows += [[*row] for row in quality if row[1] != row[2]]
    if not rows:
        return html.P(_("Nothing: both were made alike."))
    return table(
        [_("Parameter"), _("First run"), _("Second run")], rows, caption=_("What differs in how they were made?")
    )


def _side(match: Match, which: str) -> Component | str:
    side_card = match.a if which == "a" else match.b
    return html.Span([segment_name(side_card), " ", trust_badge(side_card.trust)]) if side_card else "–"
