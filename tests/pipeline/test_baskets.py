"""Affinities: exact arithmetic on hand-worked baskets, corrected tests, segments, and both kinds of sources."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from scipy.sparse import csr_array
from scipy.stats import chi2_contingency, fisher_exact

from pipeline.contract import Affinities, check_table
from pipeline.describing import pair_counts, read_baskets, with_affinities
from pipeline.describing.basket_lines import Baskets, as_baskets
from pipeline.describing.bought_together import LEAST_COUNT, affinities, independence
from pipeline.describing.pair_counts import LEFT_OUT, count_pairs, count_pairs_of, frequencies
from pipeline.errors import SpecError
from pipeline.spec import load_spec, parse_spec
from pipeline.stages import Training
from pipeline.statistics import benjamini_hochberg

# ten baskets: bread in 6, butter in 5, both in 4; milk in 9
BREAD, BUTTER, MILK = [1, 1, 1, 1, 1, 1, 0, 0, 0, 0], [1, 1, 1, 1, 0, 0, 1, 0, 0, 0], [1, 1, 1, 1, 1, 1, 1, 1, 1, 0]
ITEMS = csr_array(np.column_stack([BREAD, BUTTER, MILK]))
NAMES = ("bread", "butter", "milk")


def pair(table: pd.DataFrame, left: str, right: str, segment: int = Affinities.EVERYBODY) -> pd.Series:
    found = table[(table["segment"] == segment) & (table["left"] == left) & (table["right"] == right)]
    assert len(found) == 1
    return found.iloc[0]


def test_measures_of_a_pair_are_those_worked_out_by_hand() -> None:
    table, tested = affinities(ITEMS, NAMES, np.full(10, -1), 0, least=1)
    row = pair(check_table("affinities", table), "bread", "butter")

    assert tested == 3
    assert row[Affinities.COUNT] == 4
    measured = row[
        [Affinities.SUPPORT, Affinities.CONFIDENCE, Affinities.REVERSE, Affinities.LIFT, Affinities.LEVERAGE]
    ].tolist()
    assert measured == pytest.approx([0.4, 4 / 6, 4 / 5, 0.4 / (0.6 * 0.5), 0.4 - 0.6 * 0.5])


def test_what_is_in_nearly_every_basket_does_not_lead() -> None:
    table, _ = affinities(ITEMS, NAMES, np.full(10, -1), 0, least=1)

    assert table[["left", "right"]].to_numpy().tolist() == [["bread", "butter"], ["bread", "milk"], ["butter", "milk"]]
    assert pair(table, "bread", "milk")[Affinities.COUNT] > pair(table, "bread", "butter")[Affinities.COUNT]


def test_a_segment_is_compared_with_everybody() -> None:
    segments = np.array([0, 0, 1, 1, 0, 1, 0, 0, 1, -1])
    table, tested = affinities(ITEMS, NAMES, segments, 2, least=1)
    row = pair(table, "bread", "butter", 0)  # baskets 0, 1, 4, 6, 7: bread 3, butter 3, both 2

    assert row[Affinities.LIFT] == pytest.approx(2 * 5 / 9)
    assert row[Affinities.OVERALL_LIFT] == pytest.approx(4 / 3)
    assert row[Affinities.DIFFERENCE] == pytest.approx(10 / 9 - 4 / 3)
    assert tested == 9


def test_pairs_under_the_least_count_are_neither_tested_nor_listed() -> None:
    table, tested = affinities(ITEMS, NAMES, np.full(10, -1), 0, least=5)

    assert (tested, len(table)) == (2, 2)


@pytest.mark.parametrize(("both", "left", "right", "n"), [(60, 150, 200, 1000), (20, 150, 200, 1000)])
def test_p_values_equal_the_textbook_chi_square(both: int, left: int, right: int, n: int) -> None:
    cells = [[both, left - both], [right - both, n - left - right + both]]
    p = independence(np.array([both]), np.array([left]), np.array([right]), n)

    assert p[0] == pytest.approx(chi2_contingency(cells, correction=False).pvalue)


def test_of_many_items_the_commonest_are_counted_over_all_baskets(training: Training) -> None:
    rng = np.random.default_rng(0)
    ids = training.customers[str(training.dataset.id_column)].to_numpy()
    baskets = pd.DataFrame({"customer": rng.choice(ids, 60_000), "basket": np.arange(60_000)})
    rare = baskets.assign(item=[f"rare {one % 2_000}" for one in range(60_000)])  # 30 times each
    common = [baskets.assign(item=[f"common {(one * step) % 1_500}" for one in range(60_000)]) for step in (1, 7)]
    some = as_baskets(pd.concat([rare, *common]))
    bought = with_affinities(training, some).bought[training.decision.k]

    assert (bought.basis.units, bought.basis.items) == (60_000, 2_000 + 1_500)
    assert bought.basis.sentence.endswith("only the pairs of the 1,000 commonest are counted.")
    everybody = bought.affinities[bought.affinities[Affinities.SEGMENT] == Affinities.EVERYBODY]
    assert len(everybody)
    assert everybody[Affinities.SUPPORT].tolist() == (everybody[Affinities.COUNT] / 60_000).tolist()


def test_items_that_can_reach_no_pair_change_nothing(training: Training) -> None:
    rng = np.random.default_rng(1)
    ids = training.customers[str(training.dataset.id_column)].to_numpy()
    baskets = pd.DataFrame({"customer": rng.choice(ids, 2_000), "basket": np.arange(2_000)})
    common = [baskets.assign(item=rng.choice(["tea", "milk", "bread"], 2_000)) for _ in range(3)]
    rare = baskets.head(LEAST_COUNT - 1).assign(item="caviar")
    without, among = (with_affinities(training, as_baskets(pd.concat(some))) for some in (common, [*common, rare]))
    k = training.decision.k

    pd.testing.assert_frame_equal(without.bought[k].affinities, among.bought[k].affinities)


def test_too_few_baskets_give_way_to_the_mix_and_it_says_so(training: Training) -> None:
    ids = training.customers[str(training.dataset.id_column)].to_numpy()
    few = as_baskets(pd.DataFrame({"customer": ids[:20], "basket": range(20), "item": ["tea", "milk"] * 10}))
    k = training.decision.k
    bought, mix = (with_affinities(training, some).bought[k] for some in (few, None))

    assert bought.basis.kind == "category_mix"
    assert bought.basis.sentence.startswith("No two categories are in 50 baskets or more together")
    pd.testing.assert_frame_equal(bought.affinities, mix.affinities)
    assert len(mix.affinities)


def test_small_tables_are_tested_exactly() -> None:
    p = independence(np.array([3.0]), np.array([4.0]), np.array([4.0]), 8)

    assert p[0] == pytest.approx(2 * fisher_exact([[3, 1], [1, 3]], alternative="greater").pvalue)


def test_q_values_are_those_of_benjamini_and_hochberg() -> None:
    assert benjamini_hochberg(np.array([0.01, 0.04, 0.03, 0.5])) == pytest.approx([0.04, 0.16 / 3, 0.16 / 3, 0.5])
    assert len(benjamini_hochberg(np.array([]))) == 0


def test_independent_categories_pass_for_affinities_hardly_ever() -> None:
    items = (np.random.default_rng(0).random((20_000, 30)) < 0.2).astype(np.int32)
    table, tested = affinities(csr_array(items), [f"c{one:02}" for one in range(30)], np.full(20_000, -1), 0)

    assert tested == 30 * 29 / 2
    assert (table[Affinities.Q] < 0.05).sum() <= 1
    assert table[Affinities.LIFT].between(0.85, 1.15).all()


def test_lines_become_baskets_however_often_a_line_is_repeated() -> None:
    lines = pd.DataFrame(
        {
            "customer": [7, 7, 7, 8, 8, 8],
            "basket": [1, 1, 1, 1, 2, 2],
            "category": ["milk", "milk", "bread", "milk", "bread", None],
        }
    )
    baskets = as_baskets(lines)

    assert baskets.names == ("bread", "milk")
    # number 1 of customer 8 is another basket
    assert held(baskets) == Counter([("7", ("bread", "milk")), ("8", ("milk",)), ("8", ("bread",))])


def held(baskets: Baskets) -> Counter[tuple[str, tuple[str, ...]]]:
    """Whose baskets hold what; in which order they come is the engine's business."""
    rows = zip(baskets.owner, baskets.items.toarray(), strict=True)
    return Counter((baskets.owners[owner], tuple(np.array(baskets.names)[row == 1].tolist())) for owner, row in rows)


