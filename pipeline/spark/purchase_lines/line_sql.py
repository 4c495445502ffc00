"""The SQL that ``[lines]`` holds and implies, in Spark's: expressions over one line, spellings of one customer."""

from __future__ import annotations

from collections.abc import Mapping

from pipeline.contract import Message
from pipeline.errors import SpecError
from pipeline.reading import NATIONAL_DIGITS, line_expressions, refuse_more_than_a_line
from pipeline.spark.dialect import translated
from pipeline.spark.row_rules import failing
from pipeline.spark.same_meaning.letters import lower, upper
from pipeline.spark.source_tables import quoted
from pipeline.spark.spark_session import Rows
from pipeline.spec import LinesSpec, Spec

_DAYS = ("date", "timestamp", "timestamp_ntz")
_WHOLE = ("tinyint", "smallint", "int", "bigint")
_NUMBERS = (*_WHOLE, "float", "double", "decimal")
_BLANKS = r"^\\p{Zs}+|\\p{Zs}+$"  # around a text, of every width: what the embedded engine trims


def line_sql(rows: Rows, spec: Spec, stored: Mapping[str, str]) -> dict[str, str]:
    """Each expression of ``[lines]`` by its key.

    Raises
    ------
    SpecError
        It sees more than a line, does not translate, or is of a type that the engines read otherwise.
    """
    made = {}
    remedy = Message.of("write it with what both engines know, see docs/scale.md; or leave out --engine spark")
    for key, sql in line_expressions(spec.lines) if spec.lines else ():
        refuse_more_than_a_line(sql, key, spec)
        made[key] = translated(sql, spec, key, remedy, stored=stored)
        with failing(spec, key):
            [(_, kind)] = rows.selectExpr(f"({made[key]}) AS value").dtypes
        fits = _NUMBERS if key == "lines.money" else ("boolean", *_NUMBERS)
        if not kind.startswith(fits) and kind != "void":
            raise SpecError.because(
                Message.of("{spec}: {key} cannot be given to Spark as it is", spec=spec.path or spec.name, key=key),
                expected=Message.of("a number") if key == "lines.money" else Message.of("a condition"),
                found=kind,
                remedy=remedy,
            )
    return made


def refuse_untyped(spec: Spec, stored: Mapping[str, str]) -> None:
    """Raise ``SpecError`` for a column of ``[lines]`` whose type the engines read otherwise."""
    lines = spec.lines
    if lines is None:
        return
    wrong = []
    day = stored.get((lines.day or "").lower())
    if lines.day and day not in _DAYS:
        wrong.append(("lines.day", str(day), Message.of("a column of days or moments")))
    customer = stored.get(lines.customer.lower(), "")
    if lines.customer_form and customer not in (*_WHOLE, "string"):
        wrong.append(("lines.customer_form", customer, Message.of("a column of text or of whole numbers")))
    if customer not in (*_WHOLE, "string", "double"):
        wrong.append(("lines.customer", customer, Message.of("a column of text or of whole numbers")))
    for key, found, expected in wrong[:1]:
        raise SpecError.because(
            Message.of("{spec}: {key} cannot be given to Spark as it is", spec=spec.path or spec.name, key=key),
            expected=expected,
            found=found,
            remedy=Message.of("write the data as Parquet with a type for each column, or leave out --engine spark"),
        )


def lacking(lines: LinesSpec, stored: Mapping[str, str]) -> str:
    """SQL that holds where a line has no customer."""
    customer = quoted(lines.customer)
    blank = f" OR {_trimmed(customer)} = ''" if stored.get(lines.customer.lower()) == "string" else ""
    return f"{customer} IS NULL{blank}"


def in_one_form(lines: LinesSpec) -> str:
    """Spellings of one customer made the same, as ``customer_form`` says."""
    column = quoted(lines.customer)
    text = f"CAST({column} AS STRING)"
    single = rf"regexp_replace({_trimmed(text)}, '[\\t\\n\\f\\r ]+', ' ')"
    forms = {
        "email": f"nullif({lower(_trimmed(text))}, '')",
        "code": f"nullif({upper(_trimmed(text))}, '')",
        "name": f"nullif({upper(single)}, '')",
        "number": f"nullif(ltrim('0', {_trimmed(text)}), '')",
        "phone": f"nullif(right(regexp_replace({text}, '[^0-9]', ''), {NATIONAL_DIGITS}), '')",
    }
    return forms[lines.customer_form] if lines.customer_form else column


def _trimmed(text: str) -> str:
    return f"regexp_replace({text}, '{_BLANKS}', '')"
