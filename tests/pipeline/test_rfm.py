"""RFM: scores and cells worked out by hand, ties told, cut points kept for new customers, and nothing clustered on."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from itertools import product
from typing import Any

import numpy as np
import pandas as pd
import pytest

from pipeline.contract import (
    RFM_NAMES,
    Artifacts,
    Assignments,
    Message,
    RfmCells,
    RfmFactor,
    RfmScale,
    RfmScores,
    Scores,
    Translator,
    rfm_cell,
)
from pipeline.describing import rfm_cells, with_rfm
from pipeline.errors import SpecError
from pipeline.recording import record_training
from pipeline.scoring import score_upload
from pipeline.settings import Settings
from pipeline.spec import RfmCuts, RfmSpec, parse_spec
from pipeline.stages import Training
from pipeline.store import Store
from tests.scoring_support import shoppers, train_shop
from tests.support import as_stored, save_training

COLUMNS = RfmSpec(recency="recency", frequency="orders", monetary="spend")

OF_SHOP = RfmSpec(recency="age", frequency="orders", monetary="spend")


def trained(training: Training, spec: RfmSpec = COLUMNS, **values: Any) -> tuple[RfmScale, pd.DataFrame]:
    """The scale and the scores of the first customers, who have these values."""
    n = len(next(iter(values.values()))) if values else len(training.customers)
    customers = training.customers.head(n).assign(**values)
    made = with_rfm(replace(training, customers=customers), spec)
    assert made.rfm is not None
    return made.rfm, made.rfm_scores


@pytest.fixture(scope="module")
def shop(tmp_path_factory: pytest.TempPathFactory) -> Training:
    return train_shop(tmp_path_factory.mktemp("shop"))[1]


def test_fifths_of_ten_customers_are_those_worked_out_by_hand(training: Training) -> None:
    scale, scores = trained(training, recency=range(10), orders=range(1, 11), spend=range(100, 0, -10))

    assert scores[RfmScores.RECENCY].tolist() == [5, 5, 4, 4, 3, 3, 2, 2, 1, 1]
    assert scores[RfmScores.FREQUENCY].tolist() == [1, 1, 2, 2, 3, 3, 4, 4, 5, 5]
    assert scores[RfmScores.MONETARY].tolist() == [5, 5, 4, 4, 3, 3, 2, 2, 1, 1]
    assert scale.frequency.cuts == (2.0, 4.0, 6.0, 8.0)  # values that occur
    assert scores[RfmScores.CELL].tolist()[::9] == ["new", "cant_lose"]
    assert scale.notes == ()


def test_equal_values_have_equal_scores_and_what_cannot_be_cut_is_told(training: Training) -> None:
    orders = [1] * 6 + [2, 2, 3, 9]  # 60 % with one order
    scale, scores = trained(training, recency=range(10), orders=orders, spend=range(10))

    assert scores[RfmScores.FREQUENCY].tolist() == [1] * 6 + [4, 4, 5, 5]
    assert [str(note) for note in scale.notes] == [
        "Orders: 60 % of customers have the same value, 1, and equal values have equal scores. Fifths of equal size "
        "cannot be cut, and nobody has the scores 2, 3"
    ]
    assert Translator("ru").message(scale.notes[0]).endswith("и баллов 2, 3 нет ни у кого")


def test_a_value_of_everybody_tells_nobody_apart(training: Training) -> None:
    scale, scores = trained(training, recency=range(10), orders=[1] * 10, spend=range(10))

    assert scores[RfmScores.FREQUENCY].tolist() == [1] * 10
    assert list(scale.notes) == ["Orders: the same for all customers, so its score tells nobody apart"]


def test_who_is_not_known_has_no_score_and_no_cell(training: Training) -> None:
    recency = [float(day) for day in range(9)] + [np.nan]
    scale, scores = trained(training, recency=recency, orders=range(10), spend=range(10))

    assert scores.iloc[-1].tolist()[1:] == [0, 5, 5, ""]
    assert list(scale.notes) == ["Days since the last purchase: not known for 1 customer, who has no score of it"]


def test_a_column_that_the_run_does_not_keep_gives_no_scores(training: Training) -> None:
    made = with_rfm(replace(training, customers=training.customers.drop(columns="orders")), COLUMNS)

    assert set(made.rfm_scores[RfmScores.FREQUENCY]) == {0}
    assert set(made.rfm_scores[RfmScores.CELL]) == {""}
    assert made.rfm is not None
    assert "Orders: the run keeps no values of it, so it gives no scores" in made.rfm.notes
    assert len(rfm_cells(made, made.candidates[0])) == 0


@pytest.mark.parametrize(("recent", "expected"), [("low", [5, 5, 4, 3, 2, 1]), ("high", [1, 1, 2, 3, 4, 5])])
def test_cut_points_of_ones_own_and_the_direction_of_recency(
    training: Training, recent: Any, expected: list[int]
) -> None:
    spec = COLUMNS.model_copy(update={"recent": recent, "cuts": RfmCuts(recency=(7, 30, 90, 180))})
    scale, scores = trained(training, spec, recency=[0, 7, 8, 90, 91, 181], orders=range(6), spend=range(6))

    assert scores[RfmScores.RECENCY].tolist() == expected
    assert (scale.recency.by, scale.frequency.by) == ("spec", "quintiles")


def test_every_pair_of_scores_has_a_cell_and_every_cell_a_pair() -> None:
    assert {rfm_cell(*pair) for pair in product(range(1, 6), repeat=2)} == set(RFM_NAMES)
    assert {rfm_cell(0, 3), rfm_cell(3, 0)} == {""}
    assert [rfm_cell(5, 5), rfm_cell(5, 1), rfm_cell(1, 5), rfm_cell(1, 1)] == [
        "champions",
        "new",
        "cant_lose",
        "lost",
    ]


def test_every_cell_has_its_russian() -> None:
    told = {key: Translator("ru").message(name) for key, name in RFM_NAMES.items()}

    assert len(set(told.values())) == len(RFM_NAMES)
    assert not any(name.isascii() for name in told.values())


def test_scores_and_cells_come_back_from_the_store_and_add_up(training: Training, settings: Settings) -> None:
    made = with_rfm(training, COLUMNS)
    saved = save_training(made, settings, "rfm")
    loaded = Store.open(settings).load(saved.run_ids[3])
    cells = record_training(made).children[3].tables[Artifacts.RFM_CELLS]
    customers = cells.groupby(RfmCells.SEGMENT)[RfmCells.CUSTOMERS].sum()

    assert loaded.rfm == made.rfm
    pd.testing.assert_frame_equal(loaded.rfm_scores, made.rfm_scores, check_dtype=False)
    assert customers.to_dict() == {card.segment: card.size for card in loaded.cards}
    assert cells[RfmCells.MONEY].sum() == pytest.approx(training.customers["spend"].sum())


def test_a_run_without_rfm_holds_none(training: Training) -> None:
    record = record_training(training)

    assert not {Artifacts.RFM, Artifacts.RFM_SCORES} & (set(record.parent.records) | set(record.parent.tables))
    assert Artifacts.RFM_CELLS not in record.children[3].tables
    assert with_rfm(training, None) is training


def test_new_customers_are_scored_by_the_cut_points_of_the_training(shop: Training) -> None:
    run = as_stored(with_rfm(shop, OF_SHOP))
    new = shoppers(40, seed=5).assign(orders=1_000, age=[None, *[30] * 39])
    table = score_upload(run, "new.csv", new.to_csv(index=False).encode()).table

    assert list(table.columns[-4:]) == list(Scores.RFM)  # after what was always there, for whoever reads by place
    assert set(table["frequency_score"]) == {5}  # fifths of their own would be a 1 each
    assert table["recency_score"].isna().tolist() == [True, *[False] * 39]
    assert table["rfm_cell"].tolist()[0] == ""
    assert set(table["rfm_cell"][1:]) <= {str(name) for name in RFM_NAMES.values()}
    assert run.rfm is not None
    expected = run.rfm.monetary.scores(new["spend"].to_numpy())
    assert table["monetary_score"].tolist() == expected.tolist()


def test_where_a_file_lacks_a_column_its_score_is_empty(shop: Training) -> None:
    run = as_stored(with_rfm(shop, OF_SHOP))
    table = score_upload(run, "new.csv", shoppers(40).drop(columns="age").to_csv(index=False).encode()).table

    assert table["recency_score"].isna().all()
    assert (table["rfm_cell"] == "").all()
    assert table["frequency_score"].notna().all()


def test_scores_change_no_segment(shop: Training) -> None:
    made = with_rfm(shop, OF_SHOP)
    before, after = (
        [candidate.assignments[Assignments.SEGMENT].tolist() for candidate in one.candidates] for one in (shop, made)
    )

    assert before == after
    assert made.features.transform == shop.features.transform


def test_unknown_values_keep_their_place_among_scores() -> None:
    factor = RfmFactor(column="x", cuts=(1.0, 2.0, 3.0, 4.0), high_is_good=True, by="spec")

    assert factor.scores(np.array([np.nan, -1.0, 1.0, 1.1, 4.0, 5.0, np.inf])).tolist() == [0, 1, 1, 2, 4, 5, 5]


SPEC: dict[str, Any] = {
    "name": "shop",
    "id": {"column": "card"},
    "columns": {
        "recency": {"role": "passive"},
        "orders": {"role": "active"},
        "spend": {"role": "active"},
        "left": {"role": "ignored"},
        "last": {"role": "passive", "kind": "date"},
    },
}


@pytest.mark.parametrize(
    ("changed", "told"),
    [
        ({"recency": "recncy"}, "rfm.recency.*'recncy'.*recency"),
        ({"recency": "left"}, "rfm.recency: column 'left' cannot be scored.*active or passive"),
        ({"recency": "last"}, "date_diff"),
        ({"monetary": "orders"}, "names one column twice"),
        ({"cuts": {"frequency": [1, 2, 2, 4]}}, "rfm.cuts.frequency does not rise.*1, 2, 2, 4"),
        ({"cuts": {"frequency": [1, 2, 4]}}, "rfm.cuts.frequency"),
        ({"cuts": {"frequncy": [1, 2, 3, 4]}}, "rfm.cuts.*'frequncy'.*frequency"),
        ({"recnt": "low"}, "rfm.*'recnt'.*recent"),
    ],
)
def test_a_spec_that_does_not_fit_is_refused_with_its_key(changed: Mapping[str, Any], told: str) -> None:
    columns = {"recency": "recency", "frequency": "orders", "monetary": "spend"}

    with pytest.raises(SpecError, match=f"(?s){told}"):
        parse_spec({**SPEC, "rfm": columns | dict(changed)}, where="shop.toml")
    assert parse_spec({**SPEC, "rfm": columns}, where="shop.toml").rfm is not None


def test_notes_are_messages(training: Training) -> None:
    scale, _scores = trained(training, recency=range(10), orders=[1] * 10, spend=range(10))

    assert all(isinstance(note, Message) for note in scale.notes)
