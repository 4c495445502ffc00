"""SQL of the embedded engine in Spark's, where it is sure to mean the same, and the guard of what Spark is asked.

Translating is not enough: of a weekday too large by one every sum still looks right. So an expression goes through only
where each of its parts is on a list, every entry of which is compared row by row on both engines
(``tests/spark/test_dialect.py``); all else is refused by name, with the key under which Spark's own SQL may stand.
"""

from __future__ import annotations

import logging
import re
from collections.abc import Collection, Iterable, Iterator, Mapping
from datetime import date
from typing import Any, Protocol

from sqlglot import Expr, exp, parse, parse_one
from sqlglot.dialects.duckdb import DuckDB
from sqlglot.dialects.spark import Spark

from pipeline.contract import Message
from pipeline.errors import SpecError
from pipeline.spark.same_meaning.calendar_parts import span, strange_division, strange_span
from pipeline.spark.same_meaning.letters import lower, upper
from pipeline.spark.same_meaning.typed_parts import kind_of, strange_by_type, strange_cast
from pipeline.spec import Spec, with_day

_STRUCTURE = (
    exp.Select, exp.From, exp.Where, exp.Group, exp.Having, exp.Join, exp.With, exp.CTE, exp.Subquery, exp.Table,
    exp.TableAlias, exp.Alias, exp.Column, exp.Identifier, exp.Star, exp.Order, exp.Ordered, exp.Union, exp.Distinct,
    exp.Paren, exp.Literal, exp.Null, exp.Boolean, exp.Tuple, exp.Filter, exp.DataType,
)  # fmt: skip
_PLAIN = (
    exp.Add, exp.Sub, exp.Mul, exp.Neg, exp.EQ, exp.NEQ, exp.GT, exp.GTE, exp.LT, exp.LTE, exp.And, exp.Or, exp.Not,
    exp.Is, exp.In, exp.Between, exp.Case, exp.If, exp.Coalesce, exp.Nullif, exp.Abs, exp.Greatest, exp.Least,
    exp.Lower, exp.Upper, exp.Like, exp.Count, exp.Sum, exp.Min, exp.Max, exp.Avg,
    exp.Div, exp.Year, exp.Month, exp.Day, exp.Hour, exp.DayOfWeekIso,
)  # fmt: skip
_CASTS = {"DOUBLE", "DATE"}
_MOST_DIGITS = 9  # behind the point, to which something is rounded
_RUNS_CODE = {"reflect", "java_method", "try_reflect"}
# as in SqlBaseLexer.g4 of Spark 4: a backslash escapes within ' and ", a raw text ends at its first sign, ` is doubled
_STRING = r"""[rR](?:'[^']*'|"[^"]*")|'(?:[^'\\]|\\.|'')*'"""
_NAME = r"""`(?:[^`]|``)*`|"(?:[^"\\]|\\.|"")*\""""
_WORD = r"""(?![rR]['"])\w+"""
_COMMENT = r"--(?:\\\n|[^\r\n])*"
_PIECE = re.compile(f"(?P<quoted>{_STRING}|{_NAME})|(?P<comment>{_COMMENT})|(?P<word>{_WORD})|(?P<sign>.)", re.DOTALL)
_BRACKETS = re.compile(r"/\*|\*/")
logging.getLogger("sqlglot").setLevel(logging.CRITICAL)  # it tells on stderr what it cannot parse; we tell it ourselves


class _Token(Protocol):
    """What the other parser finds: places of its first and last letter."""

    start: int
    end: int


class _Dialect(Spark):
    """Spark's SQL as our sessions read it: names in double quotes."""

    class Tokenizer(Spark.Tokenizer):
        QUOTES = ["'"]  # noqa: RUF012
        IDENTIFIERS = ["`", '"']  # noqa: RUF012 - the first is written: no backslash means anything in it


