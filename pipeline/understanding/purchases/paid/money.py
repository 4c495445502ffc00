"""What a line brought: a line's total, price times quantity, or an order's total; checked against each other."""

from __future__ import annotations

from collections.abc import Sequence

from pipeline.contract import Message, Quantity
from pipeline.reading import Choice, Question, quote
from pipeline.understanding.evidence import HOLDS, Profile, Relations, fits, words
from pipeline.understanding.purchases.paid.found import Found, ask_which, in_whole_units
from pipeline.understanding.purchases.paid.pieces import scales, told_by_values
from pipeline.understanding.purchases.paid.priced_columns import Amounts
from pipeline.understanding.purchases.paid.side_by_side import beside_or_total, side_by_side
from pipeline.understanding.purchases.paid.taken_off import paid_amounts
from pipeline.understanding.roles import Money

_LEAST_ORDERS, _GROWS = 30, 0.5  # orders, and the correlation of their totals with their numbers of lines


def money_of(amounts: Amounts, relations: Relations, order: str | None, item: str | None) -> Found:
    """The money of one line, from the columns that speak of it, in whole units of the currency.

    Headers such as ``amount_cents`` say that their numbers are hundredths.
    """
    kept, taken_off = paid_amounts(amounts, relations)
    counted = told_by_values(kept, relations)
    found = _found(counted.amounts, relations, order, item)
    question = found.question or _ask_pieces(counted.doubt, found.money)
    return in_whole_units(Found(found.money, (*found.told, *counted.told, *taken_off), question))


def _ask_pieces(doubt: Profile | None, money: Money | None) -> Question | None:
    """Ask about a column that a header calls money and that looks like pieces."""
    if doubt is None or money is None:
        return None
    product = Message.of(
        "{product}: a thing's price is the same, whatever {column} says", product=money.sql, column=doubt.name
    )
    return ask_which([Choice(doubt.name, Message.of("{column} alone", column=doubt.name))], Choice(money.sql, product))


def _found(amounts: Amounts, relations: Relations, order: str | None, item: str | None) -> Found:
    """The money of one line, as its columns have it.

    A line's own total goes before price times quantity, that before an order's total; a total that repeats on every
    line of an order, or stands on its first line only, counts once an order.
    """
    beside = side_by_side(amounts)
    if beside is not None:
        return beside_or_total(beside, amounts, relations)
    price, quantity = _first(amounts.prices), _quantity(amounts.quantities, relations)
    product = f"{quote(price.name)} * {quote(quantity.name)}" if price and quantity else ""
    by_order = [total for total in amounts.totals if order and once_an_order(total, relations, order)]
    by_line = [total for total in amounts.totals if total not in by_order]
    if product and price and quantity:
        agreeing = [total for total in by_line if relations.agrees(quote(total.name), product)]
        if agreeing:
            best = agreeing[0]
            return Found(
                Money(quote(best.name), (best.name,)),
                (
                    Message.of(
                        "money: {column}, which is {price} times {quantity}",
                        column=best.name,
                        price=price.name,
                        quantity=quantity.name,
                    ),
                ),
            )
        if not by_line:
            return _product_or_order(price, quantity, product, by_order, relations, order, item, amounts.things)
        return _total_or_product(by_line, price, quantity, product, relations)
    if by_line:
        return _single_total(by_line, relations)
    if by_order and order:
        best = _best_order_total(by_order)
        return Found(Money(quote(best.name), (best.name,), once_an_order=True), (_once_told(best, relations, order),))
    if price is not None:
        return Found(
            Money(quote(price.name), (price.name,)),
            (
                Message.of(
                    "money: {column}; no column says how many pieces, so each line counts as one", column=price.name
                ),
            ),
        )
    return Found(None)


def _first(profiles: Sequence[Profile]) -> Profile | None:
    ranked = sorted(
        profiles,
        key=lambda profile: (not fits(r"\bunit|за (шт|ед)|einzel|unitaire|unitario", profile.name), -profile.known),
    )
    return ranked[0] if ranked else None


