"""What amounts are comparable and which are returns: currencies, signs."""

from __future__ import annotations

import re
from collections.abc import Sequence

from pipeline.contract import OTHER_CURRENCIES, Message, Quantity
from pipeline.reading import FALSE, Choice, Question, literal, quote
from pipeline.understanding.evidence import Profile, Relations, fits, plain_words, words
from pipeline.understanding.roles import Answers, Aside, Money, Understanding

_MANY_FREE, _MARKS, _FEW_ALIKE = 0.2, 0.99, 0.5  # shares of the lines
_MOST_CURRENCIES = 12  # ways to write them in one column
CURRENCIES = frozenset(
    [
        "USD",
        "EUR",
        "GBP",
        "RUB",
        "RUR",
        "JPY",
        "CNY",
        "CHF",
        "CAD",
        "AUD",
        "NZD",
        "SEK",
        "NOK",
        "DKK",
        "PLN",
        "CZK",
        "HUF",
        "RON",
        "BGN",
        "TRY",
        "UAH",
        "BYN",
        "KZT",
        "INR",
        "BRL",
        "MXN",
        "ZAR",
        "SGD",
        "HKD",
        "KRW",
        "THB",
        "IDR",
        "MYR",
        "PHP",
        "VND",
        "AED",
        "SAR",
        "ILS",
        "EGP",
        "ARS",
        "CLP",
        "COP",
        "PEN",
        "GEL",
        "AMD",
        "AZN",
        "UZS",
    ]
)


def _are_currencies(profile: Profile, codes: set[str]) -> bool:
    """Codes and nothing else; under a header that says so also several signs and words of which none need be a code."""
    if not codes or profile.kind not in ("category", "text", "flag"):
        return False
    if not fits(words.CURRENCY, profile.name):
        return len(codes) > 1 and codes <= CURRENCIES
    return codes <= CURRENCIES or 1 < len(codes) <= _MOST_CURRENCIES


def settle_currencies(reading: Understanding, table: Sequence[Profile], relations: Relations, answers: Answers) -> None:
    """Note the currency; ask which one counts where there are several."""
    for profile in table:
        written = {value.strip() for value in profile.sample if value.strip()}
        codes = {value.upper() for value in written}
        if not _are_currencies(profile, codes):
            continue
        if len(codes) == 1:
            reading.currency = next(iter(codes))
            continue
        column, chosen = quote(profile.name), answers.get("currency")
        if len(codes) < len(written):  # one currency in capital and in small letters
            column = f"upper(trim(CAST({column} AS VARCHAR)))"
        if chosen is not None:
            code = chosen.upper() if len(codes) < len(written) else chosen
            reading.currency = chosen.upper() if chosen.upper() in CURRENCIES else ""
            reading.aside.append(Aside(OTHER_CURRENCIES, f"{column} <> {literal(code)}"))
            reading.tell("only lines in {currency} count", currency=chosen)
            continue
        if _in_one_currency(reading, profile, codes, table, relations):
            continue
        money = reading.money.sql if reading.money else "0"
        sums = relations.query(
            f"SELECT {column}, count(*) AS n, sum({money}) FROM data "
            f"WHERE {column} IS NOT NULL GROUP BY 1 ORDER BY n DESC, 1"
        )
        reading.questions.append(
            Question(
                "currency",
                Message.of(
                    "{column} holds {n} currencies, whose amounts cannot be added up. Which one counts?",
                    column=profile.name,
                    n=Quantity(len(codes)),
                ),
                tuple(
                    Choice(
                        str(code),
                        Message.counted(
                            "{n} line, {sum} in all",
                            "{n} lines, {sum} in all",
                            int(str(count)),
                            sum=Quantity(round(float(str(total or 0)), 2), ",.2f"),
                        ),
                    )
                    for code, count, total in sums
                ),
            )
        )


def _in_one_currency(
    reading: Understanding, profile: Profile, codes: set[str], table: Sequence[Profile], relations: Relations
) -> bool:
    """Take the column that has every amount in one currency: named after it, and equal to another on its lines."""
    of_money = f"{words.MONEY_LINE}|{words.MONEY_ORDER}"
    amounts = [column for column in table if column.numeric and fits(of_money, column.name)]
    for beside in (other for other in table if reading.money and fits(words.CURRENCY, other.name)):
        stem, only = _stem(beside), beside.top.strip().upper()
        amount = next((one for one in amounts if stem and fits(rf"\b{re.escape(stem)}\b", one.name)), None)
        if beside.distinct == 1 and only in CURRENCIES and amount is not None and stem != _stem(profile):
            _take(reading, amount, only)
            return True
    for column in amounts if reading.money is not None else ():
        code = next((code for code in sorted(codes) if fits(rf"\b{code.lower()}\b", column.name)), None)
        for other in amounts if code else ():
            alike = f"abs({quote(column.name)} - {quote(other.name)}) < 0.006"
            own = f"upper(trim(CAST({quote(profile.name)} AS VARCHAR))) = {literal(code or '')}"
            same, apart = (
                relations.one(f"count_if({alike} AND {where}) / nullif(count_if({where}), 0)")
                for where in (own, f"NOT {own}")
            )
            if column is not other and same >= _MARKS and apart < _FEW_ALIKE:
                _take(reading, column, code or "")
                return True
    return False