def translated(
    sql: str,
    spec: Spec,
    key: str,
    remedy: Message,
    *,
    expression: bool = False,
    stored: Mapping[str, str] | None = None,
) -> str:
    """One query of the embedded engine's, or an ``expression`` over a row and ``as_of``, in Spark's SQL.

    ``stored``: types of the columns by their names, on which the meaning of some parts depends.

    Raises
    ------
    SpecError
        Some part of it is not known to mean the same; the message names it, ``key`` and what to do.
    """
    try:
        trees = parse(with_day(sql, spec.day), read=DuckDB)
    except Exception as error:
        raise _refused(spec, key, _first_line(error), remedy) from error
    if len(trees) != 1 or trees[0] is None:
        raise _refused(spec, key, f"{len(trees)} statements", remedy)
    for node in trees[0].walk():
        strange = _strange(node, stored or {}) or strange_by_type(node, stored or {})
        if strange:
            raise _refused(spec, key, strange, remedy)
    tree = exp.Paren(this=trees[0])
    for node in reversed(list(tree.walk())):  # children before what they stand in
        is_day = expression and isinstance(node, exp.Column) and node.name.lower() == "as_of"
        made = parse_one(day_literal(spec.day), read=_Dialect) if is_day else _in_spark(node, stored or {})
        if made is not node:
            node.replace(made)
    return str(tree.this.sql(dialect=_Dialect))


def asked(sql: str, spec: Spec, key: str, tables: Collection[str]) -> str:
    """A query in Spark's SQL, in parentheses, with the spec's day for ``$as_of``; it reads ``tables`` and nothing else.

    Raises
    ------
    SpecError
        It is not one SELECT, reads another table or a file, or runs somebody's code.
    """
    query = with_day(sql.strip().rstrip(";"), spec.day)
    fault = _fault(query, {name.lower() for name in tables})
    if fault:
        raise SpecError.because(
            Message.of("{spec}: {key} is no query that Korzina gives to Spark", spec=spec.path or spec.name, key=key),
            expected=Message.of("one SELECT over {tables}", tables=", ".join(tables)),
            found=fault,
            remedy=Message.of("write it as one SELECT in the SQL of Spark over these tables"),
        )
    return f"(\n{query}\n)"


def _fault(query: str, tables: set[str]) -> str:
    """What is wrong with a query; nothing where it may be asked."""
    try:
        tokens = _Dialect().tokenize(query)
        trees = parse(query, read=_Dialect)
    except Exception as error:
        return _first_line(error)
    if len(trees) != 1 or not isinstance(trees[0], exp.Query):
        return ", ".join(type(tree).__name__.upper() for tree in trees if tree is not None) or "nothing"
    otherwise = _read_otherwise(query, tokens)
    if otherwise:
        return f"text that can be read in two ways: {otherwise}"
    code = next((token.text.lower() for token in tokens if token.text.lower() in _RUNS_CODE), "")
    if code:
        return code
    tree = trees[0]
    if any(isinstance(node, exp.QueryTransform) for node in tree.walk()):
        return "a script"
    if any(
        isinstance(node, exp.DML | exp.DDL | exp.Command) and not isinstance(node, exp.Query) for node in tree.walk()
    ):
        return "a statement that changes something"
    return _foreign(tree, tables)


def _read_otherwise(sql: str, tokens: Iterable[_Token]) -> str:
    r"""The first piece that Spark reads in another way than ``tokens`` say; nothing where there is none.

    What one takes for a name or a comment may be code to the other: ``"a\" , ", reflect(...) AS y -- "`` is two names
    to our parser, and to Spark a name, a call and a comment.
    """
    theirs = {(token.start, token.end + 1) for token in tokens}
    ends = {end: start for start, end in theirs}
    inside = [place for start, end in theirs for place in range(start, end)]
    covered = set(inside)
    code: set[int] = set()
    for start, end, quoted in _pieces(sql):
        if not quoted:
            code.update(place for place in range(start, end) if not sql[place].isspace())
            continue
        begins = end
        while begins > start and sql[begins - 1] in "'\"`":  # 'it''s' is two of theirs
            begins = ends.get(begins, 0)
        if begins > start or not re.fullmatch("[A-Za-z]*", sql[begins:start]):  # X'1F' is one of theirs
            return sql[start:end]
        code.update(range(start, end))
    strange = sorted((covered ^ code) - {place for place in covered if sql[place].isspace()})
    strange = strange or [place for place in code if sql[place] == "$"]  # $a$ begins a text to some
    return sql[strange[0] :].split("\n")[0][:60] if strange else ""


