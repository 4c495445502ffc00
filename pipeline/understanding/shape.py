"""What a row is: a line of a purchase, a customer, a customer in a month, or another kind of thing."""

from __future__ import annotations

from collections.abc import Sequence

from pipeline.contract import Joined, Message
from pipeline.errors import InputError
from pipeline.reading import ROW_ID, Choice, Question
from pipeline.understanding import purchases as who
from pipeline.understanding.evidence import Profile, fits, is_email, names_customer, words
from pipeline.understanding.evidence import vocabulary as names
from pipeline.understanding.purchases import Amounts, order_worded
from pipeline.understanding.roles import Answers, Understanding

_ANSWERED = r"\b(timestamp|submitted|submission|answered|completed|start|end|zeitstempel|horodateur)\b|отметка времени"


def is_lines(
    table: Sequence[Profile],
    ranked: Sequence[who.CustomerCandidate],
    order: str | None,
    day: str | None,
    amounts: Amounts,
    given: Answers,
) -> bool:
    """Whether a row is a line of a purchase (or a customer at one time) and not a customer."""
    kind = given.get("kind")
    if kind in ("customers", "purchases"):
        return kind == "purchases"
    if given.get("customer") == ROW_ID:
        return False
    supported = [candidate for candidate in ranked if candidate.words >= 2.0 and candidate.structure > -4.0]
    unique = [profile for profile in table if _one_row_each(profile)]
    goods = any(fits(words.ITEM, profile.name) for profile in table) or bool(amounts.quantities) or bool(amounts.prices)
    event = (day is not None and (amounts.any or order is not None)) or (order is not None and (amounts.any or goods))
    ids = [candidate for candidate in supported if not _only_a_name(candidate.profile)]
    if unique:  # beside a customer a row, a column of a handful of values describes her
        ids = [candidate for candidate in ids if candidate.profile.distinct > 0.02 * candidate.profile.rows]
    if unique and not ids:
        return False
    if ids and ids[0].profile.repeats > 0.1:
        return not unique or event
    if ids:  # hardly anybody comes twice
        return event
    if supported and event:  # by a person's name alone
        return not (_about_customers(table) and _known_by_itself(table))
    silent = day is not None and bool(ranked) and ranked[0].structure >= 0.5 and any(map(_fractional, table))
    return not unique and (event or silent) and not (_about_customers(table) and not _comes_back(ranked))


def _comes_back(ranked: Sequence[who.CustomerCandidate]) -> bool:
    """Whether texts or numbers of something repeat on several days, as customers do whatever describes them beside."""
    if not ranked or ranked[0].structure < 0.5 or ranked[0].words <= -4.0:
        return False
    profile = ranked[0].profile
    return profile.repeats > 0.3 and (profile.kind == "text" or names.fits(names.ID, profile.name))


def _fractional(profile: Profile) -> bool:
    return profile.kind == "number"


def _one_row_each(profile: Profile) -> bool:
    """A column that names customers, their cards or addresses, and (nearly) never repeats."""
    return (
        (names_customer(profile.name) or who.names_card(profile) or is_email(profile))
        and profile.key_like
        and profile.repeats <= 0.02
        and profile.known >= 0.9 * profile.rows
    )


def _known_by_itself(table: Sequence[Profile]) -> bool:
    """Whether every row has an address or a number of its own, as a table of customers has."""
    return any(profile.unique and (is_email(profile) or names.fits(names.ID, profile.name)) for profile in table)


def _only_a_name(profile: Profile) -> bool:
    return not names_customer(profile.name) and not is_email(profile) and who.worded(profile) < 3.0


def _about_customers(table: Sequence[Profile]) -> list[str]:
    """Columns that only a table of people or of their behaviour has: age, income, recency, orders and spend."""
    meanings: dict[str, str] = {}
    for profile in table:
        meaning = names.meaning_of(profile.name)
        counted = profile.numeric or meaning == "recency" or meaning not in names.SUMMARY
        if meaning and counted and not profile.empty:
            meanings.setdefault(meaning, profile.name)
    people = [name for meaning, name in meanings.items() if meaning in names.DEMOGRAPHIC - {"region"}]
    summary = [name for meaning, name in meanings.items() if meaning in names.SUMMARY]
    born = [profile.name for profile in table if names.fits(names.BIRTH, profile.name)]
    goods = [profile.name for profile in table if profile.numeric and names.fits(names.PRODUCTS, profile.name)]
    told = people + born
    if len(summary) >= 2:
        told += summary
    if len(goods) >= 3:
        told += goods
    return told


