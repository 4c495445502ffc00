"""Money that no header names: which columns may be it, to be asked."""

from __future__ import annotations

from collections.abc import Sequence

from pipeline.contract import Message, Quantity
from pipeline.reading import Choice, Question, quote
from pipeline.understanding.evidence import Profile, Relations, fits, words
from pipeline.understanding.roles import Money, Understanding


def ask_money(reading: Understanding, table: Sequence[Profile], relations: Relations) -> Question:
    """Which column is the money, where no header says it: amounts with decimals first, or price times quantity."""
    taken = {reading.customer, reading.order, reading.item}
    numbers = [
        profile
        for profile in table
        if profile.numeric and profile.name not in taken and not profile.empty and not _numbers_things(profile)
    ]
    others = [profile for profile in numbers if not fits(words.QUANTITY, profile.name)] or numbers
    others.sort(key=lambda profile: (not profile.fractions, profile.unique, -profile.distinct))
    choices = [
        Choice(
            profile.name,
            Message.of(
                "numbers from {low} to {high}", low=Quantity(profile.low or 0), high=Quantity(profile.high or 0)
            ),
        )
        for profile in others[:4]
    ]
    product = _product(table, numbers, relations)
    if product:
        price, pieces = product
        sql = f"{quote(price)} * {quote(pieces)}"
        evidence = Message.of(
            "{price} times {quantity}: the same product always has the same {price}", price=price, quantity=pieces
        )
        choices.insert(0, Choice(sql, evidence))
    if choices and reading.money is None:
        first = choices[0].value
        names = tuple(profile.name for profile in numbers if first == profile.name or quote(profile.name) in first)
        reading.money = Money(first if product else quote(first), names)
    none = Choice("none", Message.of("segments will know only how often and when customers bought"))
    return Question(
        "money",
        Message.of("No header says which column is the money that was paid. Which one is it?"),
        (*choices, none),
    )


def _numbers_things(profile: Profile) -> bool:
    """Whether a header names what is no money: numbers that tell things apart, points, lengths of time and way."""
    if fits(words.OTHER_MEASURES, profile.name):
        return True
    named = r"\b(id|ids|code|key|nr|no|uid|zip|gtin|ean|lat|lon|lng)\b|\w(id|nr)$|инн\b|\bкод\b|номер|№"
    return fits(named, profile.name)


def _product(table: Sequence[Profile], numbers: Sequence[Profile], relations: Relations) -> tuple[str, str] | None:
    """A price and its pieces: a price belongs to a thing, pieces are few and whole."""
    things = [profile.name for profile in table if profile.kind in ("text", "category") and profile.repeats > 0.5]
    pieces = [
        profile.name
        for profile in numbers
        if profile.kind == "integer"
        and profile.distinct <= 50
        and (profile.low or 0) >= 0
        and (profile.high or 0) <= 1000
    ]
    for price in numbers:
        if price.fractions and pieces and any(relations.holds(thing, price.name) for thing in things):
            return price.name, pieces[0]
    return None
