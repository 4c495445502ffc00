"""The account of every line of purchases: as sentences, and as the rows of a table with lines, money and places."""

from __future__ import annotations

from collections.abc import Sequence

from dashapp.i18n import _, said
from dashapp.telling.wording import number
from pipeline.contract import (
    OTHER_CURRENCIES,
    LineAccount,
    LinesTally,
    Message,
    Quantity,
    account_in_words,
    finding_in_words,
)

_MOST_PLACES = 3


def account_sentences(account: LineAccount, currency: str) -> list[str]:
    """What the command line says of the lines, in the reader's language."""
    return [_sentence(said(sentence)) for sentence in account_in_words(account, currency)]


def finding_sentences(account: LineAccount, currency: str) -> list[str]:
    """What is odd about lines and was left as it is."""
    return [_sentence(said(finding_in_words(finding, currency))) for finding in account.findings]


def account_header(account: LineAccount) -> list[str]:
    """Titles of the columns of ``account_rows``."""
    money = [_("Money")] if account.money is not None else []
    places = [_("Where, for example")] if _has_places(account) else []
    return [_("What"), _("Lines"), *money, *places]


def account_rows(account: LineAccount, currency: str) -> list[list[str]]:
    """Lines read, used, returned, and set aside by each rule; the first is the sum of the others."""
    back = account.returns or LinesTally(lines=0, money=None if account.money is None else 0.0)
    bought = LinesTally(lines=account.used.lines - back.lines, money=account.used.money)
    read = LinesTally(lines=account.lines, money=account.money)
    parts: list[tuple[str, LinesTally, Sequence[str], str]] = [
        (_("Read"), read, (), "" if account.mixed else currency),
        (_("Used"), bought, (), currency),
    ]
    if back.lines:
        parts.append((_("Used: returns"), back, (), currency))
    for rule in account.aside:
        if rule.lines:
            sign = "" if str(rule.rule) == OTHER_CURRENCIES else currency
            parts.append((_("Set aside: {rule}", rule=rule.rule), rule, rule.places, sign))
    return [_row(account, *part) for part in parts]


def _row(account: LineAccount, label: str, tally: LinesTally, places: Sequence[str], currency: str) -> list[str]:
    money = [said(Message.of("{money}", money=Quantity(tally.money or 0.0, ",.2f", currency)))]
    more = " ..." if tally.lines > len(places) and places else ""
    return [
        label,
        number(tally.lines),
        *(money if account.money is not None else []),
        *([", ".join(places[:_MOST_PLACES]) + more or "–"] if _has_places(account) else []),
    ]


def _has_places(account: LineAccount) -> bool:
    return any(rule.places for rule in account.aside)


def _sentence(text: str) -> str:
    return f"{text[:1].upper()}{text[1:]}."
