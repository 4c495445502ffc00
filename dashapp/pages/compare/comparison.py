"""What two runs have in common and where they differ, in words and tables."""

from __future__ import annotations

from dash import html
from dash.development.base_component import Component

from dashapp.i18n import N_, _, decimal
from dashapp.pages.compare import matching
from dashapp.pages.compare.matching import Fate, Match, Pair
from dashapp.telling import customers, number, of_column, percent
from dashapp.widgets import as_table, key_list, kpi, segment_name, table, trust_badge
from pipeline.contract import RunSummary

_FATES: dict[Fate, str] = {
    "same": N_("goes on"),
    "changed": N_("changed"),
    "dissolved": N_("dissolved"),
    "new": N_("new"),
}


def words(it: Pair) -> list[Component]:
    """The verdict on two runs: numbers, then what became of each segment."""
    rand = matching.adjusted_rand(it.table)
    return [
        html.P(finding(it, rand), className="k-finding"),
        html.Div(
            [
                kpi(decimal(rand, 2), _("agreement (adjusted Rand index): 1 the same, 0 as by chance")),
                kpi(percent(it.moved / max(it.common, 1)), _("of the common customers moved")),
                kpi(number(it.common), _("customers are in both runs")),
            ],
            className="k-kpis",
        ),
        html.Div(
            table(
                [_("First run"), _("Second run"), _("What became of it"), _("In common")],
                [[_side(one, "a"), _side(one, "b"), _(_FATES[one.fate]), percent(one.overlap)] for one in it.matches],
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


def finding(it: Pair, rand: float) -> str:
    """What a reader is to take along; names the segments that dissolved."""
    gone = [one.a.name for one in it.matches if one.fate == "dissolved" and one.a]
    told = [
        _("The two runs divide the customers alike.")
        if rand >= 0.8
        else _("The two runs divide the customers alike in part.")
        if rand >= 0.4
        else _("The two runs divide the customers in quite different ways.")
    ]
    if gone:
        told.append(_("Dissolved: {names}.", names=", ".join(f"“{name}”" for name in gone)))
    return " ".join(told)


def overlap_table(it: Pair) -> list[Component]:
    """Customers by segment in both runs, and what the symbols stand for."""
    rows = [[segment_name(one), *(number(int(n)) for n in it.table[place])] for place, one in enumerate(it.a.cards)]
    return [
        key_list(it.a.cards, "phone", title=_("First run")),
        key_list(it.b.cards, title=_("Second run")),
        as_table(["", *(segment_name(one) for one in it.b.cards)], rows, caption=_("Who is where in both?")),
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


def deltas_words(it: Pair) -> str:
    """The largest shift, or that there is none."""
    found = matching.deltas(it)
    if not found:
        return _("No segment goes on, so no profile can be compared.")
    top = found[0]
    going = [one.b for one in it.matches if one.a and one.b]
    place = max(range(len(top.shifts)), key=lambda one: abs(top.shifts[one]))
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


def movers_table(it: Pair) -> Component:
    """Streams of customers, the largest first."""
    streams = sorted(
        ((int(n), a, b) for a, row in enumerate(it.table) for b, n in enumerate(row) if n), key=lambda one: -one[0]
    )
    return as_table(
        [_("From"), _("To"), _("Customers")],
        [[segment_name(it.a.cards[a]), segment_name(it.b.cards[b]), number(n)] for n, a, b in streams],
        caption=_("Who moved, and where to?"),
    )


def movers_words(it: Pair) -> str:
    """How many stayed, and the largest stream of those who did not."""
    stayed = {(one.a.segment, one.b.segment) for one in it.matches if one.a and one.b}
    away = [
        (int(it.table[a, b]), a, b)
        for a in range(it.a.k)
        for b in range(it.b.k)
        if (a, b) not in stayed and it.table[a, b]
    ]
    if not away:
        return _("Nobody moved: every customer is in the segment that continues their own.")
    most, a, b = max(away)
    return _(
        "{n} moved; the largest stream, {most}, went from “{a}” to “{b}”.",
        n=customers(it.moved),
        most=number(most),
        a=it.a.cards[a].name,
        b=it.b.cards[b].name,
    )


def deltas_table(it: Pair) -> list[Component]:
    """Medians before and after, and what the symbols stand for."""
    going = [one for one in it.matches if one.a and one.b]
    rows = [
        [
            delta.column.label,
            *(
                f"{of_column(before, delta.column)} → {of_column(after, delta.column)}"
                for before, after in zip(delta.before, delta.after, strict=True)
            ),
        ]
        for delta in matching.deltas(it)
    ]
    return [
        key_list([one.b for one in going if one.b]),
        as_table(
            [_("Median"), *(segment_name(one.b) for one in going if one.b)],
            rows,
            caption=_("What changed inside the segments that go on?"),
        ),
    ]


def parameters_table(a: RunSummary, b: RunSummary) -> Component:
    """Only what differs, quality included."""
    rows = [[name.replace("_", " "), one, other] for name, one, other in matching.parameters(a, b)]
    quality = [
        (_("Inertia"), number(a.inertia), number(b.inertia)),
        (_("Silhouette"), decimal(a.silhouette, 3), decimal(b.silhouette, 3)),
        (_("Stability"), *("–" if one.stability is None else decimal(one.stability, 2) for one in (a, b))),
        (_("Customers"), number(a.rows), number(b.rows)),
    ]
    rows += [[*row] for row in quality if row[1] != row[2]]
    if not rows:
        return html.P(_("Nothing: both were made alike."))
    return table(
        [_("Parameter"), _("First run"), _("Second run")], rows, caption=_("What differs in how they were made?")
    )


def _side(one: Match, which: str) -> Component | str:
    found = one.a if which == "a" else one.b
    return html.Span([segment_name(found), " ", trust_badge(found.trust)]) if found else "–"
