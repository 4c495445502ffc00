"""``korzina.segment`` and ``korzina.draft``: what may be given, what comes back, and that nothing is written."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tomllib
from pathlib import Path

import numpy as np
import pandas as pd
import plotly.graph_objects as go
import pyarrow as pa
import pytest
from pandas.testing import assert_frame_equal

import korzina
from korzina.segmentation import resolve
from pipeline.spec import load_spec
from tests.korzina.conftest import KS

ROOT = Path(__file__).parents[2]


def test_the_result_is_a_table_of_customers_with_a_label_each(result: korzina.SweepResult) -> None:
    assert len(result.customers) == len(result.labels) == result.ledger.rows_out
    assert result.labels.dtype == np.int64
    assert set(result.labels) == set(range(result.k))
    sizes = result.labels.value_counts().sort_index()
    assert sizes.tolist() == [card.size for card in result.segments]
    assert sizes.is_monotonic_decreasing
    assert result.customers["customer_id"].is_monotonic_increasing


def test_runs_have_a_row_for_each_k_and_one_is_recommended(result: korzina.SweepResult) -> None:
    assert result.runs["k"].tolist() == list(KS)
    assert result.runs["inertia"].is_monotonic_decreasing
    assert result.runs.loc[result.runs["recommended"], "k"].tolist() == [result.decision.k]


def test_another_k_of_the_sweep_can_be_looked_at(result: korzina.SweepResult) -> None:
    other = next(k for k in KS if k != result.k)

    assert len(result.at(other).segments) == other == result.at(other).labels.nunique()
    assert result.at(other).decision == result.decision
    with pytest.raises(korzina.UsageError, match=r"k = 9 was not tried.*one of 2, 3, 4"):
        result.at(9)


def test_what_the_caller_changes_is_a_copy(result: korzina.SweepResult) -> None:
    before = result.labels.tolist()
    table, labels = result.customers, result.labels
    labels.iloc[:] = 0
    table["spend"] = 0.0

    assert result.labels.tolist() == before
    assert result.customers["spend"].nunique() > 1


def test_the_spec_may_be_a_file_a_draft_a_spec_or_left_out(frame, parquet, result) -> None:
    file = parquet.with_suffix(".toml")
    spec, draft = load_spec(str(file)), korzina.draft(parquet)

    assert {resolve(given).hash for given in (file, str(file), spec, draft)} == {spec.hash}
    drafted = korzina.segment(frame, k=KS)
    assert drafted.labels.tolist() == result.labels.tolist()
    assert drafted.segments == result.segments
    assert drafted.draft is not None
    assert drafted.draft.spec.columns == drafted.spec.columns == spec.columns
    assert result.draft is None


def test_a_draft_is_edited_written_and_trained_with(frame: pd.DataFrame, tmp_path: Path) -> None:
    draft = korzina.draft(frame, name="shop")
    comments = [line for line in draft.text.splitlines() if line.startswith("# ")]
    draft["columns"]["visits"]["role"] = "passive"
    draft["title"] = "Corner shop"
    file = draft.write(tmp_path / "shop.toml")

    spec = load_spec(str(file))
    assert (spec.name, spec.title, spec.columns["visits"].role) == ("shop", "Corner shop", "passive")
    assert spec.model_copy(update={"path": ""}) == draft.spec
    assert [line for line in file.read_text("utf-8").splitlines() if line.startswith("# ")] == comments
    assert (tmp_path / "korzina.schema.json").is_file()
    assert draft.columns.set_index("column").loc["visits", "role"] == "passive"
    with pytest.raises(korzina.UsageError, match=r"exists already.*overwrite=True"):
        draft.write(file)


def test_a_draft_that_does_not_hold_together_is_not_written(frame: pd.DataFrame, tmp_path: Path) -> None:
    draft = korzina.draft(frame)
    draft["columns"]["visits"]["rle"] = "passive"

    with pytest.raises(korzina.SpecError, match=r"unknown name 'rle'.*'role'"):
        draft.write(tmp_path / "shop.toml")
    assert list(tmp_path.iterdir()) == []
    with pytest.raises(korzina.SpecError, match=r"unknown name 'columsn'.*'columns'"):
        draft["columsn"]


def test_the_command_line_drafts_the_same_text_but_for_where_it_came_from(frame, parquet, tmp_path) -> None:
    subprocess.run(
        [sys.executable, "-m", "korzina", "init", str(parquet), "--output", str(tmp_path / "a.toml")],
        cwd=ROOT,
        capture_output=True,
        timeout=60,
        check=True,
    )
    text = (tmp_path / "a.toml").read_text("utf-8")
    drafted = korzina.draft(parquet).text
    account = [line for line in text.splitlines() if line not in drafted.splitlines()]  # of the trial run

    assert account
    assert all(line.startswith("# ") for line in account)
    assert drafted.splitlines() == [line for line in text.splitlines() if line not in account]
    assert tomllib.loads(korzina.draft(frame).text) == tomllib.loads(text)


def test_a_number_of_ones_own_is_kept_as_such_and_progress_is_told_by_stage(parquet: Path) -> None:
    told: list[tuple[str, float]] = []

    found = korzina.segment(
        parquet,
        korzina.draft(parquet),
        k=range(2, 4),
        choose=2,
        reason="two leaflets are printed",
        progress=lambda stage, fraction: told.append((stage, fraction)),
    )

    assert (found.k, found.decision.k, found.decision.chosen_by) == (2, 2, "person")
    assert "two leaflets are printed" in found.decision.reason
    assert [stage for stage, fraction in told if fraction == 1.0][:2] == ["read", "clean"]
    assert all(0 <= fraction <= 1 for _, fraction in told)


@pytest.fixture(scope="module")
def drafted(frame: pd.DataFrame) -> pd.DataFrame:
    return korzina.draft(frame).columns


def _as_views(column: pa.ChunkedArray) -> pa.ChunkedArray:
    """Texts and categories as Polars hands them over."""
    if pa.types.is_dictionary(column.type):
        whole = column.combine_chunks()
        views = whole.dictionary.cast(pa.string_view())
        return pa.chunked_array([pa.DictionaryArray.from_arrays(whole.indices, views)])
    texts = pa.types.is_string(column.type) or pa.types.is_large_string(column.type)
    return column.cast(pa.string_view()) if texts else column


class OnlyArrow:
    """A table of a library that is not pandas: it can be handed over as a stream, and nothing else."""

    def __init__(self, frame: pd.DataFrame) -> None:
        table = pa.Table.from_pandas(frame, preserve_index=False)
        self._table = pa.table([_as_views(column) for column in table.columns], table.column_names)

    def __arrow_c_stream__(self, requested_schema: object | None = None) -> object:
        return self._table.__arrow_c_stream__(requested_schema)


FORMS = {
    "another library's": OnlyArrow,
    "a dictionary of one": lambda frame: {"customers": OnlyArrow(frame)},
    "nullable": lambda frame: frame.convert_dtypes(),
    "kept by Arrow": lambda frame: frame.convert_dtypes(dtype_backend="pyarrow"),
    "ids in the index": lambda frame: frame.set_index("customer_id"),
    "sparse": lambda frame: frame.astype({"orders": "Sparse[int32]"}),
}


@pytest.mark.parametrize("form", FORMS)
def test_every_form_of_a_table_is_understood_alike(form: str, frame: pd.DataFrame, drafted: pd.DataFrame) -> None:
    assert_frame_equal(korzina.draft(FORMS[form](frame)).columns, drafted)


def test_columns_in_levels_have_the_words_of_all_levels(frame: pd.DataFrame) -> None:
    levels = frame.set_axis(pd.MultiIndex.from_product([["of 2026"], frame.columns]), axis=1)

    assert "of 2026 spend" in korzina.draft(levels).spec.columns


def test_periods_are_days_and_intervals_words_and_neither_is_clustered_on(frame: pd.DataFrame) -> None:
    given = frame.assign(month=frame["last_order"].dt.to_period("M"), ages=pd.cut(frame["age"], 4))

    columns = korzina.draft(given).spec.columns

    assert {name: (columns[name].kind, columns[name].role) for name in ("month", "ages")} == {
        "month": ("date", "ignored"),
        "ages": ("category", "passive"),
    }


@pytest.mark.filterwarnings("error")
def test_a_number_without_end_warns_of_nothing(frame: pd.DataFrame) -> None:
    assert korzina.draft(frame.assign(spend=frame["spend"].where(frame["age"] > 20, np.inf)))


ERRORS = {
    "nothing to segment": {},
    "data are not a table": {"data": 3},
    "no such file": {"data": "nowhere.csv"},
    "spec is not known.*marketing_campaign": {"data": "nowhere.csv", "spec": "marketing"},
    "no such spec file": {"data": "nowhere.csv", "spec": "nowhere.toml"},
    "consecutive numbers": {"data": "nowhere.csv", "k": [2, 4]},
    "consecutive numbers from 2": {"data": "nowhere.csv", "k": range(1, 4)},
    "consecutive numbers.*Found: 5": {"data": "nowhere.csv", "k": 5},
    r"consecutive numbers.*Found: \[2.5\]": {"data": "nowhere.csv", "k": [2.5]},
    "seed is no such number.*Found: -1": {"data": "nowhere.csv", "seed": -1},
    "has no columns": {"data": pd.DataFrame()},
    "Found: dict": {"data": {"a": [1, 2]}},
    "names a column twice.*Found: 'a'": {"data": pd.DataFrame([[1, 2]], columns=["a", "a "])},
    r"to_frame\(\).*makes one": {"data": pd.Series([1.0])},
    r"question 'kind' is open: .*\? Expected.*answers=\{'kind': 'customers'\}": {
        "data": pd.DataFrame(np.random.default_rng(3).lognormal(3, 1, (60, 3)).round(2))
    },
    "no column 'ID'.*use 'client_id'": {
        "data": pd.DataFrame({"client_id": [1], "joined": [2]}),
        "spec": "marketing_campaign",
    },
    "choose needs a reason": {"data": "nowhere.csv", "choose": 3},
    "no table 'transactions'.*dictionary": {"data": pd.DataFrame({"a": [1]}), "spec": "complete_journey"},
    "names a column twice": {"data": pd.DataFrame([[1, 2]], columns=["a", "a"])},
    "only one column|no column of which segments could be made": {"data": pd.DataFrame({"a": list("abcdefghijkl")})},
}


@pytest.mark.parametrize(("message", "arguments"), ERRORS.items())
def test_what_goes_wrong_is_said_in_words(message: str, arguments: dict[str, object]) -> None:
    with pytest.raises(korzina.KorzinaError, match=message):
        korzina.segment(**arguments)  # type: ignore[arg-type]


WATCH = """
import json, os, sys
wrote = []
def watch(event, arguments):
    if event == "open" and isinstance(arguments[0], (str, bytes, os.PathLike)):
        mode, flags = arguments[1], arguments[2]
        writing = any(sign in (mode or "") for sign in "wax+") or (flags or 0) & (os.O_WRONLY | os.O_RDWR | os.O_CREAT)
        if writing and not os.fsdecode(arguments[0]).startswith(("/dev/", "/proc/")):
            wrote.append(os.fsdecode(arguments[0]))
    elif event in ("os.mkdir", "os.rename", "os.link", "os.symlink", "shutil.copyfile", "sqlite3.connect"):
        wrote.append(f"{event} {arguments[0]}")