def settle_customers(
    reading: Understanding,
    table: Sequence[Profile],
    given: Answers,
    ranked: Sequence[who.CustomerCandidate],
) -> None:
    """One row a customer: who is she, and are the rows customers at all?"""
    reading.form = "customers"
    chosen = given.get("customer")
    if chosen:
        reading.customer = None if chosen == ROW_ID else chosen
        if reading.customer:
            reading.tell("who bought: {column}, as you answered", column=chosen)
        else:
            reading.tell("every row is a customer of its own, known by the line, as you answered")
        return
    keys = _keys(table)
    named = [profile for profile in keys if names_customer(profile.name)]
    people = _about_customers(table)
    other = _other_things(table, keys, named) or ([] if keys else _weights(table) + _dated(table))
    reading.customer = next((profile.name for profile in (*named, *keys)), None)
    spoilt = _spoilt(table)
    for name in spoilt:
        reading.tell(
            "{column} was spoilt by a spreadsheet (1.23E+12: digits lost) and tells nobody apart: export it as text",
            column=name,
        )
    if given.get("kind") == "customers":
        reading.tell("one row a customer, as you answered")
        return
    rivals = [candidate for candidate in ranked if candidate.words >= 2.0 and candidate.profile.repeats > 0.02]
    if not named and rivals and not _only_a_name(rivals[0].profile):
        _ask_repeating(reading, rivals)
        return
    if spoilt and not named:
        _ask_spoilt(reading, spoilt[0])
        return
    if other or not (named or people or any(is_email(profile) for profile in keys)):
        _ask_kind(reading, table, other, ranked)
        return
    if reading.customer:
        reading.tell("one row a customer, known by {column}", column=reading.customer)
    else:
        reading.tell("one row a customer, known only by the line: no column tells customers apart")


def written_several_times(reading: Understanding, customer: who.CustomerCandidate) -> None:
    """Customers whose rows repeat in every cell: one of each is used."""
    reading.form, reading.customer = "customers", customer.name
    reading.tell("one row a customer, known by {column}", column=customer.name)
    reading.tell("some customers are written several times, the same in every cell: each counts once")


def _keys(table: Sequence[Profile]) -> list[Profile]:
    """Columns that tell rows apart, those named after customers first, row numbers last."""
    keys = [
        profile
        for profile in table
        if profile.kind in ("integer", "text", "category")
        and profile.distinct > 1
        and profile.repeats <= (0.1 if names_customer(profile.name) or names.fits(names.ID, profile.name) else 0.0)
        and profile.known >= 0.9 * profile.rows
        and not _measure(profile)
    ]
    return sorted(
        keys,
        key=lambda profile: (
            not (names_customer(profile.name) and not fits(r"\bname\b|имя", profile.name)),
            not names.fits(names.ID, profile.name),
            fits(words.ROW_NUMBER, profile.name),
            fits(words.PERSON, profile.name),
            is_email(profile) or profile.phone > 0.5,
            profile.kind == "text" and profile.person > 0.5,
        ),
    )


def _measure(profile: Profile) -> bool:
    """A unique integer is a key only if it does not look like a quantity: keys are named, dense or of one length."""
    if names_customer(profile.name) or names.fits(names.ID, profile.name) or profile.kind != "integer":
        return False
    if names.meaning_of(profile.name) is not None or profile.low is None or profile.high is None:
        return True
    dense = profile.high - profile.low < 3 * profile.rows
    return not dense and len(f"{profile.low:.0f}") != len(f"{profile.high:.0f}")


def _other_things(table: Sequence[Profile], keys: Sequence[Profile], named: Sequence[Profile]) -> list[str]:
    """Columns that say that the rows are no customers: employees, patients, products, houses."""
    if named:
        return []
    daily = [profile.name for profile in table if profile.kind == "date" and profile.unique]
    if daily:
        return daily  # one row a day
    things = [profile.name for profile in keys if fits(words.OTHER_THINGS, profile.name)]
    signs = [profile.name for profile in table if fits(words.OTHER_SIGNS, profile.name)]
    goods = [
        profile.name
        for profile in table
        if fits(words.ITEM, profile.name) or (fits(words.PRICE, profile.name) and profile.numeric)
    ]
    orders = [profile.name for profile in keys if order_worded(profile)]
    if things or orders:
        return things + orders + signs
    return signs if len(signs) >= 2 else goods if len(goods) >= 2 and not _about_customers(table) else []


