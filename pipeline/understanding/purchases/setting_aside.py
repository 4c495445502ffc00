"""Lines that must not count as they stand: without a customer, cancelled, returned, in another currency."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence

from pipeline.contract import Joined, Message, Own, Quantity
from pipeline.reading import TRUE, Choice, Question, literal, quote
from pipeline.understanding.evidence import Profile, Relations, fits, is_email, is_phone, words
from pipeline.understanding.purchases.amounts import settle_currencies, settle_free, settle_returns
from pipeline.understanding.purchases.placeholders import placeholder
from pipeline.understanding.purchases.sides import settle_sides
from pipeline.understanding.purchases.status_words import DONE, GONE, GONE_BY_NAME, LOOKED, RETURNED
from pipeline.understanding.purchases.text import plain_value
from pipeline.understanding.roles import Answers, Aside, Money, Understanding

_MOST_BEGINNINGS = 5  # of codes whose capitals do not matter
_MOST_GONE = 0.8  # share of the lines that can be cancelled; a column that marks more marks something else


def known_profile(table: Sequence[Profile], name: str) -> Profile:
    """The profile of a column that is there."""
    return next(profile for profile in table if profile.name == name)


def set_aside(
    reading: Understanding,
    table: Sequence[Profile],
    relations: Relations,
    answers: Answers,
    *,
    statuses: bool = True,
    beside: Sequence[str] = (),
) -> None:
    """Write into ``reading`` which lines do not count, and ask where the file does not say.

    ``statuses``: whether columns of statuses are looked for; a known form says how they count. ``beside``: SQL of lines
    that the form sets aside.
    """
    by_name = {profile.name: profile for profile in table}
    if reading.customer:
        _without_customer(reading, by_name[reading.customer], relations, answers)
        _spellings(reading, by_name[reading.customer], relations)
    if statuses:
        _statuses(reading, table, relations, answers)
        _marks(reading, table, relations)
    settle_free(reading, table, relations, answers)
    settle_sides(reading, table, relations, answers)
    settle_currencies(reading, table, relations, answers)
    settle_returns(reading, relations, answers, beside)


def _without_customer(reading: Understanding, customer: Profile, relations: Relations, answers: Answers) -> None:
    name = quote(customer.name)
    reading.aside.append(Aside("no customer", f"{name} IS NULL"))
    heavy = relations.query(
        f"SELECT CAST({name} AS VARCHAR) AS value, count(*) AS n FROM data "
        f"WHERE {name} IS NOT NULL GROUP BY 1 ORDER BY n DESC, 1 LIMIT 50"
    )
    if len(heavy) < 2:
        return
    usual = max(1, sorted(int(str(count)) for _, count in heavy)[len(heavy) // 2])
    kinds = [(str(value), int(str(count)), placeholder(str(value))) for value, count in heavy]
    placed = [(value, count) for value, count, kind in kinds if kind == "words" or (kind and count > 3 * usual)]
    for value, count in placed:
        reading.aside.append(Aside("placeholder customer", f"CAST({name} AS VARCHAR) = {literal(value)}"))
        reading.count(
            "{n} line has {value} for a customer, which stands for nobody in particular: it is set aside",
            "{n} lines have {value} for a customer, which stands for nobody in particular: they are set aside",
            count,
            value=Own(value),
        )
    known = {value for value, _ in placed}
    value, count = next(((str(v), int(str(n))) for v, n in heavy if str(v) not in known), ("", 0))
    following = sorted((int(str(n)) for v, n in heavy if str(v) not in known), reverse=True)[1:2]
    if count > 0.1 * customer.known and following and count > 5 * following[0] and answers.get("placeholder") is None:
        reading.questions.append(
            Question(
                "placeholder",
                Message.of(
                    "{value} has {share} % of all lines. Is it a customer?",
                    value=Own(value),
                    share=Quantity(round(100 * count / customer.known)),
                ),
                (
                    Choice("no", Message.of("no: it stands for buyers who are not known, and its lines are set aside")),
                    Choice("yes", Message.of("yes: a customer like the others")),
                ),
            )
        )
        reading.aside.append(Aside("placeholder customer", f"CAST({name} AS VARCHAR) = {literal(value)}"))
    elif answers.get("placeholder") == "no" and count > 0.15 * customer.known:
        reading.aside.append(Aside("placeholder customer", f"CAST({name} AS VARCHAR) = {literal(value)}"))


def _spellings(reading: Understanding, customer: Profile, relations: Relations) -> None:
    """E-mail addresses, phone numbers and codes of a few letters and a number are one customer's however written."""
    if reading.form != "purchases" or customer.kind not in ("text", "category"):
        return
    text = f"CAST({quote(customer.name)} AS VARCHAR)"
    if is_email(customer):
        reading.customer_form, plain = "email", f"lower(trim({text}))"
    elif is_phone(customer):
        reading.customer_form, plain = "phone", f"right(regexp_replace({text}, '\\D', '', 'g'), 10)"
    elif _is_code(text, relations):
        reading.customer_form, plain = "code", f"upper(trim({text}))"
    else:
        return
    apart = int(relations.one(f"count(DISTINCT {text}) - count(DISTINCT {plain})"))
    if apart > 0:
        reading.tell(
            "{column}: {spellings} spellings are {customers} customers, since they differ only in capital letters, "
            "blanks and signs",
            column=customer.name,
            spellings=Quantity(customer.distinct),
            customers=Quantity(customer.distinct - apart),
        )


