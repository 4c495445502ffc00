"""What is taken off an amount: a discount before the customer pays, a fee afterwards, and what she got back."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from itertools import product

from pipeline.contract import Joined, Message
from pipeline.reading import quote
from pipeline.understanding.evidence import Profile, Relations, fits, words
from pipeline.understanding.purchases.paid.found import Found
from pipeline.understanding.purchases.paid.priced_columns import Amounts, is_other
from pipeline.understanding.roles import Money, Understanding

_PAID = r"\b(amount |sum |total )?paid\b|\bbezahlt\b|\bpaye\b|\bpagad[oa]\b|\bpagat[oa]\b|\bzaplacono\b|оплачен"
_SEVERAL = 10  # different amounts
_MOSTLY_PAID = 0.95  # share of the lines of a status on which something was paid
_WITHIN = 0.99  # share of the lines on which what was given back is at most what was paid


def paid_amounts(amounts: Amounts, relations: Relations) -> tuple[Amounts, tuple[Message, ...]]:
    """The amounts without those that no customer paid, and what is said of them.

    One amount is another less a part. Where the part is a discount she paid the rest, and the whole is left out; where
    it is a fee she paid the whole, and the rest, which reached the shop, is left out.
    """
    told: dict[str, Message] = {}
    columns = (*amounts.totals, *amounts.prices)
    for part, whole, rest in product((*amounts.fees, *amounts.discounts), columns, columns):
        if whole.name == rest.name or {whole.name, rest.name} & set(told):
            continue
        if relations.agrees(quote(rest.name), f"({quote(whole.name)} - abs({quote(part.name)}))"):
            unpaid = rest if part in amounts.fees else whole
            told[unpaid.name] = _told(part, whole, rest, fee=part in amounts.fees)
    kept = replace(
        amounts,
        totals=tuple(total for total in amounts.totals if total.name not in told),
        prices=tuple(price for price in amounts.prices if price.name not in told),
    )
    return kept, tuple(told.values())


def _told(part: Profile, whole: Profile, rest: Profile, *, fee: bool) -> Message:
    if fee:
        return Message.of(
            "{column} is {paid} less {fee}, which the shop pays and no customer: not the money",
            column=rest.name,
            paid=whole.name,
            fee=part.name,
        )
    return Message.of(
        "{column} less {discount} is {paid}, which the customer paid: {column} is not the money",
        column=whole.name,
        discount=part.name,
        paid=rest.name,
    )


def less_given_back(reading: Understanding, table: Sequence[Profile], relations: Relations) -> None:
    """Take what was given back off the money of ``reading``; what was given back in full is a return, no purchase."""
    columns = [profile for profile in table if reading.money and _is_given_back(profile, reading)]
    for profile, money in ((profile, reading.money) for profile in columns if reading.money):
        back = f"abs(coalesce({quote(profile.name)}, 0))"
        pieces = _pieces(money, table)
        by_piece = pieces is not None and not profile.fractions and within(back, quote(pieces), relations)
        whole = quote(pieces) if pieces is not None and by_piece else money.sql
        if not within(back, whole, relations):
            continue
        sql = money.sql.replace(whole, f"({whole} - {back})")
        full = f"({back} > 0 AND {back} >= 0.999 * {whole})"
        reading.money = Money(sql, (*money.columns, profile.name), money.once_an_order)
        reading.returns = f"{reading.returns} OR {full}" if reading.returns else full
        reading.count(
            "{column} was given back on {n} line and is taken off the money",
            "{column} was given back on {n} lines and is taken off the money",
            int(relations.one(f"count_if({back} > 0)")),
            column=profile.name,
        )
        return


def before_tax(found: Found, table: Sequence[Profile], relations: Relations) -> Found:
    """A subtotal in the place of a total that is the same with tax and shipping: the money of the goods."""
    if found.money is None or found.question is not None or len(found.money.columns) != 1:
        return found
    (total,) = found.money.columns
    added = [
        profile.name
        for profile in table
        if profile.numeric and fits(f"{words.TAX}|{words.SHIPPING}", profile.name) and is_other(profile)
    ]
    for profile in table:
        goods = profile.numeric and fits(r"\bsub ?total\b|сумма товар", profile.name) and profile.name != total
        parts = [quote(profile.name), *(f"coalesce({quote(name)}, 0)" for name in added)]
        whole = f"({' + '.join(parts)})"
        if goods and added and relations.agrees(quote(total), whole):
            told = Message.of(
                "money: {column}; {total} is more by {added}",
                column=profile.name,
                total=total,
                added=Joined(tuple(added)),
            )
            return Found(Money(quote(profile.name), (profile.name,), found.money.once_an_order), (told,))
    return found


def within(back: str, whole: str, relations: Relations) -> bool:
    """Whether something was given back, and (nearly) never more than there was."""
    given = relations.one(f"count_if({back} > 0)")
    return given > 0 and relations.one(f"count_if({back} > 0 AND {back} <= 1.001 * {whole})") >= _WITHIN * given


def _is_given_back(profile: Profile, reading: Understanding) -> bool:
    taken = (reading.customer, reading.order, reading.day, *(reading.money.columns if reading.money else ()))
    return profile.numeric and profile.name not in taken and not profile.empty and fits(words.GIVEN_BACK, profile.name)


def _pieces(money: Money, table: Sequence[Profile]) -> str | None:
    """The column of pieces that the money is computed from."""
    named = [profile.name for profile in table if fits(words.QUANTITY, profile.name)]
    return next((name for name in named if name in money.columns and "*" in money.sql), None)


def never_paid(profile: Profile, values: Sequence[str], table: Sequence[Profile], relations: Relations) -> list[str]:
    """Statuses on whose lines a column of what was paid has nothing, where it has something on nearly all others."""
    paid = next((one for one in table if one.numeric and fits(_PAID, one.name) and one.distinct > _SEVERAL), None)
    if paid is None:
        return []
    column, status = quote(paid.name), quote(profile.name)
    shares = {
        str(value): float(str(share))
        for value, share in relations.query(
            f"SELECT CAST({status} AS VARCHAR), avg(CASE WHEN coalesce({column}, 0) <> 0 THEN 1.0 ELSE 0.0 END) "
            f"FROM data WHERE {status} IS NOT NULL GROUP BY 1"
        )
    }
    without = [value for value in values if shares.get(value) == 0.0]
    rest = [value for value in values if value not in without]
    return without if rest and any(shares.get(value, 0.0) >= _MOSTLY_PAID for value in rest) else []