def grouped(lines: pd.DataFrame) -> Counter[tuple[str, tuple[str, ...]]]:
    """The same from pandas, line by line."""
    groups = lines[lines.notna().all(axis=1)].groupby([lines.columns[0], lines.columns[1]])[lines.columns[2]]
    return Counter((str(customer), tuple(sorted(set(map(str, of))))) for (customer, _), of in groups)


KEYS = {
    "text": lambda numbers: numbers.map("no. {}".format),
    "whole numbers": lambda numbers: numbers,
    "large numbers": lambda numbers: numbers + 2**60,
    "fractions": lambda numbers: (numbers + 0.5).where(numbers != 3),
    "days": lambda numbers: pd.Timestamp("2025-01-01") + pd.to_timedelta(numbers, unit="D"),
    "with gaps": lambda numbers: numbers.map(str).where(numbers % 5 != 3),
}


@pytest.mark.parametrize("kind", KEYS)
def test_lines_become_the_same_baskets_as_by_pandas(kind: str) -> None:
    rng = np.random.default_rng(3)
    numbers = {
        name: pd.Series(rng.integers(0, most, 3_000)) for name, most in (("who", 40), ("which", 25), ("what", 9))
    }
    as_key, words = KEYS[kind], KEYS["with gaps"]
    lines = pd.DataFrame(
        {"who": words(numbers["who"]), "which": as_key(numbers["which"]), "what": words(numbers["what"])}
    )

    assert held(as_baskets(lines)) == grouped(lines)
    assert as_baskets(lines).names == tuple(sorted(lines["what"].dropna().unique()))


