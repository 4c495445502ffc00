"""The Campaigns page: the pipeline's numbers at any price, an untrusted address, a list that says what it is."""

from __future__ import annotations

import csv
import io
from dataclasses import replace
from types import SimpleNamespace
from typing import Any

import dash
import numpy as np
import plotly.graph_objects as go
import pytest

from dashapp import pricing
from dashapp.charts import LIGHT, rates
from dashapp.charts.theme import DARK
from dashapp.data import Run, SegmentationData
from dashapp.findings import advice, segment_words
from dashapp.i18n import _ as translated
from dashapp.i18n import speak
from dashapp.pages import campaigns
from dashapp.pages.campaigns import callbacks, figures, ids, list_file, plan_sentences, prospects
from dashapp.pages.campaigns.address import read, search_of
from dashapp.pages.campaigns.layout import texts
from dashapp.report.next_campaign import campaign_plan
from dashapp.telling import rate
from pipeline.campaigns import at_prices, expected_curve, in_numbers, plan_as_json, plan_in_words
from pipeline.campaigns.profit import expected_profit
from pipeline.command_line.options import plan_at
from pipeline.contract import CampaignPlan, Segmentation, Targets
from pipeline.settings import Settings
from tests.dashapp.conftest import RUN, MemoryStore, champion
from tests.sample_campaigns import planned_training
from tests.support import as_stored


@pytest.fixture(scope="module")
def planned() -> Segmentation:
    training = planned_training()
    return as_stored(training)


@pytest.fixture
def run(planned: Segmentation) -> Run:
    return Run(planned)


def stored(it: Segmentation) -> CampaignPlan:
    assert it.campaigns is not None
    return it.campaigns


def data_of(it: Segmentation) -> SegmentationData:
    store = MemoryStore({RUN: it}, (champion(k=it.k),))
    return SegmentationData(lambda: store, Settings(poll_seconds=0.01))


def text_of(component: Any) -> str:
    return str(component)


def test_the_runs_own_prices_give_exactly_the_stored_plan(run: Run, planned: Segmentation) -> None:
    asked, notices = read(run, "")

    assert notices == ()
    assert asked.summary == stored(planned).summary
    assert asked.plan.targets.equals(stored(planned).targets)
    assert asked.prospects.numbers.listed == stored(planned).summary.contacts
    assert asked.prospects.numbers.whole == pytest.approx(stored(planned).summary.expected_profit)
    assert asked.prospects.hold_out == stored(planned).summary.hold_out


def test_another_price_changes_the_list_as_the_pipeline_would(run: Run, planned: Segmentation) -> None:
    asked, _ = read(run, "?cost=3&revenue=20")
    probability = stored(planned).targets[Targets.PROBABILITY].to_numpy()
    chosen = probability[probability * 20 > 3]

    assert asked.prospects.numbers.listed == len(chosen)
    assert asked.prospects.numbers.whole == pytest.approx(expected_profit(chosen, 3, 20, asked.summary.judged).value)
    assert rate(asked.summary.break_even or 0) == "15.0 %"


@pytest.mark.parametrize("cost", ["abc", "-1", "nan", "inf", "1e99", ""])
def test_a_cost_that_is_none_is_told_and_the_stored_one_stands(run: Run, planned: Segmentation, cost: str) -> None:
    asked, notices = read(run, f"?cost={cost}&revenue=0&campaign=nonsense")

    assert (asked.cost, asked.revenue) == (stored(planned).summary.cost, stored(planned).summary.revenue)
    assert any("not a revenue" in one for one in notices)
    assert any("nonsense" in one for one in notices)
    assert (cost == "") or any("not a cost" in one for one in notices)


def test_the_address_keeps_what_is_not_usual_and_the_selection(run: Run) -> None:
    usual, _ = read(run, "")

    there = search_of("?segment=s1", run, 4.5, usual.revenue, usual.campaign)

    assert there == "?segment=s1&cost=4.5"
    assert read(run, there)[0].cost == 4.5
    assert search_of(there, run, usual.cost, usual.revenue, usual.campaign) == "?segment=s1"


def test_filters_and_segments_leave_their_part_of_the_list(run: Run, planned: Segmentation) -> None:
    whole, _ = read(run, "")
    targets = stored(planned).targets
    first = targets.loc[targets[Targets.RANK] == 1, Targets.SEGMENT].item()
    best = next(one for one in planned.cards if one.segment == first)
    filtered, _ = read(run, f"?segment={best.key}")
    by_segment = whole.of_segment(best.segment)
    inside = targets[(targets[Targets.SEGMENT] == best.segment) & (targets[Targets.CONTACT] == 1)]

    assert set(filtered.prospects.listed) == set(by_segment.listed) == set(inside.index)
    assert filtered.prospects.customers == best.size
    assert sum(one.numbers.contacts for one in prospects.by_segment(whole)) == whole.prospects.numbers.contacts
    assert "left by the filters" in plan_sentences.finding(filtered)
    assert [one.card for one in prospects.by_segment(filtered)] == [best]
    assert "filtered out" in text_of(texts(filtered)[ids.SEGMENTS])