def _weights(table: Sequence[Profile]) -> list[str]:
    """Columns that say how many customers a row stands for, in a table that tells nobody apart."""
    return [profile.name for profile in table if profile.kind == "integer" and fits(words.WEIGHTS, profile.name)]


def _dated(table: Sequence[Profile]) -> list[str]:
    """Days of something else than birth, joining or an answer to a survey, in a table that tells nobody apart."""
    of_people = rf"{names.BIRTH}|{names.JOINED}|{names.LAST}|{_ANSWERED}"
    return [
        profile.name
        for profile in table
        if profile.kind == "date" and profile.distinct > 1 and not names.fits(of_people, profile.name)
    ]


def _spoilt(table: Sequence[Profile]) -> list[str]:
    """Columns of numbers that a spreadsheet rounded: named like an id, huge, and all alike."""
    return [
        profile.name
        for profile in table
        if profile.kind in ("integer", "number", "category", "text")
        and (names_customer(profile.name) or names.fits(names.ID, profile.name) or fits(words.CARD, profile.name))
        and profile.distinct < 0.2 * profile.known
        and ((profile.high or 0) >= 1e11 or any("E+" in value.upper() for value in profile.sample[:20]))
    ]


def _ask_spoilt(reading: Understanding, column: str) -> None:
    reading.customer = None
    reading.questions.append(
        Question(
            "customer",
            Message.of(
                "{column} no longer tells customers apart. Is each row a customer, known by its line?", column=column
            ),
            (Choice(ROW_ID, Message.of("yes: lists of customers will hold line numbers of this very file")),),
        )
    )


def _ask_repeating(reading: Understanding, rivals: Sequence[who.CustomerCandidate]) -> None:
    reading.customer = rivals[0].name
    reading.form = "purchases"
    reading.questions.append(
        Question(
            "customer",
            Message.of(
                "Several rows seem to be one customer, but none says when or for how much. Who is the customer?"
            ),
            (
                *(candidate.choice for candidate in rivals[:3]),
                Choice(ROW_ID, Message.of("every row is a customer of its own")),
            ),
        )
    )


def _ask_kind(
    reading: Understanding, table: Sequence[Profile], other: Sequence[str], ranked: Sequence[who.CustomerCandidate]
) -> None:
    measures = {profile.name for profile in table if profile.numeric or profile.kind == "flag"}
    comers = {candidate.name for candidate in ranked}
    visits = bool(comers) and measures <= comers and any(profile.kind == "date" for profile in table)
    if visits:
        _ask_visits(reading, ranked[0])
        return
    if not measures:
        raise InputError.because(
            Message.of("no column of which segments could be made"),
            expected=Message.of("numbers that describe what customers do: orders, spend, visits"),
            found=Message.of("{columns}", columns=Joined(tuple(profile.name for profile in table[:10]))),
            remedy=Message.of("add such columns, or give a table of purchases"),
        )
    seen = (
        Message.of("Columns such as {columns} speak of other things than customers", columns=Joined(tuple(other[:6])))
        if other
        else Message.of("No column names a customer or a person")
    )
    reading.questions.append(
        Question(
            "kind",
            Message.of("{seen}. Is each row a customer?", seen=seen),
            (
                Choice("customers", Message.of("each row is one customer")),
                Choice("purchases", Message.of("a row is a purchase or one item of it")),
            ),
        )
    )


def _ask_visits(reading: Understanding, comer: who.CustomerCandidate) -> None:
    """Days and a number that repeats, and nothing else: purchases or visits, if they are of people at all."""
    reading.form, reading.customer = "purchases", comer.name
    reading.questions.append(
        Question(
            "kind",
            Message.of(
                "No column names a customer, and none says for how much. Is {column} who came or bought on that day?",
                column=comer.name,
            ),
            (
                Choice(
                    "purchases",
                    Message.of("yes: each row is a purchase or a visit ({choice})", choice=comer.choice.evidence),
                ),
            ),
        )
    )