def test_large_numbers_of_customers_stay_apart() -> None:
    lines = pd.DataFrame({"who": [2**60, 2**60 + 1, 2**60 + 1], "which": [1, 1, 2], "what": ["a", "a", "b"]})
    baskets = as_baskets(lines)

    assert held(baskets) == Counter({(str(2**60), ("a",)): 1, (str(2**60 + 1), ("a",)): 1, (str(2**60 + 1), ("b",)): 1})


def test_pairs_are_the_same_counted_densely_and_sparsely(monkeypatch: pytest.MonkeyPatch) -> None:
    rng = np.random.default_rng(4)
    lines = pd.DataFrame(rng.integers(0, [60, 40, 12], (20_000, 3)), columns=["who", "which", "what"])
    baskets = as_baskets(lines)
    of_owner = rng.integers(LEFT_OUT, 3, len(baskets.owners))
    chosen = np.array([0, 2, 3, 7, 11])
    segments = of_owner[baskets.owner]
    items = baskets.items[:, chosen][np.flatnonzero(segments != LEFT_OUT)]
    expected = count_pairs(items, segments[segments != LEFT_OUT], 3)
    for dense in (0, 100):
        monkeypatch.setattr(pair_counts, "_DENSE", dense)
        monkeypatch.setattr(pair_counts, "_FEW", 300)
        monkeypatch.setattr(pair_counts, "_MANY", 700)
        counts, totals = count_pairs_of(baskets, chosen, of_owner, 3)
        assert np.array_equal(counts, expected[0])
        assert np.array_equal(totals, expected[1])
        often, units = frequencies(baskets, of_owner)
        assert units == items.shape[0]
        assert np.array_equal(often[chosen], counts.sum(axis=0).diagonal())