def test_screen_file_pipeline_and_report_tell_the_same_list_with_its_hold_out_group(
    run: Run, planned: Segmentation
) -> None:
    asked, _ = read(run, "")
    found = in_numbers(stored(planned))
    profit = plan_sentences.money(found.expected.value, "$")
    file = list_file.export(asked, None, marked=True)
    about, (_header, *body) = dict(file.account), csv.reader(io.StringIO(file.csv().removeprefix("\ufeff")))
    contacted = [row for row in body if row[-1] == "contact"]
    told = plan_in_words(stored(planned), "$")

    assert found.held > 0
    assert f"Contact {found.contacts} of 600 customers and hold out {found.held}: expected profit {profit}" in (
        plan_sentences.finding(asked)
    )
    assert (len(contacted), len(body) - len(contacted)) == (found.contacts, found.held)
    assert sum(float(row[4]) for row in contacted) == pytest.approx(found.expected.value, abs=0.1)
    assert about["Expected profit"] == pytest.approx(found.expected.value, abs=0.01)
    assert f"Contact {found.contacts:,} and hold out {found.held:,}" in told[0]
    assert f"Expected profit {profit} " in told[1]
    assert plan_as_json(stored(planned))["with_hold_out"]["expected_profit"] == found.expected.value
    assert f"hold out {found.held}" in text_of(campaign_plan(run))
    assert profit in text_of(campaign_plan(run))
    assert plan_sentences.money(found.given_up, "$") in plan_sentences.price_of_test(asked, asked.prospects)


def test_expected_profit_along_the_ranking_is_that_of_the_best(run: Run) -> None:
    asked, _ = read(run, "")
    ahead = pricing.expected(asked.plan, asked.prospects)
    probability = np.sort(asked.plan.targets[Targets.PROBABILITY].to_numpy())[::-1]
    at = len(ahead.model.contacts) // 2
    best = expected_profit(
        probability[: ahead.model.contacts[at]], asked.cost or 0, asked.revenue or 0, asked.summary.judged
    )

    assert (ahead.model.profit[at], ahead.model.low[at]) == pytest.approx((best.value, best.low))
    assert ahead.model.profit.max() <= (asked.summary.expected_profit or 0) + 1e-9
    assert ahead.by_segment[-1] == pytest.approx(ahead.model.profit[-1])
    assert ahead.at_random[-1] == pytest.approx(ahead.model.profit[-1])
    assert list(expected_curve(probability[:0], 1, 2).contacts) == [0]


def test_the_file_holds_the_list_of_the_screen_with_its_hold_out_group(run: Run, planned: Segmentation) -> None:
    asked, _ = read(run, "")

    file = list_file.export(asked, None, marked=True)
    about, (_header, *body) = dict(file.account), csv.reader(io.StringIO(file.csv().removeprefix("\ufeff")))

    assert about["Run"] == planned.run_id
    assert about["Cost of a contact"] == asked.cost
    assert len(body) == asked.summary.contacts == about["Customers on the list"]
    assert sum(row[-1].startswith("hold out") for row in body) == stored(planned).targets[Targets.HOLD_OUT].sum()
    assert not any(cell.startswith(("=", "+", "@")) for row in body for cell in row)
    assert list_file.export(asked, None, marked=True) == list_file.export(asked, None, marked=True)


def test_who_is_held_out_of_the_whole_list_is_held_out_of_a_part_of_it(run: Run, planned: Segmentation) -> None:
    asked, _ = read(run, "?cost=1")
    found = asked.of_segment(planned.cards[0].segment)

    assert len(found.held) == found.hold_out.size > 0
    assert set(found.held) == set(asked.prospects.held) & set(found.listed)


def test_few_contacted_show_no_rate_and_say_too_few(run: Run, planned: Segmentation) -> None:
    table = stored(planned).responses
    scarce = table.assign(n=np.where(table["segment"] == planned.cards[0].segment, 12, table["n"]))
    few = Run(replace(planned, run_id="a" * 32, campaigns=replace(stored(planned), responses=scarce)))

    one = prospects.dots(read(few, "?cost=3")[0])[0]

    assert (one.rate, one.word, one.few) == (None, "too few", True)
    assert "too few for a rate" in rates.response_words(one)


def test_prices_nobody_pays_for_are_said_plainly(run: Run) -> None:
    asked, _ = read(run, "?cost=50&revenue=2")

    assert plan_sentences.finding(asked).startswith("Nobody is worth contacting at these prices, because even a sure")
    assert "even a sure response would not pay" in plan_sentences.break_even(asked)
    assert "not uplift" in text_of(texts(asked)[ids.HEAD])


