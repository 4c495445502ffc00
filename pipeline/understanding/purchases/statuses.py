"""Columns that say what became of a purchase: statuses, kinds of documents, marks of cancelled lines."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace

from pipeline.contract import Joined, Message, Own, Quantity
from pipeline.reading import Choice, Question, literal, quote
from pipeline.understanding.evidence import Profile, Relations, fits, words
from pipeline.understanding.purchases.paid.taken_off import never_paid
from pipeline.understanding.purchases.status_words import (
    DONE,
    DONE_BY_NAME,
    ENDED,
    GONE,
    GONE_BY_NAME,
    LASTS_UNTIL,
    LOOKED,
    MEMBERSHIP,
    NO,
    NO_STATUS,
    PAYMENT,
    PENDING,
    REFUND_BY_NAME,
    RETURNED,
    YES,
    is_one,
    plain_value,
)
from pipeline.understanding.roles import Answers, Aside, Money, Understanding

_MOST_GONE = 0.8  # share of the lines that can be cancelled; a column that marks more marks something else
_MOST_GONE_BY_DAY = 0.5  # the same for days: most of what is lent comes back
_MOST_KINDS = 30  # values of a status or a kind of document
_MOST_STATUSES = 12  # of which none is known
_MOSTLY = 0.7  # share of the values that are known, for a column that is not called a status
_NETTED = 0.95  # share of the lines of a status on which something was given back
_NEGATED = r"^(not|no|non|nicht|kein\w*|nie|не|ні|немає) "
_STAGE = r"stage|phase|стади|этап"  # of a deal, which is no purchase before it is won
_SOME = 0.02  # share of the lines from which statuses that nobody knows are asked about
_COMMON = 0.6  # share of the lines of a status that is likely the one of purchases


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


def settle_statuses(reading: Understanding, table: Sequence[Profile], relations: Relations, answers: Answers) -> None:
    """Leave out lines that columns of statuses and of marks say are no purchases; ask where nobody knows the words."""
    known, others = False, list[tuple[Profile, list[str]]]()
    lasting = any(profile.kind == "date" and fits(LASTS_UNTIL, profile.name) for profile in table)
    paid_for = any(fits(words.STATUS, profile.name) and fits(PAYMENT, profile.name) for profile in table)
    lasting = lasting and any(fits(MEMBERSHIP, profile.name) for profile in table)
    for profile in (_in_words(profile, relations) for profile in table):
        if profile.kind not in ("category", "flag", "text") or profile.distinct > _MOST_KINDS or not profile.sample:
            continue
        named = fits(words.STATUS, profile.name) or fits(words.KIND_OF_LINE, profile.name)
        out = rf"{GONE}|{LOOKED}" if fits(words.KIND_OF_LINE, profile.name) else GONE
        over = rf"{DONE}|{ENDED}" if lasting else DONE
        if paid_for and not fits(PAYMENT, profile.name):
            over = rf"{over}|{PENDING}"
        done = [value for value in profile.sample if is_one(over, value)]
        gone = [value for value in profile.sample if is_one(out, value) and value not in done]
        mostly = bool(done) and len(gone) + len(done) >= _MOSTLY * len(profile.sample)
        if gone and (named or mostly):
            known = True
            _one_status(reading, profile, gone, done, table, relations, answers)
        elif not gone and _may_be_status(reading, profile, relations):
            others.append((profile, done))
    for profile, done in others[: 0 if known else 1]:
        _one_status(reading, profile, [], done, table, relations, answers)
    _marks(reading, table, relations)
    _refund_flags(reading, table, relations, answers)


def _in_words(profile: Profile, relations: Relations) -> Profile:
    """A status in numbers (1, 2, 9) as the words that they stand for."""
    counted = profile.kind == "integer" or (profile.kind == "flag" and not profile.sample)
    if not counted or not 2 <= profile.distinct <= _MOST_STATUSES or not fits(words.STATUS, profile.name):
        return profile
    lines = _whole(lines_by_value(relations, profile.name))
    values = sorted(lines, key=lambda value: (-lines[value], value))
    return replace(
        profile, kind="category", sample=tuple(values), top=values[0], top_share=lines[values[0]] / profile.known
    )


def _whole(lines: Mapping[str, int]) -> dict[str, int]:
    return {value.removesuffix(".0"): number for value, number in lines.items()}


def _may_be_status(reading: Understanding, profile: Profile, relations: Relations) -> bool:
    """Whether a header names a status and its few words describe neither the customer nor what she bought."""
    if not fits(words.STATUS, profile.name) or fits(NO_STATUS, profile.name) or reading.form != "purchases":
        return False
    if profile.kind != "category" or not 2 <= profile.distinct <= _MOST_STATUSES:
        return False
    described = [name for name in (reading.customer, reading.item, reading.category) if name]
    return not any(relations.holds(name, profile.name) for name in described)


def _marks(reading: Understanding, table: Sequence[Profile], relations: Relations) -> None:
    """Columns that say of each line whether it was cancelled, or paid: yes and no, a sign, the day on which it was."""
    for profile in table:
        if profile.name in (reading.day, reading.order, reading.customer):
            continue
        sql = _marked(profile)
        marked = int(relations.one(f"count_if(coalesce({sql}, false))")) if sql else 0
        if not 0 < marked < (_MOST_GONE_BY_DAY if profile.kind == "date" else _MOST_GONE) * profile.rows:
            continue
        reading.aside.append(Aside("not completed", sql, "cancelled"))
        reading.count(
            "{n} line does not count: {column} marks it as cancelled, given back or not paid",
            "{n} lines do not count: {column} marks them as cancelled, given back or not paid",
            marked,
            column=profile.name,
        )


def _refund_flags(reading: Understanding, table: Sequence[Profile], relations: Relations, answers: Answers) -> None:
    """Ask what a flag of refunds means whose lines have no sign: money given back, or a purchase that was undone."""
    for profile in table:
        flagged = profile.kind == "flag" or (profile.distinct == 2 and _all_in(profile, YES | NO))
        money = reading.money
        if not flagged or money is None or not fits(REFUND_BY_NAME, profile.name):
            continue
        sql = f"lower(trim(CAST({quote(profile.name)} AS VARCHAR))) IN ({', '.join(map(literal, sorted(YES)))})"
        lines = int(relations.one(f"count_if({sql})"))
        if not lines or relations.one(f"count_if({sql} AND {money.sql} < 0)"):
            continue
        if answers.get("refund") == "undone":
            reading.aside.append(Aside("not completed", sql, "cancelled"))
        elif answers.get("refund") == "back":
            turned = f"CASE WHEN {sql} THEN -abs({money.sql}) ELSE {money.sql} END"
            reading.money = Money(turned, money.columns, money.once_an_order)
            reading.returns = f"{reading.returns} OR {sql}" if reading.returns else sql
        else:
            reading.questions.append(_ask_refund(profile, lines))
        return


def _ask_refund(profile: Profile, lines: int) -> Question:
    return Question(
        "refund",
        Message.counted(
            "{column} marks {n} line as a refund, and its amount has no sign. What is it?",
            "{column} marks {n} lines as refunds, and their amounts have no sign. What are they?",
            lines,
            column=profile.name,
        ),
        (
            Choice("back", Message.of("money given back for another line: it is taken off")),
            Choice("undone", Message.of("purchases that were undone: they do not count")),
        ),
    )


def _marked(profile: Profile) -> str:
    """SQL of the lines that a column's header and cells mark as no purchases; empty where it marks none."""
    gone, done = fits(GONE_BY_NAME, profile.name), fits(DONE_BY_NAME, profile.name)
    name = quote(profile.name)
    if profile.kind == "date" or (gone and profile.distinct == 1 and profile.kind in ("category", "text")):
        return f"{name} IS NOT NULL" if gone and (profile.kind == "date" or _all_in(profile, YES)) else ""
    if gone and profile.kind in ("category", "text") and not _all_in(profile, YES | NO):
        marks = [value for value in profile.sample if not re.match(_NEGATED, plain_value(value))]
        told = 0 < len(marks) < len(profile.sample) and all(fits(GONE_BY_NAME, value) for value in profile.sample)
        return is_one_of(profile.name, marks) if told else ""
    if profile.kind != "flag" and not (profile.distinct == 2 and _all_in(profile, YES | NO)):
        return ""
    marks = sorted(YES if gone else NO) if gone or done else []
    return f"lower(trim(CAST({name} AS VARCHAR))) IN ({', '.join(map(literal, marks))})" if marks else ""


