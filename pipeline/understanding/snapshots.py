"""Customers at several times: a customer's row in every month, of which the latest is the customer."""

from __future__ import annotations

from collections.abc import Sequence

from pipeline.contract import Quantity
from pipeline.reading import quote
from pipeline.understanding.evidence import Profile, Relations, fits
from pipeline.understanding.evidence import vocabulary as names
from pipeline.understanding.roles import Answers, Understanding

_STANDING = names.SUMMARY | names.DEMOGRAPHIC  # what is known of a customer at a time


def snapshots(reading: Understanding, table: Sequence[Profile], relations: Relations, given: Answers) -> None:
    """A customer in every month, with what was known then: the latest is the customer."""
    if reading.order is not None or reading.item is not None or reading.customer is None:
        return
    period = _period(table, relations, reading.customer)
    if period is None:
        return
    measures = [
        profile
        for profile in table
        if profile.numeric and not names.fits(names.ID, profile.name) and profile.name not in (period, reading.customer)
    ]
    standing = [
        profile
        for profile in measures
        if names.meaning_of(profile.name) in _STANDING or fits(r"days|balance|score|остат|since", profile.name)
    ]
    if len(standing) < 2 and given.get("kind") != "snapshots":
        return
    several = relations.rows / max(1.0, relations.one(f"count(DISTINCT {quote(reading.customer)})"))
    reading.form, reading.period, reading.day = "snapshots", period, None
    reading.money = None
    reading.questions = [question for question in reading.questions if question.key not in ("money", "day")]
    reading.told = [message for message in reading.told if not message.id.startswith(("money", "no column says when"))]
    reading.tell(
        "each {customer} comes {n} times on average, once for each {period}: only the latest row of a customer is used",
        customer=reading.customer,
        n=Quantity(round(several, 1)),
        period=period,
    )


def _period(table: Sequence[Profile], relations: Relations, customer: str) -> str | None:
    """A column of times with a customer's row at (nearly) each of them."""
    for profile in table:
        timely = profile.kind == "date" or fits(
            r"\b(month|period|quarter|year|week|snapshot)\b|месяц|период|квартал|год\b|срез", profile.name
        )
        if not timely or not 2 <= profile.distinct <= 120 or profile.known < profile.rows:
            continue
        pairs = relations.one(f"count(DISTINCT hash({quote(customer)}, {quote(profile.name)}))")
        people = relations.one(f"count(DISTINCT {quote(customer)})")
        if pairs >= 0.999 * relations.rows and relations.rows >= 0.7 * people * profile.distinct:
            return profile.name
    return None