def _pieces(sql: str) -> Iterator[tuple[int, int, bool]]:
    """Where each piece stands that is no comment, and whether it is in quotation marks."""
    place = 0
    while place < len(sql):
        if sql.startswith("/*", place) and not sql.startswith("/*+", place):  # with a plus it is a hint, which is code
            place = _behind(sql, place)
            continue
        found = _PIECE.match(sql, place)
        if found is None:
            return
        if found.lastgroup != "comment":
            yield found.start(), found.end(), found.lastgroup == "quoted"
        place = found.end()


def _behind(sql: str, place: int) -> int:
    """Where a comment in brackets ends that begins at ``place``; they may be nested."""
    depth = 0
    for bracket in _BRACKETS.finditer(sql, place):
        depth += 1 if bracket[0] == "/*" else -1
        if not depth:
            return bracket.end()
    return len(sql)


def _foreign(tree: Expr, known: set[str]) -> str:
    """The first table that is neither given nor made earlier in the query itself; nothing where there is none."""
    made = tree.args.get("with_") or tree.args.get("with")
    for cte in made.expressions if made is not None else ():
        strange = _foreign(cte.this, known)  # a name means another table inside of what makes it
        if strange:
            return strange
        known = known | {cte.alias.lower()}
    if isinstance(tree, exp.Table):
        if not isinstance(tree.this, exp.Identifier):
            return f"a table made by {tree.this.sql(dialect=_Dialect)[:60]}"
        if tree.args.get("db") is not None or tree.name.lower() not in known:
            return f"the table {tree.sql(dialect=_Dialect)[:60]}"
    inside = (node for node in tree.iter_expressions() if node is not made)
    return next((strange for node in inside if (strange := _foreign(node, known))), "")


def _first_line(error: Exception) -> str:
    return next(iter(str(error).splitlines()), type(error).__name__)[:200]


def day_literal(day: date | None) -> str:
    """The spec's day in Spark's SQL."""
    return f"DATE '{day.isoformat()}'" if day else "CAST(NULL AS DATE)"


def _strange(node: Any, stored: Mapping[str, str]) -> str:
    """The name of what is on no list; nothing where both engines agree on it."""
    if isinstance(node, exp.Star):
        return "* EXCLUDE or REPLACE" if any(node.args.values()) else ""
    if isinstance(node, exp.Like) and "\\" in node.sql():
        return "LIKE with a backslash"
    if isinstance(node, exp.TryCast):
        return "try_cast"
    if isinstance(node, exp.Cast):
        return strange_cast(node, stored, _CASTS)
    if isinstance(node, exp.Round):
        digits = node.args.get("decimals")
        fits = digits is None or (isinstance(digits, exp.Literal) and digits.name in map(str, range(_MOST_DIGITS + 1)))
        return "" if fits and not node.args.get("truncate") else "round(..., digits)"
    if isinstance(node, exp.Trim):
        return "trim of other signs" if node.args.get("expression") or node.args.get("position") else ""
    if isinstance(node, exp.DateDiff):
        return strange_span(node)
    if isinstance(node, exp.IntDiv):
        return strange_division(node)
    if isinstance(node, exp.Var):
        return "" if isinstance(node.parent, exp.DateDiff) else node.sql(dialect=DuckDB)
    if isinstance(node, exp.Table) and (node.args.get("db") or not isinstance(node.this, exp.Identifier)):
        return f"the table {node.sql(dialect=DuckDB)}"
    if isinstance(node, exp.Join) and (node.side or node.kind) not in ("", "LEFT", "INNER"):
        return f"{node.side or node.kind} JOIN"
    if type(node) in _STRUCTURE or type(node) in _PLAIN:
        return ""
    if isinstance(node, exp.Anonymous):
        return str(node.this)
    return str(node.sql_name()).lower() if isinstance(node, exp.Func) else type(node).__name__.upper()