sys.addaudithook(watch)
import pandas as pd, korzina
frame = pd.read_parquet(sys.argv[1])
found = korzina.segment(frame, k=range(2, 5))
found._repr_html_(), repr(found), found.runs, found.figures.inertia().to_json()
print(json.dumps({"wrote": wrote, "k": found.k, "modules": [m for m in ("mlflow", "dash") if m in sys.modules]}))
"""


def contents(folder: Path) -> dict[str, int]:
    return {str(path.relative_to(folder)): path.stat().st_mtime_ns for path in folder.rglob("*")}


def test_nothing_is_written_before_log(parquet: Path, tmp_path: Path) -> None:
    """Working folder, home and temporary folder stay as they were, and no file is opened for writing."""
    places = {name: tmp_path / name for name in ("work", "home", "temporary")}
    for place in places.values():
        place.mkdir()
    environment = {
        **{name: value for name, value in os.environ.items() if not name.startswith("KORZINA_")},
        "HOME": str(places["home"]),
        "TMPDIR": str(places["temporary"]),
        "PYTHONPATH": str(ROOT),
        "PYTHONDONTWRITEBYTECODE": "1",
    }
    before = {name: contents(place) for name, place in places.items()}

    done = subprocess.run(
        [sys.executable, "-c", WATCH, str(parquet)],
        cwd=places["work"],
        env=environment,
        capture_output=True,
        text=True,
        timeout=300,
        check=False,
    )

    assert done.returncode == 0, done.stderr
    told = json.loads(done.stdout)
    assert told["k"] >= 2
    assert told["wrote"] == []
    assert told["modules"] == []  # neither MLflow nor Dash is needed to compute and to draw
    assert {name: contents(place) for name, place in places.items()} == before


def test_figures_are_plain_plotly_figures(result: korzina.SweepResult) -> None:
    figures = result.figures
    drawn = [figures.inertia(), figures.silhouette(), figures.stability(), figures.map(), figures.differences(0)]

    assert {type(figure) for figure in drawn} == {go.Figure}
    assert all(len(figure.data) for figure in drawn)
    curve = (list(KS), result.runs["inertia"].tolist())
    assert curve in [(list(trace.x), list(trace.y)) for trace in drawn[0].data]
    assert sum(len(trace.x) for trace in drawn[3].data) == len(result.labels)
    assert figures.map(dark=True).data[0].marker.symbol == figures.map().data[0].marker.symbol
    with pytest.raises(korzina.UsageError, match=r"no segment 7.*0 to"):
        figures.differences(7)


def test_several_frames_stand_for_the_tables_of_a_spec(tmp_path: Path) -> None:
    rng = np.random.default_rng(1)
    people = pd.DataFrame({"client": range(90), "age": rng.integers(18, 80, 90)})
    orders = pd.DataFrame({"client": rng.integers(0, 90, 900), "amount": rng.gamma(2, 9, 900).round(2)})
    (tmp_path / "two.toml").write_text(
        """
