"""What happens to customers whom nobody contacted (churn): the shares by segment, what is said of them, and where."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from dash.development.base_component import Component

from dashapp.charts import LIGHT
from dashapp.data import Run, SegmentationData
from dashapp.findings import happenings
from dashapp.i18n import speak
from dashapp.pages.campaigns import PAGE, happened
from dashapp.report.next_campaign import campaign_plan
from dashapp.report.portrait import portrait
from pipeline.contract import (
    Assignments,
    Campaign,
    CampaignPlan,
    CampaignSummary,
    Column,
    Message,
    Segmentation,
    empty_table,
)
from pipeline.settings import Settings
from pipeline.statistics import wilson
from tests.dashapp.conftest import RUN, MemoryStore, champion

LEFT = "left"
MOST, SELDOM = 0.6, 0.1


@pytest.fixture(scope="module")
def leaving(segmentation: Segmentation) -> Segmentation:
    """Customers of whom many leave in segment 0 and few elsewhere; no campaign."""
    labels = segmentation.assignments[Assignments.SEGMENT].to_numpy()
    place = np.arange(len(labels))
    left = np.where(labels == 0, place % 10 < 10 * MOST, place % 10 < 10 * SELDOM).astype(float)
    return _with(segmentation, left)


def _with(segmentation: Segmentation, values: np.ndarray) -> Segmentation:
    kept = tuple(column for column in segmentation.dataset.columns if column.role != "outcome")
    column = Column(name=LEFT, role="outcome", kind="flag", label="Left us")
    dataset = segmentation.dataset.model_copy(update={"columns": (*kept, column), "campaigns": ()})
    return replace(
        segmentation,
        dataset=dataset,
        customers=segmentation.customers.assign(**{LEFT: values}),
        campaigns=None,
    )


def _data(segmentation: Segmentation) -> SegmentationData:
    store = MemoryStore({RUN: segmentation}, (champion(),))
    return SegmentationData(lambda: store, Settings(poll_seconds=1))


def _column(segmentation: Segmentation) -> Column:
    return happenings.outcomes(segmentation)[0]


def test_an_outcome_that_a_campaign_names_is_not_one_that_happens(leaving: Segmentation) -> None:
    asked = leaving.dataset.model_copy(update={"campaigns": (Campaign(column=LEFT, label="Who left"),)})

    assert [column.name for column in happenings.outcomes(leaving)] == [LEFT]
    assert happenings.outcomes(replace(leaving, dataset=asked)) == ()


def test_an_outcome_that_is_a_number_or_not_stored_is_left_out(leaving: Segmentation) -> None:
    columns = [column for column in leaving.dataset.columns if column.name != LEFT]
    amount = leaving.dataset.model_copy(
        update={"columns": (*columns, Column(name=LEFT, role="outcome", kind="number", label="Loss"))}
    )

    assert happenings.outcomes(replace(leaving, dataset=amount)) == ()
    assert happenings.outcomes(replace(leaving, customers=leaving.customers.drop(columns=LEFT))) == ()


def test_shares_are_those_of_the_customers_with_wilson_intervals(leaving: Segmentation) -> None:
    left = leaving.customers.groupby(leaving.assignments[Assignments.SEGMENT].to_numpy())[LEFT]

    everyone, segments = happenings.by_segment(leaving, _column(leaving))

    assert everyone.share == pytest.approx(leaving.customers[LEFT].mean())
    assert [segment.known for segment in segments] == left.size().tolist()
    assert [segment.count for segment in segments] == left.sum().astype(int).tolist()
    for segment in segments:
        assert (segment.low, segment.high) == pytest.approx(wilson(segment.count, segment.known))


def test_unknown_values_count_for_nothing_and_few_give_no_share(leaving: Segmentation) -> None:
    values = leaving.customers[LEFT].to_numpy(copy=True)
    first = np.flatnonzero(leaving.assignments[Assignments.SEGMENT].to_numpy() == 0)
    values[first[happenings.LEAST - 1 :]] = np.nan
    few = _with(leaving, values)

    everyone, segments = happenings.by_segment(few, _column(few))

    assert segments[0].known == happenings.LEAST - 1
    assert segments[0].share is None
    assert everyone.known == int(np.isfinite(values).sum())
    assert "too few" in happenings.in_segment(few, _column(few), 0)


def test_filters_choose_whose_shares_are_told(leaving: Segmentation) -> None:
    places = np.arange(0, len(leaving.customers), 2)

    everyone, segments = happenings.by_segment(leaving, _column(leaving), places)

    assert everyone.share == pytest.approx(leaving.customers[LEFT].iloc[places].mean())
    assert sum(segment.known for segment in segments) == len(places)


def test_the_finding_names_the_ends_where_their_intervals_part(leaving: Segmentation) -> None:
    column = _column(leaving)
    said = happenings.finding(column, *happenings.by_segment(leaving, column), leaving.cards)

    assert f"Most often in “{leaving.cards[0].name}”" in said
    assert "may be chance" not in said


def test_the_finding_warns_where_the_difference_may_be_chance(leaving: Segmentation) -> None:
    same = _with(leaving, (np.arange(len(leaving.customers)) % 4 == 0).astype(float))

    said = happenings.finding(_column(same), *happenings.by_segment(same, _column(same)), same.cards)

    assert "may be chance" in said
    assert "Most often" not in said


def test_the_finding_tells_no_share_of_few(leaving: Segmentation) -> None:
    column = _column(leaving)
    everyone, segments = happenings.by_segment(leaving, column, np.arange(happenings.LEAST - 1))

    assert happenings.finding(column, everyone, segments, leaving.cards) == "Too few customers to tell a share."


def test_the_page_has_the_question_and_no_prices(leaving: Segmentation) -> None:
    text = str(PAGE.drawn(_data(leaving)))

    assert "Left us: in which segments?" in text
    assert "No campaign of these data asked for it: “Left us”" in text
    assert "Whom should we contact next?" not in text


def test_the_page_says_so_of_a_run_that_was_recommended_too(leaving: Segmentation) -> None:
    summary = CampaignSummary(method="none", about=Message.of("no campaign"), notes=(Message.of("Nothing."),), seed=0)
    plan = CampaignPlan(summary, *map(empty_table, ("responses", "targets", "held_out")))

    text = str(PAGE.drawn(_data(replace(leaving, campaigns=plan))))

    assert "There is no campaign to plan." in text
    assert "No campaign of these data asked for it: “Left us”" in text
    assert "These data hold no campaigns" not in text


def test_the_card_draws_a_dot_a_segment_and_the_same_numbers_as_a_table(leaving: Segmentation) -> None:
    run = Run(leaving)
    (card,) = happened.cards(run, run.cube.everyone, LIGHT)
    _everyone, segments = happenings.by_segment(leaving, _column(leaving))

    assert isinstance(card, Component)
    text = str(card)
    for segment, known in zip(leaving.cards, segments, strict=True):
        assert segment.name in text
        assert f"{100 * (known.share or 0):.1f} %" in text


def test_the_report_tells_it_for_all_and_segment_by_segment(leaving: Segmentation) -> None:
    run = Run(leaving)

    assert "Left us: in which segments?" in str(campaign_plan(run))
    assert "What happens to them?" in str(portrait(leaving, leaving.cards[0]))


def test_a_reader_of_russian_is_told_in_russian(leaving: Segmentation) -> None:
    column = _column(leaving)
    speak("ru")
    try:
        told = [
            happenings.title(column),
            happenings.why_no_campaign([column]),
            happenings.finding(column, *happenings.by_segment(leaving, column), leaving.cards),
            happenings.in_segment(leaving, column, 0),
        ]
    finally:
        speak("en")

    assert all("Left us" in sentence for sentence in told)
    assert not [word for sentence in told for word in ("segment", "customers", "campaign", "often") if word in sentence]
