"""What refuses a reader's data or command is told in the reader's language, and says what to do."""

from __future__ import annotations

import ast
import re
import sqlite3
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import pandas as pd
import pytest
from babel.messages.pofile import read_po

import pipeline
from pipeline.cleaning import clean
from pipeline.command_line import trial
from pipeline.command_line.manual import document
from pipeline.contract import Message, speaker
from pipeline.drafting import draft, write_draft
from pipeline.errors import KorzinaError
from pipeline.reading import Frames, read_source
from pipeline.spec import Spec, parse_spec
from pipeline.spec.checks import PARTS, RULES

ROOT = Path(pipeline.__file__).parent
ROOMS = (
    "reading",
    "understanding",
    "drafting",
    "scoring",
    "spec",
    "cleaning",
    "segmenting",
    "spark",
    "gathering.py",
    "command_line/trial.py",
    "command_line/options.py",
    "command_line/manual.py",
    "command_line/score_command.py",
    "command_line/arguments.py",
    "contract/messages",
)
NO_WORDS = {"KEY=VALUE", "utf-8, utf-16, cp1251, latin-1 ..."}  # what is typed is the same in every language


def plain_texts(file: Path) -> list[str]:
    """Words that a module hands to a refusal without a template, which no reader of another language would get."""
    calls = (node for node in ast.walk(ast.parse(file.read_text("utf-8"))) if isinstance(node, ast.Call))
    parts = [
        part
        for call in calls
        if isinstance(call.func, ast.Attribute) and call.func.attr == "because"
        for part in (*call.args, *(keyword.value for keyword in call.keywords))
    ]
    return [ast.unparse(part) for part in parts if has_words(part)]


def has_words(part: ast.expr) -> bool:
    """Whether words stand in it outside of any call."""
    match part:
        case ast.Constant(value=str(text)):
            return text not in NO_WORDS and bool(re.search("[A-Za-z]{2}", text))
        case ast.JoinedStr():
            return True
        case ast.BinOp(left=left, right=right) | ast.IfExp(body=left, orelse=right):
            return has_words(left) or has_words(right)
        case ast.BoolOp(values=values):
            return any(map(has_words, values))
    return False


@pytest.mark.parametrize("room", ROOMS)
def test_every_refusal_of_data_is_a_message(room: str) -> None:
    files = [ROOT / room] if room.endswith(".py") else sorted((ROOT / room).rglob("*.py"))

    assert {file.name: texts for file in files if (texts := plain_texts(file))} == {}


def templates(file: Path) -> set[str]:
    """Texts that a module says with values for their holes; of a plural its singular."""
    calls = (node for node in ast.walk(ast.parse(file.read_text("utf-8"))) if isinstance(node, ast.Call))
    said = (call.args[0] for call in calls if ast.unparse(call.func) in ("Message.of", "Message.counted") and call.args)
    texts = {part.value for part in said if isinstance(part, ast.Constant)}
    return {text for text in texts if re.search("[A-Za-z]{2}", re.sub(r"{\w+}", "", text))}


def russian() -> set[str]:
    """Texts that have a translation; of a plural its singular."""
    known = set()
    for file in (ROOT / "locales" / "ru").glob("*.po"):
        with file.open("rb") as handle:
            told = [text for text in read_po(handle, locale="ru") if text.string]
        known |= {text.id if isinstance(text.id, str) else text.id[0] for text in told}
    return known


@pytest.mark.parametrize("room", ROOMS)
def test_every_text_of_a_room_has_its_russian(room: str) -> None:
    files = [ROOT / room] if room.endswith(".py") else sorted((ROOT / room).rglob("*.py"))
    known = russian()

    assert {file.name: missing for file in files if (missing := sorted(templates(file) - known))} == {}


def spec_of(**parts: object) -> object:
    whole = {"name": "x", "id": {"column": "id"}, "columns": {"n": {"role": "active"}}} | parts
    return parse_spec(whole, where="x.toml")


def of_customers(**source: object) -> object:
    return parse_spec(
        {"name": "x", "id": {"column": "id"}, "columns": {"n": {"role": "active"}}, "source": source}, where="x"
    )


def database(folder: Path, *statements: str) -> str:
    file = folder / "shop.db"
    with closing(sqlite3.connect(file)) as connection, connection:
        for statement in statements:
            connection.execute(statement)
    return f"sqlite:///{file}"


def folder_with(folder: Path, **files: str) -> Path:
    for name, text in files.items():
        (folder / f"{name}.csv").write_text(text, "utf-8")
    return folder


WRONG = (None, [], {}, "x", 3.5, -1, True, [1], {"a": {"b": 1}}, float("nan"), "2026-13-01", 10**30)