name = "two"
[source]
query = "SELECT p.client, age, sum(amount) spend, count(*) orders FROM people p JOIN orders USING (client) GROUP BY ALL"
[source.tables]
people = "people.parquet"
orders = "orders.parquet"
[id]
column = "client"
[columns.spend]
role = "active"
[columns.orders]
role = "active"
kind = "integer"
[columns.age]
role = "passive"
""",
        "utf-8",
    )
    people.to_parquet(tmp_path / "people.parquet")
    orders.to_parquet(tmp_path / "orders.parquet")

    memory = korzina.segment({"people": people, "orders": orders}, tmp_path / "two.toml", k=range(2, 3))
    files = korzina.segment(spec=tmp_path / "two.toml", k=range(2, 3))

    assert_frame_equal(memory.customers, files.customers)
    assert memory.labels.tolist() == files.labels.tolist()


def test_errors_and_version_are_exported() -> None:
    from importlib.metadata import version

    assert korzina.__version__ == version("korzina")
    assert all(issubclass(one, korzina.KorzinaError) for one in (korzina.InputError, korzina.StoreError))
    assert set(korzina.__all__) <= set(dir(korzina))


def test_importing_it_loads_no_library_before_somebody_asks_for_something() -> None:
    script = (
        "import sys, korzina; print(*({'sklearn', 'pandas', 'mlflow'} & sys.modules.keys()), sep=','); "
        "print(all(hasattr(korzina, name) for name in korzina.__all__), hasattr(korzina, 'segmnt'))"
    )

    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)

    assert done.stdout.splitlines() == ["", "True False"]
