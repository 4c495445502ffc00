"""The view ``lines``: lines of purchases that are used, with what each brought, over the tables of an engine."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date

from pipeline.contract import Message, unknown_name
from pipeline.errors import SpecError
from pipeline.reading.engine import Engine, QueryError, quote
from pipeline.reading.lines.plausible_days import Days, judge_days
from pipeline.spec import LineRule, LinesSpec, Spec, asks_day, forbidden, with_day

LINES, NUMBER, MONEY, RETURN = "lines", "line_number", "line_money", "is_return"
LINE_NAMES = frozenset({NUMBER, MONEY, RETURN})  # what the view has beside the columns of a line
# names that no column of a file has: brackets are added to them where one has
NUMBERED, JUDGED = "(numbered lines)", "(judged lines)"
POSITION, RULE, AMOUNT, BACK = "(position)", "(rule)", "(money)", "(return)"
RAW = "(amount)"  # before it counts once an order
_DAY = "(day)"
ABSURD_AMOUNT = 1e15  # as for numbers in text
NATIONAL_DIGITS = 10  # of a phone number without the codes before it: +7, 8, 0
BEHIND = 1 << 60  # puts the position of a line that is set aside behind those of all that are used


@dataclass(frozen=True)
class Judged:
    """Rules in the order in which they take lines: those of the spec, then what no spec needs to say."""

    rules: tuple[LineRule, ...]
    stray: Mapping[str, tuple[date, ...]] = field(default_factory=dict)  # column -> days far from the rest, left in


def own_rules(lacking: str, bought: str | None, days: Days, day: date | None) -> tuple[LineRule, ...]:
    """Lines that can belong to no customer and to no day, whatever the spec says.

    Parameters
    ----------
    lacking
        SQL that holds where a line has no customer.
    bought
        SQL for the day of the purchase; None where the spec names none.
    """
    rules = [LineRule(name="no customer", sql=lacking)]
    if bought is None:
        return tuple(rules)
    if days.impossible:
        listed = ", ".join(f"DATE '{when.isoformat()}'" for when in days.impossible)
        rules.append(LineRule(name="impossible day", sql=f"{bought} IN ({listed})"))
    if day is not None:
        rules.append(LineRule(name="after the day of the analysis", sql=f"{bought} > DATE '{day.isoformat()}'"))
    return tuple(rules)


def _own_rules(engine: Engine, spec: LinesSpec, days: Days, day: date | None) -> tuple[LineRule, ...]:
    customer = quote(spec.customer)
    blank = f" OR trim({customer}) = ''" if engine.columns(NUMBERED)[spec.customer] == "VARCHAR" else ""
    return own_rules(f"{customer} IS NULL{blank}", _as_day(spec.day) if spec.day else None, days, day)


def count_days(engine: Engine, spec: LinesSpec, where: str) -> list[tuple[date, int]]:
    """Days of purchases with their numbers of lines, in order; raises ``SpecError`` where the column holds none."""
    if spec.day is None:
        return []
    refuse_unknown(engine.columns(NUMBERED), spec, where)
    counts = days_of(engine, NUMBERED, spec.day)
    if not counts:
        raise no_day(where, spec.day)
    return counts


def no_day(where: str, column: str) -> SpecError:
    """The error for a column of days that holds none."""
    return SpecError.because(
        Message.of("{spec}: lines.day: column '{column}' holds no day", spec=where, column=column),
        expected=Message.of("dates"),
        remedy=Message.of("name another column, or say how its days are written with source.date_format"),
    )


def days_of(engine: Engine, table: str, column: str) -> list[tuple[date, int]]:
    """Days of a column with their numbers of rows, in order; a text that is no ISO date is none."""
    rows = engine.rows(
        f"SELECT {quote(_DAY)}, count(*) FROM "
        f"(SELECT TRY_CAST({quote(column)} AS DATE) AS {quote(_DAY)} FROM {quote(table)}) "
        f"WHERE isfinite({quote(_DAY)}) AND year({quote(_DAY)}) BETWEEN 1 AND 9999 "
        f"GROUP BY {quote(_DAY)} ORDER BY {quote(_DAY)}"
    )
    return [(day, int(number)) for day, number in rows]


def judge_by_customer(engine: Engine, customer: str, stray: Mapping[str, tuple[date, ...]]) -> tuple[LinesSpec, Judged]:
    """The same for a spec that does not say which lines count: all that is known is who has no customer."""
    lines = LinesSpec(customer=customer)
    rules = _own_rules(engine, lines, judge_days([]), None)
    engine.define(JUDGED, _judged(lines, rules, None))
    return lines, Judged(rules, stray)


def judge_lines(engine: Engine, spec: Spec, days: Days) -> Judged:
    """Define ``lines``, and beside it every line with its money and the number of the rule that took it (0: used).

    Raises
    ------
    SpecError
        Naming the key of an expression that fails, and what the engine says of it.
    """
    lines, where = spec.lines, spec.path or spec.name
    if lines is None:
        raise ValueError("the spec has no lines")
    refuse_unknown(engine.columns(NUMBERED), lines, where)
    for key, sql in line_expressions(lines):
        _check(engine, sql, key, spec)
    rules = (*lines.aside, *_own_rules(engine, lines, days, spec.day))
    engine.define(JUDGED, _judged(lines, rules, spec.day))
    engine.define(
        LINES,
        f"SELECT * EXCLUDE ({', '.join(map(quote, (POSITION, RULE, RAW, AMOUNT, BACK)))}), "
        f"{quote(AMOUNT)} AS {MONEY}, {quote(BACK)} AS {RETURN} FROM {quote(JUDGED)} WHERE {quote(RULE)} = 0",
    )
    return Judged(rules)


def failing_key(engine: Engine, spec: Spec) -> tuple[str, str, str] | None:
    """The first expression of ``[lines]`` that fails on the data: its key, its SQL, and what the engine says."""
    for key, sql in line_expressions(spec.lines) if spec.lines else ():
        try:
            engine.rows(f"SELECT count({_bound(sql, spec.day)}) FROM {quote(NUMBERED)}")
        except QueryError as error:
            return key, sql, error.brief
    return None


def _judged(lines: LinesSpec, rules: tuple[LineRule, ...], day: date | None) -> str:
    """Every line with its money, whether it is a return, and the number of the first rule that holds."""
    raw, amount, back, rule = map(quote, (RAW, AMOUNT, BACK, RULE))
    money = f"TRY_CAST({_bound(lines.money, day)} AS DOUBLE)" if lines.money else "CAST(NULL AS DOUBLE)"
    cases = " ".join(f"WHEN {_rule(rule, lines, day)} THEN {at}" for at, rule in enumerate(rules, 1))
    known = f"CASE WHEN abs({raw}) < {ABSURD_AMOUNT:g} THEN CASE WHEN {back} THEN -abs({raw}) ELSE {raw} END END"
    judged = (
        f"SELECT *, {known} AS {amount} FROM "
        f"(SELECT *{in_one_form(lines)}, {money} AS {raw}, "
        f"{_holds(lines.returns, day) if lines.returns else 'false'} AS {back}, "
        f"CASE {cases} ELSE 0 END AS {rule} FROM {quote(NUMBERED)})"
    )
    return _once_an_order(judged, quote(lines.order)) if lines.once_an_order and lines.order else judged


def in_one_form(lines: LinesSpec) -> str:
    """Spellings of one customer made the same: capital letters of an address or a code, signs in a phone number."""
    text = f"CAST({quote(lines.customer)} AS VARCHAR)"
    forms = {
        "email": f"nullif(lower(trim({text})), '')",
        "code": f"nullif(upper(trim({text})), '')",
        "name": f"nullif(upper(regexp_replace(trim({text}), '\\s+', ' ', 'g')), '')",
        "number": f"nullif(ltrim(trim({text}), '0'), '')",
        "phone": f"nullif(right(regexp_replace({text}, '\\D', '', 'g'), {NATIONAL_DIGITS}), '')",
    }
    return f" REPLACE ({forms[lines.customer_form]} AS {quote(lines.customer)})" if lines.customer_form else ""


def _once_an_order(judged: str, order: str) -> str:
    """Money on the first line of an order that has any: of those that are used, else of all; returns by themselves."""
    position, amount, back, rule = map(quote, (POSITION, AMOUNT, BACK, RULE))
    return (
        f"WITH judged AS ({judged}), firsts AS (SELECT {order} AS of_order, {back} AS of_returns, "
        f"min({position} + CASE WHEN {rule} > 0 THEN {BEHIND} ELSE 0 END) % {BEHIND} AS place FROM judged "
        f"WHERE {amount} IS NOT NULL AND {order} IS NOT NULL GROUP BY ALL) "
        f"SELECT judged.* REPLACE (CASE WHEN judged.{order} IS NULL OR firsts.place = judged.{position} "
        f"THEN judged.{amount} END AS {amount}) FROM judged LEFT JOIN firsts "
        f"ON judged.{order} = firsts.of_order AND judged.{back} = firsts.of_returns"
    )


def _rule(rule: LineRule, lines: LinesSpec, day: date | None) -> str:
    held = _holds(rule.sql, day)
    if not (rule.whole_order and lines.order):
        return held
    order = quote(lines.order)
    return (
        f"({held} OR coalesce({order} IN (SELECT {order} FROM {quote(NUMBERED)} "
        f"WHERE {held} AND {order} IS NOT NULL), false))"
    )


def line_expressions(lines: LinesSpec) -> Iterator[tuple[str, str]]:
    """Keys of ``[lines]`` with the SQL over one line that they hold."""
    if lines.money:
        yield "lines.money", lines.money
    if lines.returns:
        yield "lines.returns", lines.returns
    for at, rule in enumerate(lines.aside, 1):
        yield f"lines.aside[{at}].sql", rule.sql


def _check(engine: Engine, sql: str, key: str, spec: Spec) -> None:
    refuse_more_than_a_line(sql, key, spec)
    try:
        engine.rows(f"SELECT {_bound(sql, spec.day)} FROM {quote(NUMBERED)} LIMIT 0")
    except QueryError as error:
        raise lines_failed(spec.path or spec.name, key, sql, error.brief) from error


def refuse_more_than_a_line(sql: str, key: str, spec: Spec) -> None:
    """Raise ``SpecError`` for an expression that sees more than one line, or a day that the spec does not set."""
    where, what = spec.path or spec.name, forbidden(sql)
    if what:
        raise SpecError.because(
            Message.of("{spec}: {key} uses {what}", spec=where, key=key, what=what),
            expected=Message.of("an expression over the columns of one line"),
            found=sql.strip(),
            remedy=Message.of("use $as_of for dates, and whole_order where one line decides for its order"),
        )
    if asks_day(sql) and spec.day is None:
        raise SpecError.because(
            Message.of("{spec}: {key} uses $as_of, which the spec does not set", spec=where, key=key),
            remedy=Message.of('add as_of = "auto" at its top'),
        )


def lines_failed(where: str, key: str, sql: str, found: str) -> SpecError:
    """The error for an expression of ``[lines]`` that the engine cannot run."""
    return SpecError.because(
        Message.of("{spec}: {key} failed: {sql}", spec=where, key=key, sql=sql.strip()),
        found=found,
        expected=Message.of("SQL over the columns of one line, {number} and $as_of", number=NUMBER),
        remedy=Message.of("mend it in the spec; names with spaces stand in double quotes, texts in single ones"),
    )


def refuse_unknown(known: Iterable[str], lines: LinesSpec, where: str) -> None:
    """Raise ``SpecError`` where ``[lines]`` names a column that is not ``known``."""
    known = list(known)
    for key in ("customer", "order", "day"):
        column = getattr(lines, key)
        if column is not None and column not in known:
            raise unknown_name(f"{where}: lines.{key}", column, [name for name in known if name != POSITION])


def _as_day(column: str) -> str:
    return f"TRY_CAST({quote(column)} AS DATE)"


def _bound(sql: str, day: date | None) -> str:
    return f"({with_day(sql, day)}\n)"  # a line of its own: the expression may end in a comment


def _holds(sql: str, day: date | None) -> str:
    return f"coalesce(CAST({_bound(sql, day)} AS BOOLEAN), false)"
