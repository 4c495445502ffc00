"""How segments split when there is one more: the runs beside the one in view, of the same training."""

from __future__ import annotations

from itertools import pairwise
from typing import Any

from dash import dcc, html
from dash.development.base_component import Component

from dashapp.charts import Scheme, empty_figure
from dashapp.data import Run, SegmentationData
from dashapp.frame import SHORT
from dashapp.i18n import _, explained, plural
from dashapp.pages.compare import figures, matching
from dashapp.prefix import outer
from dashapp.telling import number
from dashapp.widgets import as_table, segment_name, trust_badge
from pipeline.contract import Labels, Placement
from pipeline.errors import KorzinaError


def drawn(data: SegmentationData, run: Run, look: Scheme, *, narrow: bool) -> tuple[Any, Any, Any]:
    """Figure, sentence and table of k - 1, k and k + 1."""
    try:
        runs = neighbours(data, run)
    except KorzinaError as error:
        return empty_figure("", look), explained(error), []
    if len(runs) < 2:
        return (
            empty_figure("", look),
            _("This training tried one number of segments, so there is no other to follow."),
            [],
        )
    tables = [matching.contingency(before.labels, other.labels, before.k, other.k) for before, other in pairwise(runs)]
    return figures.lineage(runs, tables, look, narrow=narrow), words(runs, tables), _below(runs, tables)


def neighbours(data: SegmentationData, run: Run) -> list[Placement]:
    """Who is where with one segment less, as many, and one more, told in the reader's language."""
    segmentation = run.segmentation
    near = sorted(
        (
            neighbour
            for neighbour in data.runs(segmentation.experiment)
            if neighbour.sweep_run_id == segmentation.sweep_run_id and abs(neighbour.k - segmentation.k) <= 1
        ),
        key=lambda neighbour: neighbour.k,
    )
    return [_told(data.placement(neighbour.run_id), run) for neighbour in near]


def words(runs: list[Placement], tables: list[Labels]) -> str:
    """What the last step splits: the segment whose customers spread most evenly over two of the next."""
    before, after, table = runs[-2], runs[-1], tables[-1]
    second = [sorted(row)[-2] for row in table.tolist()]
    place = max(range(before.k), key=lambda row: second[row])
    parts = sorted(range(after.k), key=lambda column: -table[place, column])[:2]
    step = plural("From left to right: {n} segment", "From left to right: {n} segments", runs[0].k)
    then = ", ".join(number(run.k) for run in runs[1:])
    return _(
        "{step}, then {then}. The last step takes most of its customers out of “{name}”, which goes to “{one}” "
        "and “{other}”.",
        step=step,
        then=then,
        name=before.cards[place].name,
        one=after.cards[parts[0]].name,
        other=after.cards[parts[1]].name,
    )


def _below(runs: list[Placement], tables: list[Labels]) -> Any:
    rows = [
        [_linked(run, a), _linked(other, b), number(int(table[a, b]))]
        for run, other, table in zip(runs[:-1], runs[1:], tables, strict=True)
        for a in range(run.k)
        for b in range(other.k)
        if table[a, b]
    ]
    return as_table([_("From"), _("To"), _("Customers")], rows, caption=_("What does one more segment split?"))


def _linked(placement: Placement, place: int) -> Component:
    """The name of a segment as the way to its page in that run, with how far it is to be trusted."""
    card = placement.cards[place]
    name = dcc.Link(segment_name(card), href=outer(f"/segment/{card.segment + 1}?run={placement.run_id[:SHORT]}"))
    return html.Span([name, " ", trust_badge(card.trust)])


def _told(placement: Placement, run: Run) -> Placement:
    cards = tuple(card.model_copy(update={"name": run.tell(card.name)}) for card in placement.cards)
    return Placement(placement.run_id, cards, placement.labels)