def test_whatever_is_wrong_in_a_spec_is_told_in_russian() -> None:
    """Every key of every part with values of every kind: none is told in the words of pydantic."""
    told: dict[str, str] = {}
    for value in WRONG:
        parts = [{key: value} for key in Spec.model_fields]
        for name, model in PARTS.items():
            for key in model.model_fields:
                wrong = {key: value}
                parts += [{name: wrong}, {name: [wrong]}, {name: {"a": wrong}}, {"lines": {"view": "v", name: [wrong]}}]
        for name, model in RULES.items():
            parts += [{"rules": [{"rule": name, key: value}]} for key in model.model_fields]
        for part in parts:
            try:
                spec_of(**part)
            except KorzinaError as error:
                said = error.parts.get("expected")
                if isinstance(said, Message):
                    told[str(said)] = speaker("ru").tell(said)
                else:
                    assert said is None, part
    assert len(told) > 15
    assert {english for english, russian in told.items() if not re.search("[А-Яа-я]", russian)} == set()


CASES: dict[str, Callable[[Path], object]] = {
    "a file that is missing": lambda at: trial.data_of([str(at / "a.csv"), str(at / "b.csv")]),
    "files among others": lambda at: trial.data_of(
        [str(folder_with(at, a="x", ba="x", c="x") / "a.csv"), str(at / "c.csv")]
    ),
    "data that would be overwritten": lambda at: trial.target_of(str(at / "a.toml"), at / "a.toml", force=True),
    "a draft that is there": lambda at: trial.target_of(str(at / "b"), folder_with(at, a="x") / "a.csv", force=False),
    "no answer": lambda at: trial.answers_of(["customer"]),
    "an answer to nothing": lambda at: trial.try_draft(
        trial.DraftRequest(str(folder_with(at, a="id,n\n1,2\n2,3\n3,5\n") / "a.csv"), at / "a.toml", {"colour": "red"})
    ),
    "no place to write": lambda at: write_draft("", at / "none" / "a.toml"),
    "no such file": lambda at: draft(str(at / "none.csv")),
    "an empty folder": lambda at: draft(str(at)),
    "no such database": lambda at: draft(f"sqlite:///{at}/none.db"),
    "no database": lambda at: draft(f"sqlite:///{folder_with(at, a='x' * 2000) / 'a.csv'}"),
    "no address": lambda at: draft("://"),
    "an empty database": lambda at: draft(database(at)),
    "tables and no query": lambda at: read_source(
        of_customers(), database(at, "CREATE TABLE a (id)", "CREATE TABLE b (id)")
    ),
    "a table without rows": lambda at: read_source(of_customers(), database(at, "CREATE TABLE a (id)")),
    "tables without rows": lambda at: draft(database(at, "CREATE TABLE a (id)", "CREATE TABLE b (id)")),
    "no data": lambda at: read_source(of_customers(), None),
    "one file for two tables": lambda at: read_source(
        of_customers(tables={"a": "a.csv", "b": "b.csv"}, query="SELECT 1 AS id"), str(at / "a.csv")
    ),
    "a table without its file": lambda at: read_source(
        of_customers(tables={"a": "a.csv", "b": "b.csv"}, query="SELECT 1 AS id"), str(folder_with(at, a="id,n\n1,2"))
    ),
    "SQL that fails": lambda at: read_source(
        of_customers(query="SELECT nothing FROM data"), str(folder_with(at, a="id,n\n1,2\n") / "a.csv")
    ),
    "a frame without columns": lambda at: Frames.of(pd.DataFrame()),
    "a column twice": lambda at: Frames.of(pd.DataFrame([[1, 2]], columns=["n", "n"])),
    "a spec with an unknown key": lambda at: spec_of(colour="red"),
    "a spec without an active column": lambda at: spec_of(columns={"n": {"role": "passive"}}),
    "a category that is active": lambda at: spec_of(columns={"n": {"role": "active", "kind": "category"}}),
    "an active column made of an outcome": lambda at: spec_of(
        columns={"won": {"role": "outcome", "kind": "flag"}, "n": {"role": "active", "sql": "won * 2"}}
    ),
    "a grain without a view": lambda at: spec_of(source={"grain": "lines"}),
    "columns that lead to each other": lambda at: clean(
        read_source(of_customers(), str(folder_with(at, a="id,n\n1,2\n2,3\n") / "a.csv")),
        spec_of(columns={"n": {"role": "active", "sql": "m + 1"}, "m": {"role": "active", "sql": "n + 1"}}),
    ),
    "a column's SQL that is wrong": lambda at: clean(
        read_source(of_customers(), str(folder_with(at, a="id,n\n1,2\n2,3\n") / "a.csv")),
        spec_of(columns={"n": {"role": "active"}, "m": {"role": "active", "sql": "nothing + 1"}}),
    ),
    "no such document": lambda at: document("novel"),
    "values of several kinds": lambda at: Frames.of(pd.DataFrame({"n": [1, "a", {}]})),
}


@pytest.mark.parametrize("case", CASES)
def test_a_refusal_is_told_in_russian_with_what_to_do(case: str, tmp_path: Path) -> None:
    with pytest.raises(KorzinaError) as caught:
        CASES[case](tmp_path)

    error = caught.value
    told = speaker("ru").error(error)
    assert error.parts["remedy"]
    assert "Что делать" in told
    assert speaker("ru").tell(error.parts["what"]) != error.parts["what"]
    assert speaker("ru").tell(error.parts["remedy"]) != error.parts["remedy"]
