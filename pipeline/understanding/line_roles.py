"""Lines of purchases: each role with the column that plays it, why, and what must be asked."""

from __future__ import annotations

from collections.abc import Sequence

from pipeline.contract import Joined, Message
from pipeline.errors import InputError
from pipeline.reading import ROW_ID, Choice, Question, quote
from pipeline.understanding import purchases as who
from pipeline.understanding.evidence import Profile, Relations, fits, words
from pipeline.understanding.purchases import (
    Amounts,
    DayCandidate,
    Found,
    ask_money,
    ask_namesakes,
    before_tax,
    beside_the_money,
    in_whole_units,
    known_profile,
    less_discount,
    less_given_back,
    money_of,
    once_an_order,
    order_worded,
    set_aside,
    settle_day,
)
from pipeline.understanding.roles import Answers, Money, Understanding
from pipeline.understanding.snapshots import snapshots

_NO_MONEY = "no column of money is used: segments know only how often and when customers bought"
_RATED = r"\b(ratings?|stars|score)\b|рейтинг|оценк|\bbewertung\b|\bnote\b"
_MOST_PARTS, _MANY_PARTS = 40, 20  # categories


def read_lines(
    reading: Understanding,
    table: Sequence[Profile],
    relations: Relations,
    given: Answers,
    order: str | None,
    day: str | None,
    dated: Sequence[DayCandidate],
    ranked: Sequence[who.CustomerCandidate],
    amounts: Amounts,
) -> None:
    """Write the roles of the columns of a table of lines into ``reading``."""
    reading.form, reading.order = "purchases", order
    _customer(reading, table, relations, given, ranked)
    _tell_order(reading, relations)
    settle_day(reading, table, dated, given, day, relations)
    taken = {name for name in (reading.customer, reading.order, reading.day) if name}
    reading.item = given.get("item") or _role(table, words.ITEM, taken, most=None)
    reading.category = given.get("category") or _category(table, taken | {reading.item or ""}, relations, reading)
    reading.channel = given.get("channel") or _role(table, words.CHANNEL, taken | {reading.category or ""}, most=20)
    _money(reading, table, relations, given, amounts)
    if reading.form == "purchases":
        snapshots(reading, table, relations, given)
    if reading.form == "purchases":
        _ask_order(reading, table, relations, given)
    set_aside(reading, table, relations, given)
    if reading.money and reading.form == "purchases" and not (reading.money.once_an_order or reading.order):
        who.refuse_groups(reading.money.sql, relations)
    beside = beside_the_money(table, reading.money.columns) if reading.money else []
    if beside:
        reading.tell("{columns}: neither added to the money nor taken off it", columns=Joined(tuple(beside)))


def _customer(
    reading: Understanding,
    table: Sequence[Profile],
    relations: Relations,
    given: Answers,
    ranked: Sequence[who.CustomerCandidate],
) -> None:
    chosen = given.get("customer")
    if chosen and chosen != ROW_ID:
        reading.customer = chosen
        reading.tell("who bought: {column}, as you answered", column=chosen)
        return
    likely = [
        candidate
        for candidate in ranked
        if candidate.words >= 1.0 or (candidate.structure >= 0.5 and candidate.words > -4.0)
    ]
    ranked = likely or (ranked if given.get("kind") == "purchases" else [])
    if not ranked:
        raise InputError.because(
            Message.of("no column says who bought"),
            expected=Message.of(
                "a column of customer numbers, card numbers or e-mail addresses that repeats when a customer buys again"
            ),
            found=Message.of(
                "lines of purchases with {columns}", columns=Joined(tuple(profile.name for profile in table[:15]))
            ),
            remedy=Message.of("export the orders with their customers, or name the column: --answer customer=COLUMN"),
        )
    ranked = who.guests_last(ranked, relations)
    best = ranked[0]
    reading.customer = best.name
    reading.tell("who bought: {column} ({reasons})", column=best.name, reasons=Joined(best.reasons, "; "))
    if not who.clear(ranked, relations):
        reading.questions.append(
            Question(
                "customer",
                Message.of("Which column says who bought?"),
                tuple(candidate.choice for candidate in ranked[:5]),
            )
        )
    spread = next(profile for profile in table if profile.name == best.name)
    if spread.repeats < 0.05:
        reading.tell("nearly every customer bought just once")


def _tell_order(reading: Understanding, relations: Relations) -> None:
    if reading.order is None:
        return
    customer = reading.customer or ""
    lift = relations.lift(reading.order, customer)
    if lift is not None and lift < 0.95:
        reading.tell(
            "some orders ({order}) belong to several customers ({customer}): such an order counts for each of them",
            order=reading.order,
            customer=customer,
        )
    reading.tell("order number: {column}", column=reading.order)


