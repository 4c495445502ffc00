"""What a draft calls columns, groups and those who have much or little of something, as messages."""

from __future__ import annotations

import re

from pipeline.contract import GroupMeaning, Meaning, Message
from pipeline.understanding import vocabulary as names

_PHRASES: dict[Meaning, tuple[Message, Message]] = {
    "spend": (Message.of("big spenders"), Message.of("light spenders")),
    "orders": (Message.of("frequent buyers"), Message.of("occasional buyers")),
    "average_cheque": (Message.of("large baskets"), Message.of("small baskets")),
    "recency": (Message.of("bought long ago"), Message.of("bought recently")),
    "tenure": (Message.of("long-standing"), Message.of("new")),
    "age": (Message.of("older"), Message.of("younger")),
    "income": (Message.of("high income"), Message.of("low income")),
    "children": (Message.of("more children at home"), Message.of("fewer children at home")),
    "household": (Message.of("large households"), Message.of("small households")),
}
_OF_ACTIVITY = Message.of("active long ago"), Message.of("recently active")
_OF_VISITS = Message.of("frequent visitors"), Message.of("occasional visitors")
_OF_DEEDS = Message.of("often active"), Message.of("seldom active")
_OF_GIFTS = Message.of("give much"), Message.of("give little")
TITLES: dict[GroupMeaning, Message] = {
    "categories": Message.of("Spend by category"),
    "channels": Message.of("Orders by channel"),
}
OF_LINES = {  # the columns that the query over lines of purchases names
    "orders": Message.of("Orders"),
    "spend": Message.of("Spend"),
    "returned": Message.of("Returned"),
    "recency": Message.of("Days since the last purchase"),
    "tenure": Message.of("Days since the first purchase"),
}
DERIVED: dict[Meaning, Message] = {
    "orders": Message.of("Orders"),
    "spend": Message.of("Spend"),
    "average_cheque": Message.of("Average cheque"),
    "recency": Message.of("Recency"),
    "tenure": Message.of("Tenure"),
    "age": Message.of("Age"),
}


def phrases(meaning: Meaning | None, name: str) -> tuple[Message, Message] | None:
    """Those who have much and little of a column: nobody is told to buy where the header names something else."""
    if meaning in ("recency", "orders") and not names.fits(names.BUYING, name):
        if meaning == "recency" and names.fits(names.DEEDS, name):
            return _OF_ACTIVITY
        if meaning == "orders" and names.fits(names.VISITS, name):
            return _OF_VISITS
        if meaning == "orders" and names.fits(names.DEEDS, name):
            return _OF_DEEDS
    if meaning == "spend" and names.fits(names.GIFTS, name):
        return _OF_GIFTS
    return _PHRASES.get(meaning) if meaning else None


def label_of(name: str) -> str:
    """A column's name as a reader would write it."""
    words = re.sub(r"(?<=[a-zа-яё])[A-ZА-ЯЁ](?=[a-zа-яё])", lambda capital: f" {capital[0].lower()}", name)
    spaced = re.sub(r"(?<=[a-zа-яё])(?=[A-ZА-ЯЁ])", " ", words).replace("_", " ").strip()
    return spaced[:1].upper() + spaced[1:]