def _is_code(text: str, relations: Relations) -> bool:
    """``C0042`` beside ``c0042``: of few beginnings, or capitals would tell people apart (``aB3``, ``Ab3``)."""
    formed = f"regexp_full_match(trim({text}), '[A-Za-zА-Яа-яЁё]{{1,6}}[-_ ./#]?\\d+')"
    if relations.one(f"count(DISTINCT {text}) - count(DISTINCT upper(trim({text})))") <= 0:
        return False
    odd = relations.one(f"count_if({text} IS NOT NULL AND NOT {formed})")
    beginnings = relations.one(f"count(DISTINCT regexp_extract(upper(trim({text})), '^[^\\d]+'))")
    return odd <= 0.02 * relations.rows and beginnings <= _MOST_BEGINNINGS


def lines_by_value(relations: Relations, column: str) -> dict[str, int]:
    """How many lines have each value of a column."""
    name = quote(column)
    rows = relations.query(f"SELECT CAST({name} AS VARCHAR), count(*) FROM data WHERE {name} IS NOT NULL GROUP BY 1")
    return {str(value): int(str(number)) for value, number in rows}


def is_one_of(column: str, values: Iterable[str]) -> str:
    """SQL for a column that has one of some values."""
    return f"{quote(column)} IN ({', '.join(map(literal, values))})"


def leave_out(reading: Understanding, rule: Aside, column: str, lines: Mapping[str, int]) -> None:
    """Set lines aside by the values of a column, and tell which and how many (value -> lines)."""
    reading.aside.append(rule)
    listed = tuple(Message.of("{value} {n}", value=Own(value), n=Quantity(number)) for value, number in lines.items())
    reading.tell("lines do not count where {column} is: {values}", column=column, values=Joined(listed))


def _statuses(reading: Understanding, table: Sequence[Profile], relations: Relations, answers: Answers) -> None:
    for profile in table:
        if profile.kind not in ("category", "flag", "text") or profile.distinct > 30 or not profile.sample:
            continue
        named = fits(words.STATUS, profile.name) or fits(words.KIND_OF_LINE, profile.name)
        out = rf"{GONE}|{LOOKED}" if fits(words.KIND_OF_LINE, profile.name) else GONE
        gone = [value for value in profile.sample if re.match(out, plain_value(value))]
        done = [value for value in profile.sample if re.match(DONE, plain_value(value))]
        if not gone or not (named or (done and len(gone) + len(done) >= 0.7 * len(profile.sample))):
            continue
        if not done and len(gone) < len(profile.sample) and not named:
            continue
        _one_status(reading, profile, gone, done, relations, answers)