def _quantity(profiles: Sequence[Profile], relations: Relations) -> Profile | None:
    whole = [profile for profile in profiles if profile.known >= 0.9 * relations.rows] or list(profiles)
    return whole[0] if whole else None


def once_an_order(total: Profile, relations: Relations, order: str) -> bool:
    """Whether a total stands once an order: repeated on each of its lines, or on the first line only."""
    orders = relations.one(f"count(DISTINCT {quote(order)})")
    if orders > 0.98 * relations.rows:
        return False  # one line an order: there is no difference
    if total.known <= 1.02 * orders and total.known < 0.95 * relations.rows:
        return True
    lift = relations.lift(order, total.name)
    if lift is None or lift < HOLDS:
        return False
    # lines of one amount each would look alike: a total of the order differs between orders of one and of many lines
    worded = fits(words.MONEY_ORDER, total.name) or relations.chance(total.name) < 0.2
    return worded or _grows_with_lines(total, relations, order)


def _grows_with_lines(total: Profile, relations: Relations, order: str) -> bool:
    """Whether orders of more lines have more of it, as a sum has, and a price that is the same everywhere has not."""
    rows = relations.query(
        "SELECT corr(total, pieces), count(*) FROM (SELECT "
        f"max({quote(total.name)}) AS total, count(*) AS pieces FROM data GROUP BY {quote(order)})"
    )
    correlation, orders = rows[0]
    return int(str(orders)) >= _LEAST_ORDERS and correlation is not None and float(str(correlation)) > _GROWS


def _order_sum_agrees(total: Profile, product: str, relations: Relations, order: str) -> bool:
    """Whether an order's total is the sum of its lines."""
    rows = relations.query(
        "SELECT count(*), count_if(abs(total - lines) <= greatest(0.05, 0.011 * pieces, 0.005 * abs(lines))) "
        f"FROM (SELECT max({quote(total.name)}) AS total, "
        f"sum({product}) AS lines, count(*) AS pieces FROM data GROUP BY {quote(order)} "
        f"HAVING max({quote(total.name)}) IS NOT NULL)"
    )
    orders, agreeing = (float(str(value)) for value in rows[0])
    return orders > 0 and agreeing >= 0.9 * orders


def _product_or_order(
    price: Profile,
    quantity: Profile,
    product: str,
    by_order: Sequence[Profile],
    relations: Relations,
    order: str | None,
    item: str | None,
    things: Sequence[str],
) -> Found:
    told = Message.of("money: {price} times {quantity}", price=price.name, quantity=quantity.name)
    taken = Found(Money(product, (price.name, quantity.name)), (told,))
    if by_order and order:
        equal = [total for total in by_order if _order_sum_agrees(total, product, relations, order)]
        if equal:
            return Found(
                taken.money,
                (
                    told,
                    Message.of(
                        "{column} is the total of an order ({order}), repeated on its lines: not added to the money",
                        column=equal[0].name,
                        order=order,
                    ),
                ),
            )
        best = _best_order_total(by_order)
        return Found(Money(quote(best.name), (best.name,), once_an_order=True), (_once_told(best, relations, order),))
    item = next((thing for thing in (item, *things) if thing and scales(price, quantity, relations, [thing])), None)
    if item is not None:
        return Found(
            Money(quote(price.name), (price.name,)),
            (
                Message.of(
                    "money: {price}, the price of the whole line: for the same {item} it grows with {quantity}",
                    price=price.name,
                    quantity=quantity.name,
                    item=item,
                ),
            ),
        )
    return taken