def _in_spark(node: Expr, stored: Mapping[str, str]) -> Expr:
    """The parts that Spark writes otherwise, as it has them."""
    if isinstance(node, exp.Div):
        left, right = _double(node.this), _double(node.expression)
        # by IEEE 754, as the embedded engine divides: 1 / 0 is infinite; Spark would stop
        endless = exp.Mul(this=left.copy(), expression=_double(exp.Literal.string("Infinity")))
        zero = exp.EQ(this=right.copy(), expression=exp.Literal.number(0))
        safe = exp.Anonymous(this="try_divide", expressions=[left, right])
        return exp.Paren(this=exp.Case(ifs=[exp.If(this=zero, true=endless)], default=safe))
    if isinstance(node, exp.And | exp.Or | exp.Not | exp.If):  # a flag is a number, which is no condition to Spark
        for key in ("this", "expression"):
            if isinstance(node.args.get(key), exp.Column):
                node.set(key, exp.cast(node.args[key].copy(), "boolean"))
        return node
    if isinstance(node, exp.DateDiff):
        return span(node)
    if isinstance(node, exp.Round):
        return _rounded(node)
    if isinstance(node, exp.Lower | exp.Upper):
        change = lower if isinstance(node, exp.Lower) else upper
        return parse_one(change(node.this.sql(dialect=_Dialect)), read=_Dialect)
    if isinstance(node, exp.Trim):  # of blanks of every width, as the embedded engine does
        around = exp.Literal.string(r"^\p{Zs}+|\p{Zs}+$")
        return exp.Anonymous(this="regexp_replace", expressions=[node.this, around, exp.Literal.string("")])
    if (
        isinstance(node, exp.Cast)
        and node.to.this == exp.DataType.Type.BIGINT
        and kind_of(node.this, stored) == "double"
    ):
        node.set("this", exp.Anonymous(this="rint", expressions=[node.this.copy()]))  # to even, where it would cut
        return node
    if isinstance(node, exp.DayOfWeekIso):
        monday = exp.Anonymous(this="weekday", expressions=[node.this])
        return exp.Paren(this=exp.Add(this=monday, expression=exp.Literal.number(1)))
    return node


def _rounded(node: exp.Round) -> Expr:
    """By the double that a power of ten makes of it, as the embedded engine rounds; decimals as such."""
    digits = node.args.get("decimals")
    power = f"CAST({10 ** int(digits.name if digits is not None else 0)} AS DOUBLE)"
    value = node.this.sql(dialect=_Dialect)
    plain = f"round(CAST(({value}) AS DOUBLE) * {power}) / {power}"
    exact = f"CAST(round(({value}), {digits.name if digits is not None else 0}) AS DOUBLE)"
    is_decimal = f"typeof(({value})) LIKE 'decimal%'"
    return parse_one(f"(CASE WHEN {is_decimal} THEN {exact} ELSE {plain} END)", read=_Dialect)


def _double(node: Expr) -> Expr:
    return exp.cast(node.copy() if isinstance(node, exp.Literal) else exp.Paren(this=node.copy()), "double")


def _refused(spec: Spec, key: str, construct: str, remedy: Message) -> SpecError:
    return SpecError.because(
        Message.of("{spec}: {key} cannot be given to Spark as it is", spec=spec.path or spec.name, key=key),
        found=Message.of("{what}, which is not known to mean the same on Spark", what=construct),
        remedy=remedy,
    )
