"""Building blocks: what a table under a chart is sent as."""

from __future__ import annotations

from typing import Any

import pytest
from dash import dcc, html
from dash.development.base_component import Component

from dashapp import ids
from dashapp.widgets import as_table


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


@pytest.mark.parametrize("cell", [
    html.Button("Ana", id=ids.toggle("segment", "a", "shares")), [html.Span(dcc.Link("Ana", href="/segment/1"))]])
def test_a_table_whose_cells_lead_somewhere_stays_what_it_is(cell: Any) -> None:
    place = body(cell)

    assert isinstance(place.children, Component)
    assert not hasattr(place, "data-folded")
