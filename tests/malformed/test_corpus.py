"""Broken and odd files: an answer or words, never a fault of ours, a hang or a heap of memory.

A sample here, and what once went wrong; all of them in ``tests/soak``.
"""

from __future__ import annotations

import random
from pathlib import Path

import pytest

from pipeline.contract import Segmentation
from tests.malformed.corpus import SEED, corpus
from tests.malformed.trying import small_run, tried

FILES = corpus()
ONCE_WRONG = (
    "name_very_long.csv", "columns_5000.csv", "cell_of_a_megabyte.csv", "two_encodings.csv", "ids_empty.csv",
    "ids_of_blanks.csv", "no_rows.parquet", "deep_folders.zip",
)  # fmt: skip
SAMPLE = sorted({*random.Random(SEED).sample(sorted(FILES), 6), *ONCE_WRONG})


@pytest.fixture(scope="module")
def stored(tmp_path_factory: pytest.TempPathFactory) -> Segmentation:
    return small_run(tmp_path_factory.mktemp("run"))


def test_there_are_more_than_a_hundred_and_they_are_the_same_each_time() -> None:
    again = corpus()

    assert len(FILES) > 200
    assert list(again) == list(FILES)
    clockless = [name for name in FILES if name.endswith((".csv", ".json", ".toml")) and FILES[name][:2] != b"PK"]
    assert len(clockless) > 100
    assert all(again[name] == FILES[name] for name in clockless)  # archives and databases say when they were made


@pytest.mark.parametrize("name", SAMPLE)
def test_a_malformed_file_does_no_harm(name: str, stored: Segmentation, tmp_path: Path) -> None:
    tried(name, FILES[name], stored, tmp_path)


def test_good_files_among_them_are_read(stored: Segmentation, tmp_path: Path) -> None:
    for name in ("good.parquet", "good.xlsx", "russian_utf-16.csv"):
        said = tried(name, FILES[name], stored, tmp_path)
        assert said["train"] == "", name
        assert name.endswith("parquet") or said["score"] == "", name
