"""Building blocks: what a table under a chart is sent as."""

from __future__ import annotations

from typing import Any

import pytest
from dash import dcc, html
from dash.development.base_component import Component

from dashapp import ids
from dashapp.widgets import aria, as_table, markup, table


def body(cell: Any) -> Component:
    """The place of a folded table with one cell beside its name."""
    details = as_table(["Name", "Value"], [["Ana", cell]], caption="Names")
    return details.children[1]


def test_a_folded_table_is_sent_as_escaped_text() -> None:
    place = body(html.Span("<img src=x onerror=alert(1)>", className="k-muted"))

    text = getattr(place, "data-folded")
    assert place.children is None
    assert '<td><span class="k-muted">&lt;img src=x onerror=alert(1)&gt;</span></td>' in text
    assert 'tabindex="0"' in text  # it may scroll


def test_on_a_phone_each_cell_of_a_wide_table_has_the_words_of_its_heading_without_its_signs() -> None:
    sign = html.Span("●", **aria(hidden="true"))
    header = ["Feature", html.Span([sign, html.Span("Regulars")]), "Others", ["All ", html.Strong("customers")]]

    text = markup(table(header, [["Age", "40", "50", "45"]], caption="Ages"))

    assert 'class="k-table k-table-stacked"' in text
    assert '<td data-label="Regulars">40</td><td data-label="Others">50</td>' in text
    assert '<td data-label="All customers">45</td>' in text
    assert "stacked" not in markup(table(header[:2], [["Age", "40"]], caption="Ages"))


@pytest.mark.parametrize(
    "cell",
    [html.Button("Ana", id=ids.toggle("segment", "a", "shares")), [html.Span(dcc.Link("Ana", href="/segment/1"))]],
)
def test_a_table_whose_cells_lead_somewhere_stays_what_it_is(cell: Any) -> None:
    place = body(cell)

    assert isinstance(place.children, Component)
    assert not hasattr(place, "data-folded")
