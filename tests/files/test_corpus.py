"""Files of every form are read right or asked about, and ``docs/files.md`` says what became of them."""

from __future__ import annotations

import subprocess
import sys
from collections import Counter
from pathlib import Path

import pytest

from tests.files.answers import File
from tests.files.corpus import corpus
from tests.files.evaluation import VERDICTS, Outcome, evaluate, share_asked, share_right, stored, tally
from tests.files.taking_turns import some_at_once

ROOT = Path(__file__).resolve().parents[2]
RIGHT = ("taken right", "asked, right first", "refused rightly")


def one_of_each_form() -> list[File]:
    """A file that came out right of each form; the exports have tests of their own."""
    forms: dict[tuple[str, str], list[File]] = {}
    for file in corpus():
        if file.kind != "known exports":
            forms.setdefault((file.kind, file.form), []).append(file)
    found = stored()
    return [next((file for file in files if found[file.name].verdict in RIGHT), files[0]) for files in forms.values()]


def test_every_file_has_a_name_of_its_own_and_there_are_many() -> None:
    names = Counter(file.name for file in corpus())

    assert len(names) >= 300
    assert [name for name, count in names.items() if count > 1] == []


def test_every_chapter_has_three_files_or_more() -> None:
    chapters = Counter(file.kind for file in corpus())

    assert len(chapters) >= 12
    assert {chapter: count for chapter, count in chapters.items() if count < 3} == {}


@pytest.mark.parametrize("file", some_at_once(one_of_each_form(), lambda file: file.name))
def test_a_file_of_each_form_fares_as_it_is_documented(file: File, tmp_path: Path) -> None:
    outcome = evaluate(file, tmp_path)

    assert outcome.verdict in RIGHT, outcome.why
    assert (outcome.verdict, outcome.asked) == (stored()[file.name].verdict, stored()[file.name].asked)


def test_the_whole_corpus_meets_its_goals() -> None:
    outcomes = list(stored().values())
    counted = tally(outcomes)

    assert share_right(outcomes) >= 0.99
    assert share_asked(outcomes) <= 0.2
    assert counted["crash"] == 0
    assert counted["refused wrongly"] <= 0.01 * len(outcomes)


def test_what_is_stored_is_of_the_files_that_there_are() -> None:
    assert list(stored()) == [file.name for file in corpus()]
    assert {outcome.verdict for outcome in stored().values()} <= set(VERDICTS)


def test_the_page_of_files_is_made_of_what_is_stored(tmp_path: Path) -> None:
    made = tmp_path / "files.md"
    subprocess.run([sys.executable, "scripts/files_table.py", "--output", str(made)], cwd=ROOT, check=True)

    assert made.read_text("utf-8") == (ROOT / "docs" / "files.md").read_text("utf-8"), "run 'make files'"


def test_a_wrong_answer_is_noticed(tmp_path: Path) -> None:
    """A file with another answer than its own is counted as taken wrong."""
    right = next(file for file in corpus() if file.name == "orders_comma_en_code")
    answer = type(right.answer)(**{**vars(right.answer), "orders": 1, "customer": "order_id"})
    wrong = File(right.name, right.kind, right.form, right.make, answer, right.extension)

    outcome: Outcome = evaluate(wrong, tmp_path)

    assert outcome.verdict == "taken wrong"
    assert "orders" in outcome.why
    assert "customer is 'order_id'" in outcome.why