@pytest.mark.parametrize("look", [LIGHT, DARK], ids=["light", "dark"])
@pytest.mark.parametrize("search", ["", "?cost=0", "?cost=50&revenue=2", "?segment=s1"])
def test_every_figure_is_one_that_plotly_takes(run: Run, look: Any, search: str) -> None:
    asked, _ = read(run, search)
    ahead, past = pricing.expected(asked.plan, asked.prospects), pricing.measured(asked.plan)

    for made in (
        figures.expected(ahead, asked.prospects.numbers.listed, "$", look),
        figures.measured(past, 3, "$", look),
        figures.responses(prospects.dots(asked), prospects.overall(asked), asked.summary.break_even, look),
    ):
        go.Figure(made.to_dict())


@pytest.mark.parametrize("search", [None, 7, "?cost=%ff&revenue[]=1", "?segment=nobody&cost=1"])
def test_the_charts_survive_what_a_browser_sends(planned: Segmentation, search: object) -> None:
    drawn = callbacks.tell_list(data_of(planned), search, {"a": 1}, "yes", {"run": RUN})

    assert "The list holds" in drawn
    assert callbacks.tell_list(data_of(planned), search, "s1", True, {"run": ["x"]}) is dash.no_update


@pytest.mark.parametrize(
    ("query", "noticed"),
    [
        ({}, False),
        ({"cost": "x"}, True),
        ({"cost": ["1", "2"]}, False),
        ({"campaign": "?"}, True),
        ({"segment": "s1"}, False),
    ],
)
def test_the_page_stands_on_any_address(planned: Segmentation, query: dict[str, Any], noticed: bool) -> None:
    page = text_of(campaigns.PAGE.drawn(data_of(planned), **query))

    assert "Contact " in page
    assert ("could not be used" in page) == noticed


def test_a_run_without_a_plan_says_so_and_keeps_every_id(data: SegmentationData) -> None:
    page = text_of(campaigns.PAGE.drawn(data))

    assert "no campaign plan" in page
    assert all(name in page for name in (ids.COST, ids.DOTS, ids.EXPECTED, ids.MEASURED, ids.DOWNLOAD))


def test_the_page_is_russian_for_a_russian_reader(planned: Segmentation) -> None:
    speak("ru")

    page = text_of(campaigns.PAGE.drawn(data_of(planned)))

    assert "Обратитесь к" in page
    assert "Это отклик" in page or "отклик, а не" in page.lower()
    assert "Contact " not in page


@pytest.mark.parametrize("trusts", [("solid",), ("solid", "usable")])
def test_a_grade_that_all_segments_have_is_said_once(planned: Segmentation, trusts: tuple[str, ...]) -> None:
    """Ten customers and each segment had it beside their names."""
    cards = tuple(card.model_copy(update={"trust": trusts[at % len(trusts)]}) for at, card in enumerate(planned.cards))
    asked, _ = read(data_of(replace(planned, cards=cards)).run(RUN), "")
    told, dots = texts(asked), figures.responses(prospects.dots(asked), None, None, LIGHT)
    whole = " ".join(text_of(told[name]) for name in (ids.SEGMENTS, ids.TOP, ids.DOTS_TABLE))
    drawn = " ".join(one.text for one in dots.layout.annotations)

    if len(trusts) == 1:
        assert whole.lower().count("solid") == 1
        assert "Each segment is solid." in text_of(told[ids.SEGMENTS])
        assert "Solid" not in drawn
    else:
        assert whole.count("'Solid'") + whole.count("'Usable'") > 10
        assert "Usable" in drawn


TAKEN_OFF = {"en": "lists that chance has helped", "ru": "списки, которым помог случай"}


@pytest.mark.parametrize("language", ["en", "ru"])
def test_what_was_taken_off_a_promise_is_said_wherever_it_is_made(planned: Segmentation, language: str) -> None:
    """At a price at which the list passes only just."""
    dear = (at_prices(stored(planned), planned.dataset, cost=cost, revenue=11.0) for cost in np.arange(3.0, 9.0, 0.25))
    plan = min((one for one in dear if one.summary.contacts), key=lambda one: one.summary.judged.kept or 1.0)
    before, it = plan.summary.before, replace(planned, campaigns=plan)
    assert before is not None
    speak(language)
    run = data_of(it).run(RUN)
    asked, _ = read(run, "")
    contact = plan.targets[Targets.CONTACT] == 1

    assert (plan.summary.expected_profit or 0) < 0.97 * before.expected_profit
    assert plan.targets.loc[contact, Targets.EXPECTED].sum() == pytest.approx(plan.summary.expected_profit)
    assert sum(one.expected_profit for one in plan.summary.segments) == pytest.approx(plan.summary.expected_profit)
    assert asked.prospects.numbers.whole == pytest.approx(plan.summary.expected_profit)
    assert TAKEN_OFF[language] in text_of(texts(asked)[ids.HEAD])
    assert TAKEN_OFF[language] in text_of(campaign_plan(run))
    assert TAKEN_OFF["en"] in " ".join(plan_in_words(plan))
    assert TAKEN_OFF["en"] in plan_as_json(plan)["corrected"]