def _marks(reading: Understanding, table: Sequence[Profile], relations: Relations) -> None:
    """Columns that say of each line whether it was cancelled: yes and no, or the day on which it was."""
    for profile in table:
        if not fits(GONE_BY_NAME, profile.name) or profile.name in (reading.day, reading.order, reading.customer):
            continue
        name, values = quote(profile.name), ", ".join(map(literal, sorted(TRUE)))
        if profile.kind == "flag":
            sql = f"lower(trim(CAST({name} AS VARCHAR))) IN ({values})"
        elif profile.kind == "date" and profile.known < _MOST_GONE * profile.rows:
            sql = f"{name} IS NOT NULL"
        else:
            continue
        marked = int(relations.one(f"count_if(coalesce({sql}, false))"))
        if not 0 < marked < _MOST_GONE * profile.rows:
            continue
        reading.aside.append(Aside("not completed", sql, "cancelled"))
        reading.count(
            "{n} line does not count: {column} marks it as cancelled or given back",
            "{n} lines do not count: {column} marks them as cancelled or given back",
            marked,
            column=profile.name,
        )


def _one_status(
    reading: Understanding,
    profile: Profile,
    gone: Sequence[str],
    done: Sequence[str],
    relations: Relations,
    answers: Answers,
) -> None:
    counted = lines_by_value(relations, profile.name)
    returned = [
        value
        for value in gone
        if re.match(RETURNED, plain_value(value)) and _negative(reading, profile, value, relations)
    ]
    returned += _documents_of_returns(reading, profile, [value for value in gone if value not in returned], done)
    out = [value for value in gone if value not in returned]
    unknown = [value for value in profile.sample if value not in gone and value not in done]
    chosen = answers.get("status")
    if chosen is not None:
        kept = {part.strip() for part in chosen.split(",")}
        out = [value for value in profile.sample if value not in kept and value not in returned]
        unknown = []
    if returned:
        condition = is_one_of(profile.name, returned)
        reading.returns = f"{reading.returns} OR {condition}" if reading.returns else condition
    if out:
        # an order's status may stand on its first line only: its other lines go with it
        whole = reading.order is not None and profile.known < 0.95 * profile.rows
        rule = Aside("not completed", is_one_of(profile.name, out), "cancelled", whole)
        leave_out(reading, rule, profile.name, {value: counted.get(value, 0) for value in out})
    left = sum(counted.get(value, 0) for value in unknown)
    told = fits(words.STATUS, profile.name) or (fits(words.KIND_OF_LINE, profile.name) and bool(done))
    if unknown and left > 0.02 * profile.known and told and chosen is None:
        suggested = [value for value in profile.sample if value not in out and value not in returned]
        reading.questions.append(
            Question(
                "status",
                Message.of("Which values of {column} are purchases that count?", column=profile.name),
                (
                    Choice(",".join(suggested), Message.of("all but {values}", values=Joined(tuple(map(Own, out))))),
                    Choice(
                        ",".join(done) or ",".join(profile.sample), Message.of("only those that are surely completed")
                    ),
                ),
            )
        )


def _documents_of_returns(
    reading: Understanding, profile: Profile, gone: Sequence[str], done: Sequence[str]
) -> list[str]:
    """Kinds of documents that give money back with its sign left out; their amounts are turned round.

    A status says what became of a purchase; a kind of document is one of its own, and the purchase stands beside it.
    """
    back = [value for value in gone if re.match(RETURNED, plain_value(value))]
    money = reading.money
    if not (back and done and money) or not fits(words.KIND_OF_LINE, profile.name) or fits(words.STATUS, profile.name):
        return []
    turned = f"CASE WHEN {is_one_of(profile.name, back)} THEN -abs({money.sql}) ELSE {money.sql} END"
    reading.money = Money(turned, money.columns, money.once_an_order)
    reading.tell(
        "amounts count against the money where {column} is: {values}",
        column=profile.name,
        values=Joined(tuple(map(Own, back))),
    )
    return back


def _negative(reading: Understanding, profile: Profile, value: str, relations: Relations) -> bool:
    """Whether lines of a value lower the money by themselves: a return, which counts against what was bought."""
    if reading.money is None:
        return False
    sql = f"sum(CASE WHEN {quote(profile.name)} = {literal(value)} THEN {reading.money.sql} END)"
    return relations.one(sql) < 0