def test_baskets_find_their_customers_segment(training: Training) -> None:
    ids = training.customers[str(training.dataset.id_column)]
    lines = pd.DataFrame(
        {
            "customer": np.repeat([*ids, "nobody"], 2),
            "basket": np.repeat(np.arange(len(ids) + 1), 2),
            "category": ["wine", "cheese"] * (len(ids) + 1),
        }
    )
    found = with_affinities(training, as_baskets(lines)).bought

    assert training.decision.k in found
    assert sorted(found) == [candidate.record.k for candidate in training.candidates]
    for k, bought in found.items():
        assert (bought.basis.kind, bought.basis.units) == ("baskets", len(ids))
        counts = dict(zip(bought.affinities["segment"], bought.affinities["count"], strict=True))
        sizes = training.candidate(k).record.sizes
        assert counts == {-1: len(ids), **{place: size for place, size in enumerate(sizes) if size >= 50}}


def test_of_many_customers_the_recommended_k_alone_is_counted(
    training: Training, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("pipeline.stages.RIVAL_CUSTOMERS", 100)
    assert list(with_affinities(training, None).bought) == [training.decision.k]


def test_without_stored_ids_baskets_are_told_for_everybody_alone(training: Training) -> None:
    lines = pd.DataFrame({"customer": np.arange(120) // 2, "basket": np.arange(120) // 2, "category": ["a", "b"] * 60})
    anonymous = replace(training, dataset=training.dataset.model_copy(update={"id_column": None}))
    found = with_affinities(anonymous, as_baskets(lines)).bought[training.decision.k]

    assert found.affinities[Affinities.SEGMENT].tolist() == [-1]
    assert "cannot be told apart" in found.basis.sentence


def test_where_only_totals_are_known_the_mix_is_counted_and_said_so(training: Training) -> None:
    found = with_affinities(training, None).bought[training.decision.k]

    assert found.basis.kind == "category_mix"
    assert "no baskets" in found.basis.sentence
    assert set(found.affinities[Affinities.LEFT]) <= {"Meat", "Sweets", "Wine"}
    spend = training.customers[["wine", "meat", "sweets"]].to_numpy()
    high = spend / spend.sum(axis=1, keepdims=True)
    high = high > np.median(high, axis=0)
    if (high[:, 0] & high[:, 1]).sum() >= 50:
        assert pair(found.affinities, "Meat", "Wine")[Affinities.COUNT] == (high[:, 0] & high[:, 1]).sum()


def test_a_basket_query_reads_the_sources_tables(tmp_path: Path) -> None:
    (tmp_path / "lines.csv").write_text("who;basket;what\n1;1;milk\n1;1;bread\n2;2;milk\n", "utf-8")
    (tmp_path / "spec.toml").write_text(SPEC.format(query="SELECT who, basket, what FROM lines"), "utf-8")
    baskets = read_baskets(load_spec(str(tmp_path / "spec.toml")), None)

    assert baskets is not None
    assert held(baskets) == Counter([("1", ("bread", "milk")), ("2", ("milk",))])


def test_a_basket_query_of_another_shape_is_refused_in_words(tmp_path: Path) -> None:
    (tmp_path / "lines.csv").write_text("who;basket;what\n1;1;milk\n", "utf-8")
    (tmp_path / "spec.toml").write_text(SPEC.format(query="SELECT who, what FROM lines"), "utf-8")

    with pytest.raises(SpecError, match=r"baskets\.query.*three columns: customer, basket, category"):
        read_baskets(load_spec(str(tmp_path / "spec.toml")), None)


def test_a_spec_without_baskets_has_none() -> None:
    spec = parse_spec({"name": "t", "id": {"column": "id"}, "columns": {"spend": {"role": "active"}}}, where="t")

    assert read_baskets(spec, None) is None


SPEC = """
name = "lines"
[source]
tables = {{ lines = "lines.csv" }}
query = "SELECT who, count(*) AS lines FROM lines GROUP BY who"
[baskets]
query = "{query}"
[id]
column = "who"
[columns.lines]
role = "active"
"""
