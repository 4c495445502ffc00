"""Text tables as programs write them: other signs, rules between lines, quotes where others have none."""

from __future__ import annotations

import pytest

from pipeline.reading.text.parsing import parse_text

ROWS = [["name", "date", "amount"], *([f"Ann {row}", f"2023-01-{row:02d}", f"{row}.50"] for row in range(1, 29))]


def read(text: str) -> list[list[str]]:
    frame = parse_text(text, name="a.txt").frame.map(str.strip)
    return [list(map(str, frame.columns)), *frame.astype(str).to_numpy().tolist()]


@pytest.mark.parametrize("sign", ["^", "~", ":", "#", "!", "¦", "§", "\x01", "\x1f", "||", "::"])
def test_any_sign_that_every_line_has_as_often_parts_columns(sign: str) -> None:
    assert read("\n".join(sign.join(row) for row in ROWS)) == ROWS


def test_hours_and_minutes_are_no_columns() -> None:
    rows = [[name, f"{day} 10:05:33", amount] for name, day, amount in ROWS[1:]]

    assert read("\n".join(",".join(row) for row in [ROWS[0], *rows])) == [ROWS[0], *rows]


def quoted_whole(row: list[str]) -> str:
    return '"' + ",".join(f'""{cell}""' for cell in row) + '"'


@pytest.mark.parametrize(
    "line",
    [
        lambda row: ";".join(f'"{cell}"' for cell in row),
        lambda row: ",".join(f"'{cell}'" for cell in row),
        lambda row: ", ".join(f'"{cell}"' for cell in row),
        lambda row: "| " + " | ".join(row) + " |",
        quoted_whole,
    ],
    ids=["quotes", "apostrophes", "blank before quotes", "bars around", "whole lines quoted"],
)
def test_quotes_and_bars_around_fields_are_no_part_of_them(line) -> None:  # type: ignore[no-untyped-def]
    assert read("\n".join(map(line, ROWS))) == ROWS


@pytest.mark.parametrize("rule", ["|---|---:|:---|", "+------+------+------+", "-------+-------+------"])
def test_lines_that_rule_a_table_off_are_no_rows(rule: str) -> None:
    lines = ["| " + " | ".join(row) + " |" for row in ROWS]

    assert read("\n".join([lines[0], rule, *lines[1:], rule])) == ROWS


def test_a_name_with_an_apostrophe_stays_as_it_is() -> None:
    rows = [["O'Neill", *row[1:]] for row in ROWS[1:]]

    assert read("\n".join(",".join(row) for row in [ROWS[0], *rows])) == [ROWS[0], *rows]


@pytest.mark.parametrize("header", [["Customer name", "Order date", "Amount"], ["Client", "Day", "Amount paid"]])
def test_names_of_columns_with_single_blanks_are_parted_by_longer_runs(header: list[str]) -> None:
    rows = [header, *(["Marie Curie" if int(row[0][4:]) % 2 else row[0], *row[1:]] for row in ROWS[1:])]

    assert read("\n".join("".join(cell.ljust(18) for cell in row) for row in rows)) == rows
