"""Who bought? Candidates for the customer with what speaks for and against each: words propose, structure vetoes."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field

from pipeline.contract import Joined, Message, Quantity
from pipeline.reading import Choice
from pipeline.understanding.evidence import (
    Profile,
    Relations,
    fits,
    is_email,
    is_phone,
    names_customer,
    plain_words,
    words,
)

_MARGIN = 2.0  # by which the best must lead, or the reading is asked for
_ID_WORDS = (
    r"\b(id|ids|no|nr|num|number|key|code|uid|guid|nummer|numero|uuid|unique)\b|(код|номер|ид)\b|№|\w(id|nr|nummer|no)$"
)
_CLOCK = re.compile(r"([01]?\d|2[0-3]) ?[:.hч] ?[0-5]\d( ?[:.m] ?[0-5]\d(\.\d+)?s?)?( ?[ap]\.? ?m\.?)?", re.IGNORECASE)
_LOOKED_AT = 200  # different values
_ONCE, _MOSTLY = 0.02, 0.9  # share of the cells that repeat an earlier one, and of those that are known
_OF_SEVERAL = (
    r"\b(first|last|latest|recent|next|orders|purchases|registered|joined|signup)\b|последн|перв|заказов|покупок"
)
_CARD_PART = r"type|brand|last|digits|expir|issuer|network|fingerprint|тип|вид|последн|цифр|срок|банк"


@dataclass(frozen=True)
class CustomerCandidate:
    """A column that may say who bought."""

    profile: Profile
    words: float  # what its header and the form of its cells say
    structure: float
    reasons: tuple[Message, ...]

    @property
    def name(self) -> str:
        """The column."""
        return self.profile.name

    @property
    def score(self) -> float:
        """Both together."""
        return self.words + self.structure

    @property
    def choice(self) -> Choice:
        """As the answer to a question."""
        return Choice(self.name, Message.of("{reasons}", reasons=Joined(self.reasons, "; ")))


@dataclass
class _Tally:
    score: float = 0.0
    reasons: list[Message] = field(default_factory=list)

    def add(self, points: float, text: str = "", **values: object) -> None:
        self.score += points
        if text:
            self.reasons.append(Message.of(text, **values))  # type: ignore[arg-type]


def worded(profile: Profile) -> float:
    """What header and cells say for a customer: 2 and more supports it, below 0 speaks against it."""
    score = 0.0
    if names_customer(profile.name):
        score += 4.0 if fits(_ID_WORDS, profile.name) or len(plain_words(profile.name).split()) == 1 else 3.0
        if fits(r"\bunique\b", profile.name):
            score += 0.5
        if fits(r"\bname\b|имя|наименован", profile.name):
            score -= 0.5
    elif is_email(profile):
        score += 3.5
    elif names_card(profile):
        score += 3.0
    elif is_phone(profile) or (fits(words.PHONE, profile.name) and profile.person > 0.5):
        score += 2.5
    elif _names_person(profile):
        score += 2.0
    elif fits(words.SIDE, profile.name) or fits(words.ITEM, profile.name) or fits(words.CATEGORY, profile.name):
        score -= 5.0
    elif fits(words.COMPANY, profile.name) and profile.kind in ("text", "category"):
        score += 1.5  # who bought where nobody else is named: of a person it is where she works
    elif fits(r"^(id|uid|key|code|ид|код)$", profile.name):
        score += 1.0
    elif fits(r"\bid$|\bид$", profile.name):
        score += 0.5
    if score <= 3.0 and (
        fits(words.ORDER, profile.name) or fits(words.ROW_NUMBER, profile.name) or fits(words.QUANTITY, profile.name)
    ):
        score -= 3.0
    return score


def names_card(profile: Profile) -> bool:
    """Whether the header names a customer's card, and not a part or a kind of one."""
    return fits(words.CARD, profile.name) and not fits(_CARD_PART, profile.name)


def _names_person(profile: Profile) -> bool:
    """Whether the header names a person or a contact of a company, or the cells are names under such a header."""
    contact = fits(words.CONTACT, profile.name) and profile.kind in ("text", "category")
    named = profile.person > 0.8 and fits(r"\bname\b|наименован", profile.name)
    return contact or named or fits(words.PERSON, profile.name)


def repeating(profile: Profile) -> bool:
    """Whether a column can be the customer of several lines."""
    return (profile.key_like or is_email(profile)) and profile.distinct >= 5 and profile.repeats > 0.02


def customers(
    table: Sequence[Profile], relations: Relations, order: str | None, days: Sequence[str]
) -> list[CustomerCandidate]:
    """Columns whose values repeat and that may be the customer, the likeliest first."""
    named = [profile for profile in table if repeating(profile) and profile.name != order]
    ranked = [_weighed(profile, relations, order, days) for profile in named if _possible(profile)]
    vetoed = -3.0  # by structure: whatever the header says, another column comes first
    return sorted(
        ranked,
        key=lambda candidate: (candidate.structure <= vetoed, -candidate.score, -candidate.profile.distinct),
    )


