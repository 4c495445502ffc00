"""What will not fit into memory is said before it is read, and a helper that the system kills is told in words."""

from __future__ import annotations

import os
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from pipeline.errors import StarvedError
from pipeline.processors import memory, needed_for_text, needed_memory, process_helper
from pipeline.reading import raw, read_source
from pipeline.reading.raw import refuse_starving
from pipeline.spec import parse_spec

SPEC = {"name": "t", "id": {"column": "id"}, "columns": {"a": {"role": "active", "kind": "number"}}}


def test_too_many_customers_are_refused_before_they_are_read_with_what_fits(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = tmp_path / "customers.parquet"
    pd.DataFrame({"id": np.arange(1_000).astype(str), "a": np.arange(1_000.0)}).to_parquet(file)
    monkeypatch.setattr(raw, "_SMALL", 100)
    monkeypatch.setattr(raw, "free_memory", lambda: needed_memory(400, 2))
    with pytest.raises(StarvedError) as refused:
        read_source(parse_spec(SPEC, where="t"), str(file))

    words = str(refused.value)
    assert "GB of memory will be needed" in words
    assert "1,000 rows x 2 columns" in words
    assert "--sample 400," in words  # so many fit


def test_what_fits_is_read_and_small_tables_always_are(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(raw, "free_memory", lambda: 20 * 10**9)
    refuse_starving(10_000_000, 20, "data")
    with pytest.raises(StarvedError, match=r"about 25\.7 GB of memory will be needed, 20\.0 GB are free"):
        refuse_starving(20_000_000, 21, "data")
    monkeypatch.setattr(raw, "free_memory", lambda: 0)
    refuse_starving(1_000, 20, "data")


def test_text_is_read_whole_and_refused_before_it_where_it_does_not_fit(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = tmp_path / "customers.csv"
    file.write_text("id,a\n" + "".join(f"c{row},{row}\n" for row in range(1_000)), "utf-8")
    spec, size = parse_spec(SPEC, where="t"), file.stat().st_size
    monkeypatch.setattr(raw, "_LITTLE_TEXT", 0)
    monkeypatch.setattr(raw, "free_memory", lambda: needed_for_text(size) - 1)
    with pytest.raises(StarvedError, match=r"save the table as Parquet.*--sample"):
        read_source(spec, str(file))
    monkeypatch.setattr(raw, "free_memory", lambda: needed_for_text(size))

    assert len(read_source(spec, str(file)).frame) == 1_000


def test_where_the_system_does_not_tell_a_limit_stands(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(raw, "free_memory", lambda: None)
    refuse_starving(20_000_000, 20, "data")
    with pytest.raises(StarvedError):
        refuse_starving(20_000_001, 20, "data")


def test_a_container_has_what_its_limit_leaves(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    files = {
        "memory.max": "4000000000",
        "memory.current": "3000000000",
        "memory.stat": "anon 1\ninactive_file 500000000",
    }
    for name, text in files.items():
        (tmp_path / name).write_text(text, "ascii")
    limits = [(tmp_path / "memory.max", tmp_path / "memory.current", "inactive_file")]
    (tmp_path / "meminfo").write_text("MemTotal: 9 kB\nMemAvailable: 8000000 kB\n", "ascii")
    monkeypatch.setattr(memory, "_MACHINE", tmp_path / "meminfo")
    monkeypatch.setattr(memory, "_LIMITS", limits)

    assert memory.free_memory() == 1_500_000_000
    (tmp_path / "memory.max").write_text("max", "ascii")
    assert memory.free_memory() == 8_000_000 * 1024
    (tmp_path / "meminfo").unlink()
    assert memory.free_memory() is None


def test_a_killed_helper_is_told_in_words() -> None:
    with (
        pytest.raises(StarvedError, match="helper process was stopped by the system, most likely for want of memory"),
        process_helper() as helper,
    ):
        helper.submit(os._exit, 137).result()
