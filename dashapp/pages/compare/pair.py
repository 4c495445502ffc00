"""Two runs side by side, in words and tables; the charts' places."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import dash_bootstrap_components as dbc
from dash import html
from dash.development.base_component import Component

from dashapp.data import Run, SegmentationData, View
from dashapp.frame import SHORT
from dashapp.i18n import N_, _, decimal, plural
from dashapp.pages.compare import figures, ids, matching
from dashapp.pages.compare.matching import Fate, Match, Pair
from dashapp.telling import customers, moment, number, of_column, percent
from dashapp.widgets import as_table, card, chart_card, graph, key_list, kpi, message, segment_name, table, trust_badge
from pipeline.contract import RunSummary
from pipeline.errors import KorzinaError

_FATES: dict[Fate, str] = {
    "same": N_("goes on"),
    "changed": N_("changed"),
    "dissolved": N_("dissolved"),
    "new": N_("new"),
}


@dataclass(frozen=True)
class Chosen:
    """The two runs that the address names, or the nearest that there are; a notice for each name that is none."""

    runs: tuple[RunSummary, ...]
    a: RunSummary | None
    b: RunSummary | None
    notices: tuple[str, ...] = ()


def choose(runs: Sequence[RunSummary], shown: str, wanted_a: object, wanted_b: object) -> Chosen:
    """By default the run in view against the one in use, else against the next number of segments."""
    first = _named(runs, wanted_a)
    second = _named(runs, wanted_b)
    notices = tuple(
        _("“{wanted}” names no run of this data set; another one stands in its place.", wanted=str(wanted)[:20])
        for wanted, found in ((wanted_a, first), (wanted_b, second))
        if wanted and found is None
    )
    a = first or next((one for one in runs if one.run_id == shown and one != second), None) or next(iter(runs), None)
    return Chosen(tuple(runs), a, second or _counterpart(runs, a), notices)


def option_label(run: RunSummary) -> str:
    """A run as a menu names it."""
    words = [plural("{n} segment", "{n} segments", run.k), moment(run.started), run.run_id[:8]]
    return ("★ " if run.champion_version is not None else "") + " · ".join(words)


def section(data: SegmentationData, view: View, a: object, b: object) -> list[Component | None]:
    """The menus and the places of what a callback draws."""
    chosen = Chosen((), None, None)
    if view.run is not None:
        try:
            chosen = choose(data.runs(view.run.segmentation.experiment), view.run.run_id, a, b)
        except KorzinaError:  # the banner of the page says that the store does not answer
            chosen = Chosen((), None, None)
    title = _("Two runs side by side")
    options = [{"value": run.run_id[:SHORT], "label": option_label(run)} for run in chosen.runs]
    menus = [
        html.Div(
            [html.Label(label, htmlFor=place), dbc.Select(options, value=run.run_id[:SHORT] if run else None, id=place)]
        )
        for label, place, run in ((_("First run"), ids.LEFT, chosen.a), (_("Second run"), ids.RIGHT, chosen.b))
    ]
    return [
        card(
            [
                html.H2(title),
                *(message(_("Part of the link could not be used."), one, tone="warning") for one in chosen.notices),
                html.Div(menus, className="k-compare-menus"),
                html.Div(id=ids.PAIR_WORDS),
            ],
            label=title,
            class_name="k-origin",
        ),
        html.Div(
            [
                _overlap(chosen),
                _movers(chosen),
                _deltas(),
                card(
                    [
                        html.H3(_("What differs in how they were made?"), className="k-chart-title"),
                        html.Div(id=ids.PARAMETERS),
                    ],
                    label=_("What differs in how they were made?"),
                ),
            ],
            id=ids.PAIR_CHARTS,
            className="k-grid k-grid-2 k-compare-pair",
        ),
    ]


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


def both(data: SegmentationData, chosen: Chosen) -> tuple[Run, Run] | None:
    """The two runs themselves; None where there are no two."""
    if chosen.a is None or chosen.b is None:
        return None
    return data.run(chosen.a.run_id), data.run(chosen.b.run_id)


def _named(runs: Sequence[RunSummary], wanted: object) -> RunSummary | None:
    if not isinstance(wanted, str) or len(wanted) < 6:
        return None
    found = [run for run in runs if run.run_id.startswith(wanted.lower())]
    return found[0] if len(found) == 1 else None


def _counterpart(runs: Sequence[RunSummary], a: RunSummary | None) -> RunSummary | None:
    others = [run for run in runs if run != a]
    if a is None or not others:
        return None
    champion = next((run for run in others if run.champion_version is not None), None)
    earlier = next((run for run in others if run.sweep_run_id != a.sweep_run_id and run.recommended), None)
    return (
        champion or earlier or min(others, key=lambda run: (run.sweep_run_id != a.sweep_run_id, abs(run.k - a.k - 1)))
    )


def _side(one: Match, which: str) -> Component | str:
    found = one.a if which == "a" else one.b
    return html.Span([segment_name(found), " ", trust_badge(found.trust)]) if found else "–"


def _overlap(chosen: Chosen) -> Component:
    return _place(_("Who is where in both?"), ids.OVERLAP, ids.OVERLAP_WORDS, ids.OVERLAP_BELOW, _most(chosen) + 1)


def _movers(chosen: Chosen) -> Component:
    return _place(_("Who moved, and where to?"), ids.MOVERS, ids.MOVERS_WORDS, ids.MOVERS_BELOW, _most(chosen))


def _deltas() -> Component:
    return _place(
        _("What changed inside the segments that go on?"),
        ids.DELTAS,
        ids.DELTAS_WORDS,
        ids.DELTAS_BELOW,
        matching.MOST_DELTAS // 2 + 1,
    )


def _most(chosen: Chosen) -> int:
    return max((one.k for one in (chosen.a, chosen.b) if one), default=0)


def _place(title: str, chart: str, sentence: str, below: str, rows: int) -> Component:
    plot = graph(chart, title, height=figures.height_of(rows))
    return chart_card(
        title, plot, summary=html.Div("", id=sentence, className="k-chart-summary"), below=html.Div(id=below)
    )