def once_each(table: Sequence[Profile], order: str | None, day: str | None, *, paid: bool) -> list[CustomerCandidate]:
    """The customer where nobody came twice: every row has an order, a day, money and a customer of its own."""
    number = next((profile for profile in table if profile.name == order), None)
    if number is None or number.repeats > _ONCE or day is None or not paid:
        return []
    if fits(_OF_SEVERAL, number.name) or fits(_OF_SEVERAL, day):
        return []
    named = [
        profile
        for profile in table
        if (names_customer(profile.name) or is_email(profile))
        and profile.key_like
        and profile.repeats <= _ONCE
        and profile.known >= _MOSTLY * profile.rows
        and profile.name != order
    ]
    best = max(named, key=worded, default=None)
    if best is None or worded(best) < 2.0:
        return []
    return [CustomerCandidate(best, worded(best), 0.0, (Message.of("the header names a customer"),))]


def _possible(profile: Profile) -> bool:
    """Numbers that are measures are no keys: they need a word, or whole values that look like numbers of something."""
    if profile.kind in ("number", "date", "flag") or is_clock(profile):
        return False
    if profile.kind == "integer" and not names_customer(profile.name) and _measures(profile.name):
        return False
    return not (
        profile.kind == "integer" and worded(profile) <= 0 and (profile.low or 0) <= 1 and profile.distinct < 50
    )


def is_clock(profile: Profile) -> bool:
    """Whether the cells are times of a day: 9:05, 14h32, 2:15 PM."""
    seen = profile.sample[:_LOOKED_AT]
    return bool(seen) and sum(_CLOCK.fullmatch(value.strip()) is not None for value in seen) > 0.9 * len(seen)


def _measures(name: str) -> bool:
    """Whether a header names an amount, a price, pieces, or how often something was seen."""
    patterns = (words.MONEY_LINE, words.MONEY_ORDER, words.PRICE, words.QUANTITY, words.TALLY)
    return any(fits(pattern, name) for pattern in patterns)


def _weighed(profile: Profile, relations: Relations, order: str | None, days: Sequence[str]) -> CustomerCandidate:
    tally = _Tally()
    said = worded(profile)
    if fits(words.ITEM, profile.name) and order is not None and relations.holds(order, profile.name):
        said = 0.0  # one order holds several things: whatever has one of them is none
    if said >= 2:
        how = "the cells are e-mail addresses" if profile.email > 0.5 else "the header names a customer"
        tally.add(0, how)
    tally.add(0, "{n} different values on {lines} lines", n=Quantity(profile.distinct), lines=Quantity(profile.known))
    if order is not None:
        _by_order(tally, profile, relations, order)
    if days:
        several = relations.per(profile.name, days[0])
        if several > 1.3:
            tally.add(0.5, "each comes on {n} days on average", n=Quantity(round(several, 1)))
        if relations.holds(profile.name, days[0]):
            tally.add(-4.0, "each comes on one day only, like an order")
    if profile.distinct < 20 or profile.distinct < 0.002 * profile.known:
        tally.add(-2.0, "few different values, like a category")
    return CustomerCandidate(profile, said, tally.score, tuple(tally.reasons))


def _by_order(tally: _Tally, profile: Profile, relations: Relations, order: str) -> None:
    lift = relations.lift(order, profile.name)
    if lift is None:
        return
    if lift >= 0.985:
        tally.add(3.0, "each {order} has just one of them", order=order)
    elif lift < 0.9:
        tally.add(-4.0, "some {order} have several of them", order=order)


def clear(ranked: Sequence[CustomerCandidate], relations: Relations) -> bool:
    """Whether the best candidate is supported by words, not contradicted by structure and far ahead of the rest.

    A column that tells the same customers apart (an e-mail address beside a number) is no rival.
    """
    if not ranked:
        return False
    best = ranked[0]
    alone = len(ranked) == 1 and best.words >= 1.0 and best.structure >= 0.5  # a bare "ID" that comes on several days
    if (best.words < 2.0 and not alone) or best.structure < -1.0:
        return False
    rivals = [
        candidate
        for candidate in ranked[1:]
        if candidate.words >= 2.0 and best.score - candidate.score < _MARGIN and not same(best, candidate, relations)
    ]
    return not rivals


def same(best: CustomerCandidate, other: CustomerCandidate, relations: Relations) -> bool:
    """Whether one of the two columns (nearly) follows from the other, and the best is the finer or the named one."""
    onward = relations.lift(best.name, other.name)
    back = relations.lift(other.name, best.name)
    both = onward is not None and back is not None and onward >= 0.95 and back >= 0.95
    finer = onward is not None and onward >= 0.985
    return both or finer