@pytest.mark.parametrize("kept", [None, 0.5])
def test_a_plan_stored_with_an_earlier_promise_is_told_alike_everywhere(
    planned: Segmentation, kept: float | None
) -> None:
    """From before promises were corrected, and from a version that corrected them otherwise."""
    plan = stored(planned)
    assert plan.summary.judged is not None
    judged = plan.summary.judged.model_copy(update={"kept": kept})
    old = replace(plan, summary=plan.summary.model_copy(update={"judged": judged}))
    it = replace(planned, campaigns=old, run_id="old")

    told = pricing.figures(it)

    assert told is not None
    assert told.summary == plan.summary
    assert told.responses.equals(plan.responses)


# ------------------------------------------------------------------ segments that know what came after


WORDS = {
    "en": ("An association, no advice", "Nobody knows: who is in the segment", "what the spec assumes"),
    "ru": ("Это связь, а не совет", "Неизвестно: кто входит в сегмент", "предположения описания набора"),
}


@pytest.mark.parametrize("language", ["en", "ru"])
def test_rates_of_segments_that_may_know_what_came_after_are_no_advice(planned: Segmentation, language: str) -> None:
    speak(language)
    association, nobody, assumed = WORDS[language]
    run = data_of(planned).run(RUN)
    asked, _ = read(run, "")

    found = prospects.dots(asked)
    said = plan_sentences.dots_words(found, None, asked.summary.break_even)
    advised = [advice.advised(card, planned) for card in planned.cards]

    assert {one.word for one in found} == {"association"}
    assert said.startswith(association)
    assert {one[0].word for one in advised if one} == {"association"}
    assert nobody in translated(segment_words.ADVICE["association"])
    assert assumed in text_of(texts(asked)[ids.HEAD])
    assert assumed in text_of(campaign_plan(run))


def test_a_plan_of_version_0_1_says_act_of_no_segment_that_knows_what_came_after(planned: Segmentation) -> None:
    """Stored were the words of then, and no judgement of the list; page, advice and command line say today's."""
    plan = stored(planned)
    segments = tuple(one.model_copy(update={"word": "act"}) for one in plan.summary.segments)
    old = replace(
        planned,
        run_id="0" * 32,
        campaigns=replace(
            plan,
            summary=plan.summary.model_copy(update={"judged": None, "segments": segments}),
            responses=plan.responses.assign(word="act"),
        ),
    )

    printed = "\n".join(plan_in_words(plan_at(old, None, None)))

    assert {one.word for one in prospects.dots(read(Run(old), "")[0])} == {"association"}
    for card in old.cards:
        said = advice.advised(card, old)
        assert said is not None
        assert said[0].word == "association"
    assert "[association]" in printed
    assert "[act]" not in printed


def test_at_its_own_prices_a_plan_keeps_each_campaign_s_own_words(planned: Segmentation) -> None:
    """Campaigns with other prices than the last are judged by theirs, until a reader gives prices for all."""
    plan = stored(planned)
    dearer = replace(plan, responses=plan.responses.assign(word="test"))

    same = at_prices(dearer, planned.dataset, cost=plan.summary.cost, revenue=plan.summary.revenue)
    other = at_prices(dearer, planned.dataset, cost=plan.summary.cost, revenue=1000.0)

    assert set(same.responses["word"]) == {"test"}
    assert "test" not in set(other.responses["word"])


@pytest.mark.parametrize(("before", "told"), [(None, False), (2.0, True)])
def test_fields_that_came_blank_are_no_wrong_prices_and_emptied_ones_are(
    run: Run, monkeypatch: pytest.MonkeyPatch, before: float | None, told: bool
) -> None:
    asked, _notices = read(run, "")
    moved = {f"{name}.value": name for name in (ids.COST, ids.REVENUE)}
    monkeypatch.setattr(callbacks, "ctx", SimpleNamespace(triggered_prop_ids=moved))
    monkeypatch.setattr(callbacks, "_run", lambda data, origin: run)
    known = SimpleNamespace(cost=before, revenue=before, campaign=asked.campaign)
    monkeypatch.setattr(callbacks.asking, "read", lambda run, search: (known, ()))

    nothing: Any = None
    _address, notice = callbacks.choose(nothing, None, None, asked.campaign, "", None)

    assert (notice is not None) == told