def _ask_order(reading: Understanding, table: Sequence[Profile], relations: Relations, given: Answers) -> None:
    """Where a header names an order and the values of its column are not orders, words and structure disagree."""
    asked = [question.choices[0].value for question in reading.questions if question.key == "money"]
    money = {*asked, *(reading.money.columns if reading.money and len(reading.money.columns) == 1 else ())}
    named = [
        profile
        for profile in table
        if order_worded(profile)
        and not fits(r"\b(orders|purchases|transactions)\b|заказов|чеков", profile.name)  # how many there were
        and profile.key_like
        and profile.distinct > 2
        and profile.name != reading.customer
        and profile.name not in money
    ]
    if given.get("order") or any(profile.name == reading.order for profile in named) or not named:
        return
    choices = [
        Choice(profile.name, Message.of("the header names an order, but one of them has several days or customers"))
        for profile in named[:3]
    ]
    parts = reading.customer is not None and relations.holds(named[0].name, reading.customer)
    if parts and not reading.order:  # several days, one customer
        paid = Message.of("each has one customer; some have several days, as where an order is paid in parts")
        choices[0] = Choice(named[0].name, paid)
    none = Choice("none", Message.of("no column: what one customer buys on one day is one order"))
    first = Choice(reading.order, Message.of("each has one day and one customer")) if reading.order else none
    choices.insert(1 if parts and not reading.order else 0, first)
    reading.questions.append(
        Question("order", Message.of("Which column tells what was bought together?"), tuple(choices))
    )


def _role(table: Sequence[Profile], pattern: str, taken: set[str], *, most: int | None) -> str | None:
    fitting = [
        profile
        for profile in table
        if profile.name not in taken
        and fits(pattern, profile.name)
        and profile.kind in ("category", "text", *(() if most else ("integer",)))
        and profile.distinct > 1
        and (most is None or profile.distinct <= most)
        and profile.known > 0.3 * profile.rows
        and not order_worded(profile)
        and not (profile.numeric and fits(words.QUANTITY, profile.name))
    ]
    return fitting[0].name if fitting else None


def _named_money(profile: Profile) -> bool:
    """A column that is named after money and holds no numbers that can be read (``1.2K``)."""
    return profile.kind == "text" and (fits(words.MONEY_LINE, profile.name) or fits(words.PRICE, profile.name))


def _category(table: Sequence[Profile], taken: set[str], relations: Relations, reading: Understanding) -> str | None:
    """A category of goods: named so, few values, and not a trait of the customer."""
    named = [
        profile
        for profile in table
        if profile.name not in taken
        and profile.kind in ("category", "text")
        and 2 <= profile.distinct <= _MOST_PARTS
        and fits(words.CATEGORY, profile.name)
        and not (reading.customer and relations.holds(reading.customer, profile.name))
    ]
    named.sort(key=lambda profile: (profile.distinct > _MANY_PARTS, fits("sub", profile.name)))
    return named[0].name if named else None


def _ask_rated(reading: Understanding, table: Sequence[Profile], given: Answers) -> bool:
    """Whether lines of a rating and no money are asked about: opinions look like purchases."""
    rated = next((profile for profile in table if profile.numeric and fits(_RATED, profile.name)), None)
    if rated is None or reading.order is not None or given.get("kind") is not None:
        return False
    reading.questions.append(
        Question(
            "kind",
            Message.of("No column is money, and {column} is a rating. Is each line a purchase?", column=rated.name),
            (Choice("purchases", Message.of("yes: it was bought by whoever rated it")),),
        )
    )
    return True


def _money(
    reading: Understanding, table: Sequence[Profile], relations: Relations, given: Answers, amounts: Amounts
) -> None:
    chosen = given.get("money")
    names = [profile.name for profile in table]
    if chosen is not None and chosen != "none":
        sql = quote(chosen) if chosen in names else chosen
        columns = tuple(name for name in names if name == chosen or quote(name) in sql)
        once = (
            chosen in names
            and reading.order is not None
            and once_an_order(known_profile(table, chosen), relations, reading.order)
        )
        stated = in_whole_units(Found(Money(sql, columns, once)))
        reading.money = stated.money
        reading.tell("money: {column}, as you answered", column=chosen)
        reading.told += stated.told
        return
    if chosen == "none":
        reading.tell(_NO_MONEY)
        return
    stated = before_tax(money_of(amounts, relations, reading.order, reading.item), table, relations)
    reading.money = stated.money
    reading.told += stated.told
    if stated.question is None:
        less_discount(reading, table, relations, given)
    less_given_back(reading, table, relations)
    question = stated.question or ask_namesakes(stated.money, table, relations)
    if question:
        reading.questions.append(question)
    if stated.money is None and not _ask_rated(reading, table, given):
        question = ask_money(reading, table, relations)
        if len(question.choices) > 1 or any(map(_named_money, table)):
            reading.questions.append(question)
        else:
            reading.tell(_NO_MONEY)
