"""Lines that must not count as they stand: without a customer, cancelled, returned, in another currency."""

from __future__ import annotations

from collections.abc import Sequence

from pipeline.contract import Message, Own, Quantity
from pipeline.reading import Choice, Question, literal, quote
from pipeline.understanding.evidence import Profile, Relations, is_email, is_phone
from pipeline.understanding.purchases.amounts import settle_currencies, settle_free, settle_returns
from pipeline.understanding.purchases.placeholders import placeholder
from pipeline.understanding.purchases.said_twice import settle_said_twice
from pipeline.understanding.purchases.sides import settle_other_side, settle_sides
from pipeline.understanding.purchases.statuses import settle_statuses
from pipeline.understanding.roles import Answers, Aside, Understanding

_MOST_BEGINNINGS = 5  # of codes whose capitals do not matter
_LEAST_PADDED, _PADDED = 3, 0.02  # numbers that stand with and without zeros before them; their share
_ODD_NAMES = 0.1  # share of the lines: companies with a number, initials


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
    settle_said_twice(reading, table, relations)
    if statuses:
        settle_statuses(reading, table, relations, answers)
    settle_other_side(reading, table, relations)
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
    """E-mail addresses, phone numbers, names, codes of a few letters and a number are one's however written."""
    if reading.form != "purchases" or customer.kind not in ("text", "category"):
        return
    text = f"CAST({quote(customer.name)} AS VARCHAR)"
    if is_email(customer):
        reading.customer_form, plain = "email", f"lower(trim({text}))"
    elif is_phone(customer):
        reading.customer_form, plain = "phone", f"right(regexp_replace({text}, '\\D', '', 'g'), 10)"
    elif _is_code(text, relations):
        reading.customer_form, plain = "code", f"upper(trim({text}))"
    elif _is_padded(text, relations):
        reading.customer_form, plain = "number", f"ltrim(trim({text}), '0')"
    elif _is_name(text, relations):
        reading.customer_form, plain = "name", _plain_name(text)
    else:
        return
    apart = int(relations.one(f"count(DISTINCT {text}) - count(DISTINCT {plain})"))
    if apart > 0:
        reading.tell(
            "{column}: {spellings} spellings are {customers} customers, since they differ only in capital letters, "
            "blanks, signs and leading zeros",
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


def _is_padded(text: str, relations: Relations) -> bool:
    """``000123`` beside ``123``: a spreadsheet takes the zeros before a number away, of some rows or files."""
    bare = f"ltrim(trim({text}), '0')"
    apart = relations.one(f"count(DISTINCT trim({text})) - count(DISTINCT {bare})")
    odd = relations.one(f"count_if({text} IS NOT NULL AND NOT regexp_full_match(trim({text}), '\\d+'))")
    return odd == 0 and apart >= max(_LEAST_PADDED, _PADDED * relations.one(f"count(DISTINCT {bare})"))


def _plain_name(text: str) -> str:
    return f"upper(regexp_replace(trim({text}), '\\s+', ' ', 'g'))"


def _is_name(text: str, relations: Relations) -> bool:
    """``Anna Adler`` beside ``ANNA  ADLER``: words of a language, whose capitals stand where capitals do."""
    if relations.one(f"count(DISTINCT {text}) - count(DISTINCT {_plain_name(text)})") <= 0:
        return False
    word = r"(\p{Lu}?\p{Ll}+|\p{Lu}+)"
    formed = f"regexp_full_match(trim({text}), '{word}([\\s.,''’&-]+{word})*[\\s.,]*')"
    return relations.one(f"count_if({text} IS NOT NULL AND NOT {formed})") <= _ODD_NAMES * relations.rows
