"""The JSON Schema of a spec says what the loader says, and stands where a draft points to."""

from __future__ import annotations

import json
import subprocess
import sys
import tomllib
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from jsonschema import Draft202012Validator

from pipeline.drafting import draft_spec, write_draft
from pipeline.errors import SpecError
from pipeline.spec import parse_spec, schema_text, shipped_specs, spec_schema
from tests.pipeline.test_structure import russian_customers

ROOT = Path(__file__).parents[2]
MINIMAL = """
name = "shop"
[id]
column = "card"
[columns.spend]
role = "active"
"""
MISTAKES = {
    'name = "shop"\ncurency = "$"\n[id]\ncolumn = "card"\n[columns.spend]\nrole = "active"': "curency",
    MINIMAL + 'lable = "Spend"': "lable",
    MINIMAL + 'kind = "nubmer"': "nubmer",
    MINIMAL + '[[rules]]\nrule = "range"\ncolumn = "spend"\nmaximum = 3': "maximum",
    MINIMAL + '[[campaigns]]\ncolumn = "spend"\nlabel = "Leaflet"\ncosts = 1': "costs",
    MINIMAL + '[groups.mix]\nmembers = { a = "A" }': "label",
    MINIMAL + "[segments]\nmin = 1": "min",
}


def problems(text: str) -> list[str]:
    """What the schema has against a TOML text, dates written as an editor hands them over."""
    validator = Draft202012Validator(spec_schema())
    return [f"{error.json_path} {error.message}" for error in validator.iter_errors(as_json(tomllib.loads(text)))]


def as_json(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: as_json(part) for key, part in value.items()}
    if isinstance(value, list):
        return [as_json(part) for part in value]
    return value.isoformat() if isinstance(value, date) else value


def test_it_is_a_valid_schema() -> None:
    Draft202012Validator.check_schema(spec_schema())


@pytest.mark.parametrize("name", shipped_specs())
def test_it_accepts_the_specs_that_come_with_korzina(name: str) -> None:
    assert problems((ROOT / "pipeline" / "specs" / f"{name}.toml").read_text("utf-8")) == []


def test_it_accepts_the_example_of_the_documentation() -> None:
    page = (ROOT / "docs" / "spec.md").read_text("utf-8")

    assert problems(page.split("```toml\n")[1].split("```")[0]) == []


@pytest.mark.parametrize(("text", "named"), MISTAKES.items())
def test_it_refuses_what_the_loader_refuses(text: str, named: str) -> None:
    with pytest.raises(SpecError, match=named):
        parse_spec(tomllib.loads(text), where="shop.toml")

    assert any(named in problem for problem in problems(text))


def test_a_minimal_spec_passes_both() -> None:
    assert parse_spec(tomllib.loads(MINIMAL), where="shop.toml").name == "shop"
    assert problems(MINIMAL) == []


def test_keys_that_only_the_loader_fills_in_are_not_offered() -> None:
    assert {"path", "hash"} & set(spec_schema()["properties"]) == set()


def test_a_draft_names_the_schema_that_is_written_beside_it(tmp_path: Path) -> None:
    russian_customers().to_csv(tmp_path / "a.csv", index=False)
    write_draft(draft_spec(str(tmp_path / "a.csv")), tmp_path / "a.toml")
    text = (tmp_path / "a.toml").read_text("utf-8")

    first = text.splitlines()[0]
    assert first.startswith("#:schema ./")
    schema = json.loads((tmp_path / first.removeprefix("#:schema ./")).read_text("utf-8"))
    assert list(Draft202012Validator(schema).iter_errors(as_json(tomllib.loads(text)))) == []


def test_the_file_in_the_documentation_is_fresh() -> None:
    assert (ROOT / "docs" / "spec.schema.json").read_text("utf-8") == schema_text(), "run 'make schema'"


def test_the_command_prints_it() -> None:
    done = subprocess.run(
        [sys.executable, "-m", "pipeline", "schema"], cwd=ROOT, capture_output=True, text=True, timeout=60, check=True
    )

    assert done.stdout == schema_text()