def _all_in(profile: Profile, known: frozenset[str]) -> bool:
    return bool(profile.sample) and {value.strip().lower() for value in profile.sample} <= known


def _one_status(
    reading: Understanding,
    profile: Profile,
    gone: Sequence[str],
    done: Sequence[str],
    table: Sequence[Profile],
    relations: Relations,
    answers: Answers,
) -> None:
    counted = lines_by_value(relations, profile.name)
    counted = counted if set(profile.sample) & set(counted) else _whole(counted)
    returned = [
        value
        for value in gone
        if re.match(RETURNED, plain_value(value)) and _negative(reading, profile, value, relations)
    ]
    returned += _documents_of_returns(reading, profile, [value for value in gone if value not in returned], done)
    netted = [
        value for value in profile.sample if value not in returned and _is_netted(reading, profile, value, relations)
    ]
    out = [value for value in gone if value not in (*returned, *netted)]
    unknown = [value for value in profile.sample if value not in (*gone, *done, *netted)]
    free = [value for value in unknown if done and _brings_nothing(reading, profile, value, relations)]
    unpaid = never_paid(profile, [*done, *unknown], table, relations)
    free += [value for value in unpaid if value not in free]
    out, unknown = [*out, *free], [value for value in unknown if value not in free]
    chosen = answers.get("status")
    kept = _chosen(chosen, profile.sample) if chosen is not None else set[str]()
    if kept & {value.strip() for value in profile.sample}:  # of two statuses the one that was asked about
        out = [value for value in profile.sample if value not in (*kept, *returned, *netted)]
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
    if unknown and told and chosen is None and left <= _SOME * profile.known:
        listed = tuple(Message.of("{value} {n}", value=Own(word), n=Quantity(counted.get(word, 0))) for word in unknown)
        reading.tell(
            "lines count though nobody knows the word in {column}: {values}", column=profile.name, values=Joined(listed)
        )
    elif unknown and told and chosen is None:
        counting = [value for value in profile.sample if value not in out and value not in returned]
        reading.questions.append(_ask_status(profile, counting, out, done))


