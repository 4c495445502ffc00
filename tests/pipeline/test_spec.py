"""The spec: what it means, and errors that name file, key and the nearest valid name."""

import copy
import time

import pytest

from pipeline.errors import SpecError
from pipeline.spec import describe_dataset, load_spec, parse_spec, raw_columns, read_spec, restore_spec
from pipeline.spec.spec_file import shipped_specs

VALID = {
    "name": "shop",
    "id": {"column": "id"},
    "columns": {
        "spend": {"role": "active"},
        "age": {"role": "passive", "kind": "integer"},
        "bought": {"role": "outcome", "kind": "flag"},
    },
}


def with_part(path, value):
    data = copy.deepcopy(VALID)
    place = data
    for key in path[:-1]:
        place = place.setdefault(key, {})
    place[path[-1]] = value
    return data


@pytest.mark.parametrize(
    ("path", "value", "message"),
    [
        (["nmae"], "x", r"shop.toml: top level: unknown name 'nmae'.*use 'name' if that was meant"),
        (["columns", "spend", "lable"], "x", r"columns.spend: unknown name 'lable'.*use 'label'"),
        (["columns", "spend", "role"], "activ", r"key 'columns.spend.role'.*'active'.*Found: 'activ'"),
        (["rules"], [{"rule": "range", "colum": "age"}], r"rules.0.range: unknown name 'colum'.*use 'column'"),
        (["rules"], [{"rule": "range", "column": "agee", "min": 0}], r"unknown name 'agee'.*use 'age'"),
        (["groups", "g"], {"label": "G", "memers": {}}, r"groups.g: unknown name 'memers'.*use 'members'"),
        (["campaigns"], [{"column": "age", "label": "x"}], r"column 'age' is not an outcome"),
        (
            ["columns", "plan"],
            {"role": "active", "kind": "category"},
            r"columns.plan: kind = 'category' cannot be active.*set its role to \"passive\".*make a flag of one value",
        ),
        (["columns", "age"], {"role": "active", "kind": "ordered", "order": ["a", "b"]}, r"columns.age.*'ordered'"),
        (["columns", "age"], {"role": "active", "kind": "date"}, r"columns.age: kind = 'date'.*date_diff"),
        (["columns", "age"], {"role": "active", "kind": "text"}, r"columns.age: kind = 'text' cannot be active"),
        (["columns", "spend", "transform"], ["binary"], r"columns.spend: transform = \['binary'\].*for a flag"),
        (["transform"], ["binary"], r"'binary' is for single flags"),
        (["segments"], {"min": 6, "max": 3}, "segments.min is above segments.max"),
        (["as_of"], "yesterday", r"key 'as_of'"),
        (["source"], {"grain": "items"}, r"source\.grain without source\.view"),
        (["source"], {"view": "x", "grain": "itms", "load": {"items": ["a"]}}, r"source\.grain: .*use 'items'"),
        (["source"], {"view": "x", "tables": {"data": "a.csv"}}, r"called 'data'.*rename it"),
        (["source"], {"load": {"a": ["x"]}, "tables": {"b": "c"}}, r"source\.load has no columns for table 'b'"),
        (["source"], {"load": {"a": "x"}}, r"key 'source\.load\.a'"),
    ],
)
def test_a_mistake_is_named_with_its_remedy(path, value, message):
    with pytest.raises(SpecError, match=message):
        parse_spec(with_part(path, value), where="shop.toml")


@pytest.mark.parametrize("sql", ["bought + 1", 'spend * "bought"', "twice / 2"])
def test_an_active_column_cannot_be_computed_from_an_outcome(sql):
    data = with_part(["columns", "sly"], {"role": "active", "sql": sql})
    data["columns"]["twice"] = {"role": "passive", "sql": "bought * 2"}
    with pytest.raises(SpecError, match="'sly' is active but is computed from a campaign outcome"):
        parse_spec(data, where="shop.toml")


def test_the_word_of_an_outcome_inside_a_text_is_no_leak():
    data = with_part(["columns", "fine"], {"role": "active", "sql": "spend + length('bought')"})
    assert parse_spec(data, where="shop.toml").columns["fine"].role == "active"


def test_shares_of_an_outcome_cannot_be_active():
    data = with_part(["groups", "g"], {"label": "G", "members": {"bought": "Bought"}, "shares": "active"})
    with pytest.raises(SpecError, match="computed from a campaign outcome"):
        parse_spec(data, where="shop.toml")


def test_without_an_active_column_there_is_nothing_to_cluster():
    with pytest.raises(SpecError, match="no active column"):
        parse_spec(with_part(["columns", "spend", "role"], "passive"), where="shop.toml")


def test_groups_bring_their_members_and_their_shares():
    data = with_part(
        ["groups", "g"], {"label": "By category", "members": {"wine": "Wine", "meat": "Meat"}, "shares": "active"}
    )
    spec = parse_spec(data, where="shop.toml")
    dataset = describe_dataset(spec)
    assert set(raw_columns(spec)) == {"id", "spend", "age", "bought", "wine", "meat"}
    assert dataset.groups[0].shares == ("wine_share", "meat_share")
    assert dataset.column("wine_share").role == "active"
    assert dataset.column("wine").role == "passive"


@pytest.mark.parametrize("name", shipped_specs())
def test_a_shipped_spec_survives_its_storage_beside_a_run(name):
    spec = load_spec(name)
    assert restore_spec(spec.model_dump_json()) == spec


def test_an_unknown_spec_names_the_shipped_ones():
    with pytest.raises(SpecError, match="use 'marketing_campaign' if that was meant"):
        load_spec("marketing_campain")


def test_broken_toml_names_the_file_and_the_line(tmp_path):
    file = tmp_path / "own.toml"
    file.write_text("name = \n")
    with pytest.raises(SpecError, match=r"own\.toml: not valid TOML.*line 1"):
        load_spec(str(file))


@pytest.mark.parametrize(
    "text",
    [
        "a." * 500_000,
        "[" + "a . " * 200_000 + "]",
        'x = {"a".' + "'b'." * 200_000,
        '"\\"".' * 200_000,
        "a\t.\t" * 200_000,
    ],
)
def test_a_key_of_many_parts_is_refused_at_once(text: str) -> None:
    started = time.process_time()
    with pytest.raises(SpecError, match="100 parts"):
        read_spec(text.encode(), where="deep.toml")
    assert time.process_time() - started < 1


@pytest.mark.parametrize("text", ['"' * 500_000, "a" * 1_000_000, '"a' * 300_000, "#" + "." * 500_000, "a\t" * 300_000])
def test_to_look_for_such_a_key_takes_no_time_either(text: str) -> None:
    started = time.process_time()
    with pytest.raises(SpecError):
        read_spec(text.encode(), where="flat.toml")
    assert time.process_time() - started < 2


def test_a_function_named_like_an_outcome_is_no_leak():
    data = with_part(["columns", "year"], {"role": "outcome", "kind": "flag"})
    data["columns"]["age_now"] = {"role": "active", "sql": "year(as_of) - age"}
    assert "age_now" in parse_spec(data, where="shop.toml").columns