def _stem(currency: Profile) -> str:
    """What a header says beside its word for a currency: ``shop``, as ``Shop total`` has it too."""
    return " ".join(re.sub(words.CURRENCY, " ", plain_words(currency.name)).split())


def _take(reading: Understanding, column: Profile, currency: str) -> None:
    """The amounts that are all in one currency are the money."""
    once = reading.money is not None and reading.money.once_an_order
    reading.money, reading.currency = Money(quote(column.name), (column.name,), once), currency
    reading.questions = [question for question in reading.questions if question.key != "money"]
    reading.tell(
        "money: {column}, which has the amounts of all currencies in {currency}",
        column=column.name,
        currency=currency,
    )


def settle_free(reading: Understanding, table: Sequence[Profile], relations: Relations, answers: Answers) -> None:
    """Many lines without money are visits, offers or gifts: a flag beside them says so, or it is asked."""
    if reading.money is None or reading.money.once_an_order:
        return
    money, free = reading.money.sql, f"coalesce({reading.money.sql}, 0) = 0"
    lines = relations.one(f"count_if({money} = 0)")
    if lines < _MANY_FREE * relations.rows:
        return
    flags = [profile.name for profile in table if profile.kind == "flag" and fits(words.BOUGHT, profile.name)]
    marked = next((name for name in flags if _marks(name, free, relations)), None)
    chosen = answers.get("free")
    if marked is None and chosen is None:
        reading.questions.append(_ask_free(lines, relations))
    if chosen == "yes" or (marked is None and chosen is None):
        return
    reading.aside.append(Aside("no purchase", free))
    reading.count(
        "{n} line without money is no purchase and does not count",
        "{n} lines without money are no purchases and do not count",
        int(lines),
    )


def _marks(flag: str, free: str, relations: Relations) -> bool:
    """Whether a flag is unset where nothing was paid, and set elsewhere."""
    value = f"lower(trim(CAST({quote(flag)} AS VARCHAR)))"
    unset = f"{value} IN ({', '.join(map(literal, sorted(FALSE)))})"
    return relations.one(f"count_if(({free}) = coalesce({unset}, false))") >= _MARKS * relations.rows


def _ask_free(lines: float, relations: Relations) -> Question:
    return Question(
        "free",
        Message.of(
            "{share} % of the lines brought no money. Are they purchases?",
            share=Quantity(round(100 * lines / relations.rows)),
        ),
        (
            Choice("no", Message.of("no: visits, offers or gifts, which do not count")),
            Choice("yes", Message.of("yes: they count like the others")),
        ),
    )


def settle_returns(reading: Understanding, relations: Relations, answers: Answers, beside: Sequence[str] = ()) -> None:
    """Negative lines are returns: they lower the money and are no purchase.

    ``beside``: SQL of lines that a known form sets aside, so that nothing is said of them here.
    """
    if reading.money is None:
        return
    money = reading.money.sql
    below = " AND ".join([f"{money} < 0", *(f"NOT coalesce(({sql}), false)" for sql in beside)])
    negative = relations.one(f"count_if({below})")
    if not negative:
        reading.returned = bool(reading.returns)
        reading.returns = reading.returns or f"{money} < 0"  # there may be some in the next file
        return
    reading.returned = True
    sum_negative = relations.one(f"coalesce(sum(CASE WHEN {below} THEN {money} END), 0)")
    share = negative / max(1.0, relations.one(f"count_if({money} IS NOT NULL)"))
    if share > 0.4:
        _mostly_negative(reading, share, money, answers)
        return
    condition = f"{money} < 0"
    reading.returns = f"{reading.returns} OR {condition}" if reading.returns else condition
    reading.count(
        "{n} line with a negative amount ({sum}) is a return: it lowers the money and is no purchase",
        "{n} lines with negative amounts ({sum} in all) are returns: they lower the money and are no purchases",
        int(negative),
        sum=Quantity(round(sum_negative, 2), ",.2f"),
    )


def _mostly_negative(reading: Understanding, share: float, money: str, answers: Answers) -> None:
    chosen = answers.get("sign")
    if chosen == "spent" and reading.money:
        reading.money = Money(f"-({money})", reading.money.columns, reading.money.once_an_order)
        reading.returns = f"-({money}) < 0"
    elif chosen == "received":
        reading.returns = f"{money} < 0"
    else:
        reading.returns = f"{money} < 0"
        reading.questions.append(
            Question(
                "sign",
                Message.of(
                    "{share} % of the amounts are negative. What does a negative amount mean?",
                    share=Quantity(round(100 * share)),
                ),
                (
                    Choice("spent", Message.of("what a customer spent, as in the statement of an account")),
                    Choice("received", Message.of("a return: money given back to the customer")),
                ),
            )
        )
