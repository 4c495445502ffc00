"""A verdict says no more than the board beside it, and each run's is made from its own figures."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pandas as pd
import pytest

from pipeline.contract import (
    Decision,
    Message,
    RunSummary,
    Sensitivity,
    verdicts,
)
from pipeline.helper_tasks import promote_recommended
from pipeline.segmenting import decide, override
from pipeline.settings import Settings
from pipeline.store import Store
from pipeline.train import _reviewed
from tests.pipeline.test_choose import candidates
from tests.support import make_training, save_training

FEW_ORDERS, MANY_ORDERS = pd.DataFrame({"orders": [1, 1, 1, 4]}), pd.DataFrame({"orders": [1, 2, 3, 4]})
WIDER = candidates(
    [0.96, 0.93, 0.85, 0.41, 0.23, 0.23, 0.23],
    [0.24, 0.20, 0.20, 0.18, 0.17, 0.17, 0.17],
    [0.18, 0.13, 0.12, 0.11, 0.10, 0.10, 0.10],
)


def board(*ks: int, seed: int = 4) -> pd.DataFrame:
    """The variations of a decision: another seed, and other preparations with the k that each leads to."""
    return pd.DataFrame(
        {
            Sensitivity.ASPECT: ["seed", *("features" for _ in ks)],
            Sensitivity.CHANGE: ["another seed", *(f"without c{place}" for place in range(len(ks)))],
            Sensitivity.K: [seed, *ks],
            Sensitivity.VERDICT: "strong",
            Sensitivity.AGREEMENT: 0.9,
        }
    )


def of_rule() -> Decision:
    decision = decide(WIDER, bounds=(2, 8))
    assert (decision.k, decision.verdict) == (4, "strong")
    return decision


def test_a_verdict_that_the_board_bears_out_stays() -> None:
    assert verdicts.reviewed(of_rule(), WIDER, board(4, 4, 4, 3, 3), MANY_ORDERS, "orders") == of_rule()
    assert verdicts.reviewed(of_rule(), WIDER, board(4, 3, 3), MANY_ORDERS, "orders") == of_rule()  # half, no fewer


@pytest.mark.parametrize(
    ("table", "customers", "said"),
    [
        (board(4, 3, 3, 3, 2, 2), MANY_ORDERS, "Only 2 of 7 other ways of preparing the data lead to 4 segments too."),
        (board(3, 3, 3), MANY_ORDERS, "Only 1 of 4 other ways of preparing the data leads to 4 segments too."),
        (board(4, 4, 4, seed=3), MANY_ORDERS, "With another seed the rule comes to 3 segments."),
        (board(4, 4, 4), FEW_ORDERS, "Half of the customers have ordered only once"),
    ],
)
def test_no_verdict_is_strong_against_its_own_board(table: pd.DataFrame, customers: pd.DataFrame, said: str) -> None:
    found = verdicts.reviewed(of_rule(), WIDER, table, customers, "orders")

    assert found.verdict == "weak"
    assert any(sentence.startswith(said) for sentence in found.disagreements)
    assert "clearly" not in found.reason.split(". ")[0]
    assert verdicts.reviewed(found, WIDER, table, customers, "orders") == found


def test_the_end_of_the_range_is_no_strong_choice() -> None:
    ending = WIDER[:3]
    found = verdicts.reviewed(decide(ending, bounds=(2, 4)), ending, board(4, 4, 4), MANY_ORDERS, "orders")

    assert found.verdict == "weak"
    assert any("4 is the largest number of segments that was tried" in said for said in found.disagreements)


def test_a_reason_of_plain_english_is_toned_down_too() -> None:
    plain = of_rule().model_copy(update={"reason": str(of_rule().reason)})
    found = verdicts.reviewed(plain, WIDER, board(3, 3, 3), MANY_ORDERS, "orders")

    assert not isinstance(found.reason, Message)
    assert "that the data weakly support" in found.reason


def test_each_k_has_the_verdict_of_its_own_figures() -> None:
    by_k = {one.k: verdicts.verdict_at(one.k, of_rule(), WIDER) for one in WIDER}

    assert by_k == {2: "weak", 3: "weak", 4: "strong", 5: "none", 6: "none", 7: "none", 8: "none"}


def test_more_segments_than_the_data_support_are_none_however_well_they_come_back() -> None:
    three = candidates([0.98, 0.99, 0.87], [0.47, 0.55, 0.58], [0.18, 0.17, 0.17], heaps=[2.0, 3.0, 3.0])
    decision = decide(three, bounds=(2, 4))
    assert decision.supported_k == 3

    assert {one.k: verdicts.verdict_at(one.k, decision, three) for one in three}[4] == "none"


def test_a_person_s_choice_has_no_verdict_of_the_rule_s() -> None:
    chosen = verdicts.reviewed(
        override(of_rule(), 7, "Seven teams.", WIDER), WIDER, board(7, 7, seed=7), MANY_ORDERS, "orders"
    )

    assert chosen.verdict == "none"
    assert verdicts.persons_reason(chosen) == "Seven teams."


def test_a_person_s_choice_leaves_other_numbers_the_verdict_of_their_own_figures() -> None:
    chosen = verdicts.reviewed(
        override(of_rule(), 7, "Seven.", WIDER), WIDER, board(7, 7, seed=7), MANY_ORDERS, "orders"
    )
    assert chosen.verdict == "none"

    by_k = {one.k: verdicts.verdict_at(one.k, chosen, WIDER) for one in WIDER}

    assert (by_k[2], by_k[3], by_k[5], by_k[7]) == ("weak", "weak", "none", "none")


def test_no_segment_is_solid_where_the_reviewed_verdict_is_not_strong() -> None:
    training = make_training()
    last = training.candidates[-1].record.k  # the end of what was tried, so its verdict is weak once it is reviewed
    clear = replace(training, decision=training.decision.model_copy(update={"k": last, "verdict": "strong"}))
    cards = clear.candidate(last).cards
    assert "solid" in {card.trust for card in cards}

    told = _reviewed(clear)

    assert told.decision.verdict != "strong"
    for candidate in told.candidates:
        assert "solid" not in {card.trust for card in candidate.cards}
        assert verdicts.capped(candidate.cards, told.decision.verdict) == candidate.cards
    assert "usable at most" in told.candidate(last).cards[0].trust_reason
    assert verdicts.capped(cards, "strong") == cards


def test_a_list_of_runs_tells_each_by_its_own_figures() -> None:
    def verdict(
        k: int, stability: float, same: float, *, recommended: bool, inertia: float = 1, supported: float | None = None
    ) -> str:
        run = RunSummary(
            run_id="r",
            sweep_run_id="s",
            experiment="e",
            sweep_name="",
            started=0,
            k=k,
            recommended=recommended,
            inertia=inertia,
            silhouette=0.3,
            calinski_harabasz=1,
            davies_bouldin=1,
            stability=stability,
            verdict="strong",
            rows=9,
            params={"k_min": "2", "k_max": "12"},
        )
        return verdicts.reviewed_summary(run, 0.2, same, by_person=False, supported_k=supported).verdict

    assert verdict(4, 0.9, 0.8, recommended=True) == "strong"
    assert verdict(4, 0.9, 1 / 6, recommended=True) == "weak"
    assert verdict(12, 0.9, 0.8, recommended=True) == "weak"
    assert verdict(12, 0.9, 0.8, recommended=True, inertia=1e-24) == "strong"  # everybody in a segment is alike
    assert verdict(12, 0.23, 0.8, recommended=False) == "none"
    assert verdict(3, 0.9, 0.8, recommended=False) == "weak"
    assert verdict(3, 0.9, 0.8, recommended=False, supported=4) == "weak"
    assert verdict(5, 0.9, 0.8, recommended=False, supported=4) == "none"


def test_the_history_gives_the_reason_that_a_person_gave(tmp_path: Path) -> None:
    training, settings = make_training(), Settings(home=tmp_path / "mlruns")
    saved, records = save_training(training, settings), [one.record for one in training.candidates]
    decision = override(training.decision, 2, "Two shops, two campaigns: no more.", records)

    promote_recommended(settings, "sample", saved.run_ids[2], decision, "auto")

    (move,) = Store.open(settings).history("sample")
    assert move.reason == "Two shops, two campaigns: no more."
