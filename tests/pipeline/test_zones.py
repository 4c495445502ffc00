"""A day is the same on every machine: moments with a zone are days in UTC, offsets in text leave the clock as it is."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pandas as pd
import pytest

from pipeline.reading import Frames, convert, reading_of_days, tables
from pipeline.recording import placing
from tests import moments_support
from tests.moments_support import LOCAL_ONLY, OFFSETS, OWN_FORM, STORED, cases, found, moments, told, write_moments


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    made = tmp_path_factory.mktemp("moments")
    write_moments(made)
    return made


@pytest.mark.parametrize("zone", ["America/New_York", "Asia/Tokyo"])
def test_a_file_holds_the_same_days_on_every_machine(zone: str, folder: Path) -> None:
    program = [sys.executable, moments_support.__file__, str(folder)]
    environment = {**os.environ, "TZ": zone, "PYTHONPATH": str(Path(__file__).parents[2])}
    there = subprocess.run(program, env=environment, capture_output=True, text=True, check=True)

    answers = json.loads(there.stdout)

    for name, case in (cases() | LOCAL_ONLY).items():
        assert answers[name] == told(*found(folder, *case)), name


def test_stored_moments_are_those_of_the_clock_in_utc(folder: Path) -> None:
    for name, names in (("all types", STORED), ("nanoseconds", ("naive", "zoned")), ("read in a form", ("moscow",))):
        day, cleaned = found(folder, *(cases() | LOCAL_ONLY)[name])
        customers = cleaned.customers.sort_values("id", ignore_index=True)

        assert day == "2025-04-02"
        for column in names:
            assert customers[column].tolist() == moments().tolist(), column


def test_text_with_offsets_is_what_the_clock_beside_the_customer_showed(folder: Path) -> None:
    """Whether offsets differ, as in summer and in winter, or not, and in a form that reads them as well."""
    for name in ("csv", "text in parquet"):
        _, cleaned = found(folder, *(cases() | LOCAL_ONLY)[name])
        customers = cleaned.customers.sort_values("id", ignore_index=True)

        assert customers["stamped"].tolist() == customers["own"].tolist() == moments().tolist()


@pytest.mark.parametrize("offsets", [OFFSETS[:1], OFFSETS])
def test_a_model_reads_moments_as_the_training_did(offsets: list[str]) -> None:
    text = pd.Series([f"2025-03-30 00:30:00{offset}" for offset in offsets])
    form = reading_of_days(OWN_FORM)

    read = placing._days(text, form, {"unknown": []})

    assert read.tolist() == convert(text, "date", date_format=OWN_FORM).values.tolist()
    assert set(read) == {pd.Timestamp("2025-03-30 00:30:00")}


def test_a_model_takes_moments_with_a_zone_for_those_in_utc() -> None:
    utc = pd.Series(pd.to_datetime(["2025-03-30 00:30", None])).astype("datetime64[us]")
    moscow = utc.dt.tz_localize("UTC").dt.tz_convert("Europe/Moscow")

    for given in (moscow, moscow.astype(object), utc):
        assert placing._days(given, {"forms": [], "years": (1800, 2200)}, {"unknown": []}).equals(utc)


def test_tables_in_memory_are_read_as_their_files_are() -> None:
    """In nanoseconds too, which pandas gave its moments for long."""
    moment = pd.Timestamp("2025-03-30 00:30", tz="UTC")
    frame = pd.DataFrame({"day": pd.Series([moment.tz_convert("Asia/Tokyo")]).astype("datetime64[ns, Asia/Tokyo]")})
    arrow = Frames.of(frame).single
    assert arrow is not None

    with tables(frames={"data": arrow}) as engine:
        assert engine.rows("SELECT CAST(day AS TIMESTAMP), hour(day), CAST(day AS DATE) FROM data") == [
            (moment.tz_localize(None).to_pydatetime(), 0, moment.date())
        ]
