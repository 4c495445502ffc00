"""Every file that the dashboard gives away, as others read it: pandas, sniffers, importers of lists, Excel, init."""

from __future__ import annotations

import csv
import io
import tomllib
from dataclasses import replace
from datetime import date, datetime
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from dashapp.data import Run
from dashapp.i18n import speak
from dashapp.pages.baskets import pair_rows
from dashapp.pages.baskets.address import read as rules_asked
from dashapp.pages.campaigns import list_file
from dashapp.pages.campaigns.address import read as plan_asked
from dashapp.pages.explore.figures import pairs
from dashapp.pages.explore.slice_file import pair_export, slice_export
from dashapp.routes import customers
from dashapp.selecting import Range, Selection
from dashapp.telling import Export, told_apart
from pipeline.contract import Segmentation, csv_lines, write_workbook
from pipeline.drafting import draft_spec
from tests.sample_baskets import with_affinities_of, with_sample_baskets
from tests.sample_campaigns import planned_training
from tests.support import as_stored

EMAIL = "Email"  # a header that Klaviyo and Mailchimp know
LISTS = ("customers", "targets")  # a line is a customer
TABLES = ("slice", "pair", "rules")  # a line is something counted
MAILCHIMP_BYTES = 255  # longer text is clipped


@pytest.fixture(scope="module")
def mailed() -> Segmentation:
    """A run with a plan and baskets, whose customers are told apart by their e-mail."""
    training = with_sample_baskets(planned_training())
    made = replace(as_stored(training, k=training.decision.k), campaigns=training.campaigns)
    key = str(made.dataset.id_column)
    addresses = [f"buyer{place:04}@example.com" for place in range(len(made.customers))]
    frame = made.customers.rename(columns={key: EMAIL}).assign(**{EMAIL: addresses})
    dataset = made.dataset.model_copy(update={"id_column": EMAIL})
    return replace(with_affinities_of(made, training), customers=frame, dataset=dataset)


@pytest.fixture
def files(mailed: Segmentation) -> dict[str, Export]:
    """What each button gives; made anew for each test, since rows are read once."""
    run = Run(mailed)
    filtered = run.cube.filtered(Selection({"age": Range(30.0, None)}))
    both = pairs.pair_of(filtered, run.cube.dimensions["age"], run.cube.dimensions["spend"])
    return {
        "customers": customers.export(run, filtered),
        "targets": list_file.export(plan_asked(run, "")[0], None, marked=True),
        "slice": slice_export(mailed, filtered, "age"),
        "pair": pair_export(mailed, filtered, both),
        "rules": pair_rows.export(rules_asked(run, "")[0]),
    }


@pytest.mark.parametrize("language", ["en", "ru"])
@pytest.mark.parametrize("name", [*LISTS, *TABLES])
def test_pandas_reads_each_file_with_its_defaults(
    mailed: Segmentation, files: dict[str, Export], tmp_path: Path, name: str, language: str
) -> None:
    speak(language)
    file, saved = files[name], tmp_path / "file.csv"
    rows = [list(row) for row in file.rows]
    saved.write_text(replace(file, rows=rows).csv(), encoding="utf-8", newline="")

    table = pd.read_csv(saved)

    assert list(table.columns) == list(file.header)
    assert table.shape == (len(rows), len(file.header))
    assert len(set(file.header)) == len(file.header)


@pytest.mark.parametrize("name", [*LISTS, *TABLES])
def test_a_sniffer_finds_commas_and_nothing_above_the_header(files: dict[str, Export], name: str) -> None:
    text = files[name].csv().removeprefix("\ufeff")

    assert csv.Sniffer().sniff(text, delimiters=",;\t|").delimiter == ","
    assert next(csv.reader(io.StringIO(text))) == list(files[name].header)


