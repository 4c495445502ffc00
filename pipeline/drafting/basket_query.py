"""Lines of purchases -> the query of what was bought together, or why there can be none."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from pipeline.contract import Message, Quantity
from pipeline.reading import SINGLE, Engine, quote
from pipeline.understanding import Profile, Understanding, fits, words

MANY = 300  # kinds of goods that a reader can look through; of finer ones analysis counts the commonest alone
_FEW = 8  # coarser goods make a handful of pairs: finer ones are better where there are any
_UNIQUE = 0.5  # kinds of goods by goods in orders; above it most were bought once, and no pair comes twice


@dataclass(frozen=True)
class Bought:
    """The query for ``[baskets]``, empty where there is none, and what is said of it in a comment."""

    query: str = ""
    comment: Message | None = None


@dataclass(frozen=True)
class _Goods:
    """A column that may say what was bought."""

    profile: Profile
    things: int
    in_orders: int  # things in orders, repeats within an order left out
    several: int  # orders with several things
    item: bool  # single goods, no category of them

    @property
    def unique(self) -> bool:
        """Whether hardly a thing was bought twice."""
        return self.things > _UNIQUE * self.in_orders


def baskets_of(reading: Understanding, table: Sequence[Profile], engine: Engine) -> Bought:
    """What was bought together, in orders that have a number.

    Parameters
    ----------
    reading, table
        What the lines are, and the profile of each of their columns.
    engine
        Holds the lines as ``data``.
    """
    if reading.form != "purchases":
        return Bought()
    if reading.order is None:
        return Bought(
            comment=Message.of("no column holds the number of an order, so nobody can tell what was bought together")
        )
    goods = _counted(engine, reading.order, _candidates(reading, table))
    if not goods:
        return Bought(comment=Message.of("no column says what was bought, so no pairs of goods can be counted"))
    repeated = [column for column in goods if not column.unique]
    if not repeated:
        return Bought(
            comment=Message.of(
                "nearly every value of {columns} is in one order only: no pair comes twice", columns=_names(goods)
            )
        )
    together = [column for column in repeated if column.several]
    if not together:
        return Bought(
            comment=Message.of(
                "no order holds two values of {columns}: nothing is bought together", columns=_names(repeated)
            )
        )
    best = _best(together)
    return Bought(_query(reading, best.profile), _comment(best, reading.order))


def _candidates(reading: Understanding, table: Sequence[Profile]) -> list[tuple[Profile, bool]]:
    """Columns of categories and of items, each with whether it is one of items."""
    taken = {reading.customer, reading.order, reading.day, *(reading.money.columns if reading.money else ())}
    columns = []
    for profile in table:
        kind = profile.kind in ("category", "text", "integer") and profile.distinct > 1 and not profile.email > 0.5
        if profile.name in taken or not kind:
            continue
        if profile.name == reading.category or fits(words.CATEGORY, profile.name):
            columns.append((profile, False))
        elif profile.name == reading.item or (reading.item is not None and fits(words.ITEM, profile.name)):
            columns.append((profile, True))
    return columns


def _counted(engine: Engine, order: str, candidates: Sequence[tuple[Profile, bool]]) -> list[_Goods]:
    """What each column holds in the orders, by one query."""
    if not candidates:
        return []
    number = quote(order)
    each = ", ".join(f"count(DISTINCT {quote(profile.name)}) AS n{at}" for at, (profile, _) in enumerate(candidates))
    sums = ", ".join(f"coalesce(sum(n{at}), 0), count(*) FILTER (n{at} > 1)" for at in range(len(candidates)))
    counted = engine.rows(
        f"SELECT {sums} FROM (SELECT {each} FROM {quote(SINGLE)} WHERE {number} IS NOT NULL GROUP BY {number})"
    )[0]
    return [
        _Goods(profile, profile.distinct, int(counted[2 * at]), int(counted[2 * at + 1]), item)
        for at, (profile, item) in enumerate(candidates)
    ]


def _best(goods: Sequence[_Goods]) -> _Goods:
    """The finest that a reader can look through; finer ones where those are but a handful; names before codes."""
    clear = [column for column in goods if column.things <= MANY]
    best = max(clear, key=lambda column: column.things) if clear else min(goods, key=lambda column: column.things)
    if best.things < _FEW and len(clear) < len(goods):
        best = min((column for column in goods if column.things > MANY), key=lambda column: column.things)
    about = 0.8 * best.things, 1.25 * best.things
    alike = [column for column in goods if best.item and column.item and about[0] <= column.things <= about[1]]
    return next((column for column in alike if _in_words(column.profile)), best)


def _in_words(profile: Profile) -> bool:
    """Names of goods, which have spaces, and no codes."""
    return sum(" " in text.strip() for text in profile.sample) > 0.5 * len(profile.sample) > 0


def _names(goods: Sequence[_Goods]) -> str:
    return " or ".join(column.profile.name for column in goods[:3])


def _query(reading: Understanding, profile: Profile) -> str:
    """SQL over the view ``lines``: customer, basket, category."""
    name = quote(profile.name)
    text = f"CAST(CAST({name} AS BIGINT) AS VARCHAR)" if profile.kind == "integer" else f"CAST({name} AS VARCHAR)"
    return (
        f"SELECT {quote(reading.customer or '')}, {quote(reading.order or '')}, {text} AS bought\n"
        f"FROM lines\nWHERE NOT is_return AND {quote(reading.order or '')} IS NOT NULL AND {name} IS NOT NULL\n"
    )


def _comment(goods: _Goods, order: str) -> Message:
    said = Message.of(
        "what is bought together: {column} ({n} different values) in the orders of {order}; pairs in fewer than 50 of "
        "them are not listed",
        column=goods.profile.name,
        n=Quantity(goods.things),
        order=order,
    )
    if goods.things <= MANY:
        return said
    return Message.of("{said}; a column with at most {n} values would tell more", said=said, n=Quantity(MANY, "d"))
