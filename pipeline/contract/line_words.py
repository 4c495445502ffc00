"""The account of lines in sentences, for the terminal, the draft, the dashboard and the report alike."""

from __future__ import annotations

from collections.abc import Iterator

from pipeline.contract.ledger import OTHER_CURRENCIES, LineAccount, LineFinding, LinesSetAside, LinesTally
from pipeline.contract.messages import Day, Joined, Message, Own, Quantity, Value, own

MOST_FINDINGS = 5


def account_in_words(account: LineAccount, currency: str = "") -> tuple[Message, ...]:
    """What was read and used, what each rule set aside, and what is odd; places instead of values, but for kept ids."""
    if not account.declared:
        return (*_by_customer(account), *_findings(account, currency))
    return (
        _read(account, currency),
        _used(account),
        *(set_aside_in_words(rule, account, currency) for rule in account.aside if rule.lines),
        *_findings(account, currency),
    )


def set_aside_in_words(rule: LinesSetAside, account: LineAccount, currency: str = "") -> Message:
    """What one rule took out of all lines and all money, and where the first of it stands."""
    values: dict[str, Value] = {"lines": _count(account.lines), "rule": own(rule.rule)}
    if rule.counts == "cancelled" and str(rule.rule) != "cancelled":
        head = Message.counted(
            "{n} of {lines} lines cancelled: {rule}", "{n} of {lines} lines cancelled: {rule}", rule.lines, **values
        )
    else:
        head = Message.counted(
            "{n} of {lines} lines set aside: {rule}", "{n} of {lines} lines set aside: {rule}", rule.lines, **values
        )
    if str(rule.rule) == OTHER_CURRENCIES:  # their sum means nothing
        return _with_details(head, rule.model_copy(update={"money": None}), rule.places, currency)
    return _with_details(head, rule, rule.places, currency, of=None if account.mixed else account.money)


def finding_in_words(finding: LineFinding, currency: str = "") -> Message:
    """What is odd, with its money and places."""
    head = finding.told if isinstance(finding.told, Message) else Message.of("{what}", what=finding.told)
    return _with_details(head, finding, finding.places, currency)


def _with_details(
    head: Message, tally: LinesTally, places: tuple[str, ...], currency: str, *, of: float | None = None
) -> Message:
    """The sentence with money and places in brackets."""
    details: list[Value] = []
    if tally.money is not None and of is not None:
        details.append(Message.of("{money} of {all}", money=_money(tally.money, currency), all=_money(of, currency)))
    elif tally.money is not None:
        details.append(_money(tally.money, currency))
    if places:
        more = tally.lines > len(places)
        listed = Joined(places, ", ")
        details.append(Message.of("{places} ...", places=listed) if more else listed)
    return Message.of("{what} ({details})", what=head, details=Joined(tuple(details), "; ")) if details else head


def _read(account: LineAccount, currency: str) -> Message:
    """Lines and money read, and what of them is used: purchases, and returns beside them."""
    read = Message.counted("{n} line read", "{n} lines read", account.lines)
    back = account.returns.lines if account.returns else 0
    bought = Message.counted("{n} line used", "{n} lines used", account.used.lines - back)
    if account.money is not None and not account.mixed:
        read = Message.of("{lines} with {money}", lines=read, money=_money(account.money, currency))
    if account.money is not None:
        bought = Message.of("{lines} with {money}", lines=bought, money=_money(account.used.money or 0.0, currency))
    if not account.returns:
        return Message.of("{read}: {used}", read=read, used=bought)
    returns = Message.counted("{n} line of returns", "{n} lines of returns", back)
    if account.returns.money is not None:
        returns = Message.of("{lines} with {money}", lines=returns, money=_money(account.returns.money, currency))
    return Message.of("{read}: {used}, {returns}", read=read, used=bought, returns=returns)


def _used(account: LineAccount) -> Message:
    used = account.used
    customers = Message.counted("{n} customer", "{n} customers", used.customers or 0)
    if not used.orders:  # customers as they were at a time
        return customers
    orders = Message.counted("{n} order", "{n} orders", used.orders)
    if not (used.first_day and used.last_day):
        return Message.of("{customers}, {orders}", customers=customers, orders=orders)
    return Message.of(
        "{customers}, {orders}, from {first} to {last}",
        customers=customers,
        orders=orders,
        first=Day(used.first_day),
        last=Day(used.last_day),
    )


def _by_customer(account: LineAccount) -> Iterator[Message]:
    lines = Message.counted("{n} line read", "{n} lines read", account.lines)
    read = Message.of("{lines} of {table}", lines=lines, table=Own(account.table)) if account.table else lines
    customers = Message.counted("{n} customer", "{n} customers", account.used.customers or 0)
    yield Message.of("{read}, {customers}; the query decides which lines count", read=read, customers=customers)
    yield from (set_aside_in_words(rule, account) for rule in account.aside if rule.lines)


def _findings(account: LineAccount, currency: str) -> Iterator[Message]:
    yield from (finding_in_words(finding, currency) for finding in account.findings[:MOST_FINDINGS])
    more = len(account.findings) - MOST_FINDINGS
    if more > 0:
        yield Message.counted("{n} more finding is in the ledger", "{n} more findings are in the ledger", more)


def _count(number: int) -> Quantity:
    return Quantity(number)


def _money(money: float, currency: str) -> Quantity:
    return Quantity(money, ",.2f", currency)
