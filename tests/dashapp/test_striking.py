"""What is most striking about a selection, and who answers campaigns."""

from __future__ import annotations

from dataclasses import replace

import pytest

from dashapp.charts import LIGHT
from dashapp.findings.segment_words import differences
from dashapp.pages.explore import striking
from dashapp.pages.explore.figures import answer_rates
from dashapp.selecting import SEGMENT, Cube, Range, Selection, Values
from pipeline.contract import Segmentation

NAMES = ("age", "income", "spend", "marital_status")


def test_the_sentence_names_what_departs_most(segmentation: Segmentation, cube: Cube) -> None:
    old = cube.filtered(Selection({"age": Range(55.0, None)}))

    told = striking.sentence(segmentation, old, NAMES)

    assert told.startswith("Most striking about the selected: ")
    assert "Age" not in told  # what was selected by is no discovery
    assert "stand out most" in striking.sentence(segmentation, cube.everyone, NAMES)
    few = cube.filtered(Selection({"age": Range(None, 20.0)}))
    assert "may be chance" in striking.sentence(segmentation, few, NAMES)


def test_what_a_segment_is_called_by_is_not_said_twice(segmentation: Segmentation, cube: Cube) -> None:
    """“Light spenders” stand out most. Light spenders: ..."""
    said = []
    for name in ("Somebody else", None):
        cards = tuple(
            card.model_copy(update={"name": name or differences(card, segmentation.dataset, 1)[0][0]})
            for card in segmentation.cards
        )
        said.append(striking.sentence(replace(segmentation, cards=cards), cube.everyone, NAMES))

    assert " stand out most. " in said[0]
    assert " stand out most: " in said[1]
    assert said[1].lower().count(said[1].split("”")[0].strip("“").lower()) == 1


def test_the_shares_of_answers_are_those_of_the_selected(segmentation: Segmentation, cube: Cube) -> None:
    filtered = cube.filtered(Selection({"age": Range(30.0, 60.0), SEGMENT: Values(("sample-1",))}))

    found = filtered.responses()

    frame = segmentation.customers.assign(segment=segmentation.assignments["segment"])
    own = frame[frame["age"].between(30, 60, inclusive="left")]
    for card in segmentation.cards:
        mine = own.loc[own["segment"] == card.segment, ["response_1", "response_2"]].astype(float)
        assert found.shown[:, card.segment].tolist() == [mine.notna().sum().sum(), mine.sum().sum()]
    ghost, bars = answer_rates.draw(found, segmentation.cards, ("sample-1",), LIGHT, selected=True).data
    assert bars.x[1] == pytest.approx(found.shown[1, 1] / found.shown[0, 1])
    assert list(bars.meta) == [card.key for card in segmentation.cards]
    assert list(bars.marker.opacity) == [0.25, 1.0, 0.25]
    assert len(ghost.x) == 3
