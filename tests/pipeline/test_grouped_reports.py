"""Reports in groups: what stands above the rows of a group is told, and is no line that could not be read."""

from __future__ import annotations

from pathlib import Path

from typer.testing import CliRunner

from pipeline.__main__ import app


def test_headings_of_a_report_in_groups_are_told_as_such(tmp_path: Path) -> None:
    rows = ["Client / Document;Sum"]
    for group in range(30):
        amounts = [10 + group + place for place in range(1 + group % 4)]
        rows.append(f"Client {group};{sum(amounts)}")
        rows += [f"Чек {group}{n} от {1 + n:02d}.03.2023 10:00:00;{amount}" for n, amount in enumerate(amounts)]
    file = tmp_path / "report.csv"
    file.write_text("\n".join(rows), "utf-8")

    told = CliRunner().invoke(app, ["init", str(file), "--language", "en"]).output

    assert "a report in groups; Client is what stands above the rows of a group" in told
    assert "heading of other rows" in told
    assert "30 customers, 73 orders, from 2023-03-01 to 2023-03-04" in told