def _total_or_product(
    by_line: Sequence[Profile], price: Profile, quantity: Profile, product: str, relations: Relations
) -> Found:
    """A total beside price and quantity that is not their product: less a discount, plus tax, or something else."""
    total = _best_line_total(by_line)
    share = relations.one(f"sum({quote(total.name)}) / nullif(sum({product}), 0)")
    apart = f"count_if({quote(total.name)} <= 1.02 * {product} AND {quote(total.name)} >= 0.3 * {product}) / count(*)"
    if 0.5 <= share <= 1.35 and (relations.one(apart) > 0.85 or fits(words.MONEY_LINE, total.name)):
        told = Message.of(
            "money: {column}, in all {share} % of {price} times {quantity}: discounts or taxes are already in it",
            column=total.name,
            share=Quantity(round(100 * share, 1)),
            price=price.name,
            quantity=quantity.name,
        )
        return Found(Money(quote(total.name), (total.name,)), (told,))
    return Found(
        Money(product, (price.name, quantity.name)),
        (Message.of("money: {price} times {quantity}", price=price.name, quantity=quantity.name),),
        ask_which(
            [*(Choice(_key(profile), Message.of("{column} alone", column=profile.name)) for profile in by_line[:2])],
            Choice(product, Message.of("{price} times {quantity}", price=price.name, quantity=quantity.name)),
        ),
    )


def _key(profile: Profile) -> str:
    return profile.name


def _rank(profile: Profile) -> tuple[bool, bool, bool, int]:
    """Sales and amounts before subtotals, sums of goods before those with shipping and tax."""
    return (
        not fits(
            r"\b(sales|revenue|amount|total|sum)\b|сумм|выручк|стоимость|umsatz|betrag|montant|importe", profile.name
        ),
        fits(r"\bgross\b|\bbrutto\b|\bbefore\b|до скид|без скид", profile.name),
        fits(r"\btax\b|\bvat\b|ндс", profile.name),
        -profile.known,
    )


def _best_line_total(totals: Sequence[Profile]) -> Profile:
    return min(totals, key=_rank)


def _best_order_total(totals: Sequence[Profile]) -> Profile:
    return min(totals, key=lambda profile: (not fits(r"\bsub ?total\b|товар", profile.name), *_rank(profile)))


def _once_told(total: Profile, relations: Relations, order: str) -> Message:
    if total.known < 0.95 * relations.rows:
        return Message.of(
            "money: {column}, which stands on just one line of an order ({order})", column=total.name, order=order
        )
    return Message.of(
        "money: {column}, the total of an order ({order}), which is repeated on its lines and counts once",
        column=total.name,
        order=order,
    )


def _single_total(totals: Sequence[Profile], relations: Relations) -> Found:
    best = _best_line_total(totals)
    told = [Message.of("money: {column}", column=best.name)]
    rivals = [
        total
        for total in totals
        if total.name != best.name and not relations.agrees(quote(total.name), quote(best.name))
    ]
    if not rivals:
        return Found(Money(quote(best.name), (best.name,)), tuple(told))
    if _rank(rivals[0])[:3] > _rank(best)[:3] or _told_apart(best, rivals):
        told.append(
            Message.of(
                "other amounts in the file, not added up: {columns}",
                columns=", ".join(rival.name for rival in rivals[:4]),
            )
        )
        return Found(Money(quote(best.name), (best.name,)), tuple(told))
    choices = [
        Choice(
            profile.name,
            Message.of("{sum} in all", sum=Quantity(round(relations.one(f"sum({quote(profile.name)})"), 2))),
        )
        for profile in [best, *rivals[:4]]
    ]
    return Found(Money(quote(best.name), (best.name,)), tuple(told), ask_which(choices[1:], choices[0]))


def _told_apart(best: Profile, rivals: Sequence[Profile]) -> bool:
    """Whether the headers alone tell the line's money from the rest."""
    plain = (
        r"^(amount|total|total amount|total price|sales|revenue|spend|total sales|line total|sum|total value|"
        r"item total|purchase amount|amount spent|sales amount|order total|umsatz|betrag|montant|importe|kwota|"
        r"сумма|выручка|продажи)( usd| eur| gbp| rub| руб)?$"
    )
    return fits(plain, best.name) and not any(fits(plain, rival.name) for rival in rivals)