def _chosen(answer: str, values: Sequence[str]) -> set[str]:
    """The statuses that an answer lists, parted by commas, which a status may have in it as well."""
    parts, kept = answer.split(","), set[str]()
    known = {value.strip() for value in values}
    while parts:
        lengths = range(len(parts), 1, -1)
        length = next((n for n in lengths if ",".join(parts[:n]).strip() in known), 1)
        kept.add(",".join(parts[:length]).strip())
        parts = parts[length:]
    return kept


def _ask_status(profile: Profile, counting: Sequence[str], out: Sequence[str], done: Sequence[str]) -> Question:
    """Which statuses count, where some are known to nobody; where none is known, the commonest is likely the one."""
    every = Message.of("all but {values}", values=Joined(tuple(map(Own, out)))) if out else Message.of("all of them")
    sure = Choice(",".join(done), Message.of("only those that are surely completed"))
    commonest = Choice(
        profile.top, Message.of("the commonest: {share} % of the lines", share=Quantity(round(100 * profile.top_share)))
    )
    choices = [Choice(",".join(counting), every), *([sure] if done else [commonest])]
    if (done and fits(_STAGE, profile.name)) or (not (out or done) and profile.top_share >= _COMMON):
        choices.reverse()
    return Question(
        "status",
        Message.of("Which values of {column} are purchases that count?", column=profile.name),
        tuple(choices),
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


def _brings_nothing(reading: Understanding, profile: Profile, value: str, relations: Relations) -> bool:
    """Whether no line of a value has any money: what became of it was no purchase."""
    if reading.money is None or reading.money.once_an_order:
        return False
    sql = f"coalesce(sum(CASE WHEN {quote(profile.name)} = {literal(value)} THEN abs({reading.money.sql}) END), 0)"
    return relations.one(sql) == 0


def _is_netted(reading: Understanding, profile: Profile, value: str, relations: Relations) -> bool:
    """Whether what was given back on the lines of a value is taken off the money already."""
    money = reading.money
    back = [column for column in money.columns if fits(words.GIVEN_BACK, column)] if money else []
    if not back or not re.match(rf"{RETURNED}|^partially ", plain_value(value)):
        return False
    of_value = f"{quote(profile.name)} = {literal(value)}"
    lines = relations.one(f"count_if({of_value})")
    return relations.one(f"count_if({of_value} AND abs(coalesce({quote(back[0])}, 0)) > 0)") >= _NETTED * lines


def _negative(reading: Understanding, profile: Profile, value: str, relations: Relations) -> bool:
    """Whether lines of a value lower the money by themselves: a return, which counts against what was bought."""
    if reading.money is None:
        return False
    sql = f"sum(CASE WHEN {quote(profile.name)} = {literal(value)} THEN {reading.money.sql} END)"
    return relations.one(sql) < 0
