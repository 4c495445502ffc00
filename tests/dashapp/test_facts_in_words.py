"""Small print of several pages: what was counted, a unit said once, what happens beside what was answered."""

from __future__ import annotations

from dataclasses import replace

import pytest

from dashapp.data import Run
from dashapp.findings import happenings, overview_numbers, traits
from dashapp.i18n import speak
from dashapp.pages.segment.chart_cards import responses_card
from dashapp.report import portrait
from dashapp.selecting import Cube
from dashapp.telling import amount
from pipeline.contract import LineAccount, LinesSetAside, LinesUsed, Segmentation


def test_lines_are_told_beside_the_customers_that_they_make(segmentation: Segmentation) -> None:
    account = LineAccount(
        lines=1200, used=LinesUsed(lines=1190, customers=400), aside=(LinesSetAside(rule="no customer", lines=10),)
    )
    of_lines = replace(segmentation, ledger=segmentation.ledger.model_copy(update={"lines": account}))
    told = dict(overview_numbers.origin(of_lines))

    assert "Rows" not in told
    assert told["Lines"] == "1,200 read, 1,190 used"
    assert told["Customers"].startswith(f"{segmentation.ledger.rows_in:,} in these lines, ")
    assert dict(overview_numbers.origin(segmentation))["Rows"].startswith(f"{segmentation.ledger.rows_in:,} read, ")
    speak("ru")
    assert (
        dict(overview_numbers.origin(of_lines))["Строки"]
        == "прочитано 1\N{NO-BREAK SPACE}200, учтено 1\N{NO-BREAK SPACE}190"
    )


@pytest.mark.parametrize(
    ("label", "unit", "title"),
    [
        ("Days since the last purchase", "days", "Days since the last purchase"),
        ("Дней с последней покупки", "дней", "Дней с последней покупки"),
        ("Recency", "days", "Recency, days"),
        ("Spend", "$", "Spend, $"),
        ("Holidays", "days", "Holidays, days"),
        ("City", "", "City"),
    ],
)
def test_an_axis_names_its_unit_once(cube: Cube, label: str, unit: str, title: str) -> None:
    dimension = next(iter(cube.dimensions.values()))

    assert replace(dimension, label=label, unit=unit).axis_title == title


def test_what_happens_is_shown_beside_what_was_answered(segmentation: Segmentation) -> None:
    first, *others = segmentation.dataset.campaigns
    dataset = segmentation.dataset.model_copy(update={"campaigns": tuple(others)})
    both, card = replace(segmentation, dataset=dataset), segmentation.cards[0]
    (column,) = happenings.outcomes(both)
    told = happenings.in_segment(both, column, card.segment)

    assert column.name == first.column
    assert traits.responses(both, card.segment)
    assert told in str(responses_card(both, card)[1])
    assert told in str(portrait._responses(both, card))
    assert "What happens to them?" not in str(responses_card(segmentation, card)[1])
    assert Run(both).segmentation is both


@pytest.mark.parametrize(
    ("value", "told"),
    [(1351.5, "1 352 дня"), (1362.0, "1 362 дня"), (3.5, "3,5 дня"), (21.0, "21 день"), (5.0, "5 дней")],
)
def test_a_number_takes_the_form_that_belongs_to_how_it_is_written(value: float, told: str) -> None:
    speak("ru")

    assert amount(value, "дней").replace("\u202f", " ").replace("\u00a0", " ") == told