@pytest.mark.parametrize("engine", ["openpyxl", "calamine"])
@pytest.mark.parametrize("name", [*LISTS, *TABLES])
def test_a_workbook_holds_the_list_and_beside_it_what_it_was_taken_from(
    mailed: Segmentation, files: dict[str, Export], name: str, engine: str
) -> None:
    pytest.importorskip("python_calamine" if engine == "calamine" else engine)
    file = files[name]
    rows = [list(row) for row in file.rows]
    book = replace(file, rows=rows).workbook()

    sheets = pd.read_excel(io.BytesIO(book), sheet_name=None, engine=engine)
    about = pd.read_excel(io.BytesIO(book), sheet_name=1, header=None, engine=engine)

    first, second = sheets
    assert (second, list(sheets[first].columns), len(sheets[first])) == ("About", list(file.header), len(rows))
    assert dict(zip(about[0], about[1], strict=True))["Run"] == mailed.run_id


@pytest.mark.parametrize("name", LISTS)
def test_klaviyo_and_mailchimp_can_take_a_list_as_it_is(files: dict[str, Export], name: str) -> None:
    """Klaviyo: CSV up to 50 MB, headers in the first row, the first column called ``Email`` (or ``Email Address``, or
    ``Phone Number``), in each row an address that no other row has (help.klaviyo.com, articles 115005078967 and
    115005078807). Mailchimp: UTF-8 CSV, a label in the first row of each column, one address a contact, no commas
    within numbers, texts of up to 255 bytes (mailchimp.com/help, "Format guidelines for your import file").
    """
    text = files[name].csv().encode().decode("utf-8-sig")
    header, *rows = csv.reader(io.StringIO(text))

    assert header[0] == EMAIL
    assert all(header)
    addresses = [row[0] for row in rows]
    assert all(one.isascii() and one.count("@") == 1 and one == one.strip() for one in addresses)
    assert len(set(addresses)) == len(addresses) > 0
    numbers = [cell for row in rows for cell in row if cell.replace(",", "").replace(".", "").isdigit()]
    assert not any("," in cell for cell in numbers)
    told = header.index("Reasons") if "Reasons" in header else -1  # for people; clipping it loses no field
    longest = max(len(cell.encode()) for row in rows for place, cell in enumerate(row) if place != told)
    assert longest <= MAILCHIMP_BYTES


def test_init_takes_the_customers_back_under_their_own_id(files: dict[str, Export], tmp_path: Path) -> None:
    saved = tmp_path / "customers.csv"
    saved.write_text(files["customers"].csv(), encoding="utf-8", newline="")

    spec = tomllib.loads(draft_spec(str(saved)))

    assert spec["id"]["column"] == EMAIL
    assert any(column.get("role") == "active" for column in spec["columns"].values())


def test_no_two_columns_have_one_name_and_the_data_set_s_keep_theirs() -> None:
    made = told_apart(["Segment", "Trust"], ["segment", "Spend", "spend", "Spend"])

    assert made == ["Segment (Korzina)", "Trust", "segment", "Spend", "spend (2)", "Spend (3)"]


def test_cells_are_written_as_what_they_are(tmp_path: Path) -> None:
    cells = ["00123", "=1+1", 2.5, np.int64(3), True, None, np.nan, np.inf, date(2026, 6, 30), datetime(2026, 6, 30, 9)]
    file = tmp_path / "book.xlsx"

    write_workbook(
        file, [str(place) for place in range(len(cells))], [cells], [("Day", date(2026, 6, 30))], sheet="a/b"
    )

    from openpyxl import load_workbook

    book = load_workbook(file)
    written = [cell.value for cell in book.worksheets[0][2]]
    assert written == ["00123", "=1+1", 2.5, 3, True, None, None, None, datetime(2026, 6, 30), datetime(2026, 6, 30, 9)]
    assert [cell.data_type for cell in book.worksheets[0][2]][:2] == ["s", "s"]
    assert book.sheetnames == ["a b", "About"]
    assert csv_lines([cells]) == "00123,'=1+1,2.5,3,True,,,,2026-06-30,2026-06-30 09:00:00\r\n"
