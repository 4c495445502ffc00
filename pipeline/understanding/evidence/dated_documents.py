"""Days inside the names of documents: ``Реализация 0000-000123 от 05.01.2023 10:22:33``."""

from __future__ import annotations

from pipeline.reading import Engine, literal, quote

_DOCUMENT_DAY = r"(?:^|\s)(?:от|від|vom|dated|du) (\d{1,2}\.\d{1,2}\.\d{4})(?: \d{1,2}:\d{2}(?::\d{2})?)?$"
_FEW_ROWS, _NEARLY_ALL = 500, 0.95  # rows looked at first; share of the cells that end in a day


def dated_documents(engine: Engine) -> str | None:
    """The column of texts of which (nearly) all end in a day: ``Реализация 0000-000123 от 05.01.2023 10:22:33``."""
    for name, kind in engine.columns("data").items():
        if kind != "VARCHAR":
            continue
        column = quote(name)
        ends = f"count(*) FILTER (regexp_matches(trim({column}), {literal(_DOCUMENT_DAY)}))"  # count_if of none is NULL
        asked = f"SELECT {ends} >= {_NEARLY_ALL} * count(*) AND {ends} > 0 AS enough FROM "
        few = engine.query(f"{asked} (SELECT {column} FROM data LIMIT {_FEW_ROWS})")
        if bool(few["enough"].iloc[0]) and bool(engine.query(f"{asked} data")["enough"].iloc[0]):
            return name
    return None


def lines_of_documents(column: str, table: str) -> str:
    """SQL that puts the day of each document beside it, as ``date``."""
    day = f"regexp_extract(trim({quote(column)}), {literal(_DOCUMENT_DAY)}, 1)"
    return f"SELECT *, CAST(try_strptime({day}, '%d.%m.%Y') AS DATE) AS {quote('date')} FROM {quote(table)}"
