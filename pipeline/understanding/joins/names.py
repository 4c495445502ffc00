"""What names say of keys: ``items.order_id`` means ``orders.id``, and ``позиции.Заказ`` means ``заказы.Номер``."""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import lru_cache

_ENDINGS = re.compile(r"(иями|ями|ами|иях|ией|иям|ов|ев|ей|ий|ый|ая|ое|ой|ам|ям|ах|ях|ию|ия|ии|ие|[аеиоуыэюяйь])$")
_GLUED = re.compile(r"([a-z]{3,}?)(id|key|nr|number|code|no)")


@lru_cache(maxsize=65536)
def stems(name: str) -> tuple[str, ...]:
    """Words of a name in lower case, without the endings of the plural and of Russian cases."""
    parted = re.sub(r"(?<=[a-zа-яё])(?=[A-ZА-ЯЁ])|(?<=[A-ZА-ЯЁ])(?=[A-ZА-ЯЁ][a-zа-яё])", " ", name)
    split: list[str] = []
    for word in re.findall(r"[^\W_\d]+|[#№]", parted.lower().replace("ё", "е")):
        glued = _GLUED.fullmatch(word)
        split += [glued[1], glued[2]] if glued else [word]
    return tuple(map(_stem, split))


def _stem(word: str) -> str:
    if re.match(r"[а-я]", word):
        bare = _ENDINGS.sub("", word)
        return bare if len(bare) >= 3 else word
    if word.endswith("ies") and len(word) > 5:
        return word[:-3] + "y"
    bare = re.sub(r"(?<=ss|ch|sh)es$|(?<=x)es$|(?<=[^su])s$", "", word) if len(word) > 3 else word
    return re.sub(r"en?$", "", bare) if len(bare) > 4 else bare  # also Kunden, Bestellungen, clientes


def _set(words: str) -> frozenset[str]:
    return frozenset(map(_stem, words.split()))


KEY = _set(
    "id ids uid guid uuid key pk fk sk no nr nbr num number code ref reference nummer numero # № ид код номер ключ"
)
IDENTIFYING = _set(  # tell a thing apart without being called its key
    "email mail phone mobile login username sku barcode ean upc isbn asin card inn инн почта телефон артикул карта "
    "карты штрихкод"
)
_REACHED_BY = _set("email mail phone mobile card почта телефон карта")
NAMING = _set("name title label fullname bezeichnung nom nombre имя фио наименование название заголовок")
CUSTOMER = _set(
    "customer cust client buyer user member shopper consumer household patron guest subscriber visitor kunde cliente "
    "klient musteri покупатель клиент контрагент заказчик пользователь абонент домохозяйство "
    "player gamer donor donator backer bidder rider passenger tenant attendee traveler traveller payer pupil student "
    "patient reader игрок пассажир читатель жертвователь ученик студент пациент"
)
ORDER = _set("order purchase bestellung commande pedido ordine заказ")
BILL = _set("invoice bill receipt cheque check transaction sale sales rechnung facture чек накладная счет продажа")
PRODUCT = _set("product article good goods merchandise artikel produkt producto produit товар номенклатура продукт")
_CATEGORY = _set("category group kategorie categoria категория группа")
_SENSES = (CUSTOMER, ORDER, BILL, PRODUCT, _CATEGORY)
LINE = _set("item line detail position entry posten ligne строка позиция состав")
SIDE = _set(  # what happens around an order and is no line of one
    "payment refund return review rating shipment delivery event log history session visit view cart wishlist message "
    "ticket coupon inventory stock address audit note comment token платеж оплата возврат отзыв доставка остаток "
    "история событие сессия корзина адрес"
)
GIVEN_BACK = _set(
    "refund refunded return returned reversal chargeback cancellation gutschrift retoure storno erstattung "
    "remboursement avoir devolucion reembolso reso rimborso zwrot iade возврат отмена корректировка"
)
MONEY = _set(
    "price amount total sum value revenue spend cost subtotal gross net sales umsatz betrag preis prix montant precio "
    "importe цена сумма стоимость выручка итого"
)
DAY = _set("date day time calendar дата день время календарь")
_BUYING = ORDER | BILL | _set("sold billing payer buy покупка плательщик")
_BESIDE = _set(  # written beside a table's name, and says nothing of what it holds
    "dim dimension fact facts fct tbl table tb v vw stg raw src dataset data csv export list таблица справочник факт "
    "the of"
)


def thing(table: str, common: frozenset[str] = frozenset()) -> frozenset[str]:
    """What a table holds one of in each row, by its name: ``dim_customer`` -> customer."""
    words = frozenset(word for word in stems(table.rsplit(".", 1)[-1]) if word not in _BESIDE | KEY)
    return words - common or words


def common_words(tables: Sequence[str]) -> frozenset[str]:
    """Words in most names of a shop's tables, like the shop's own name: they tell none apart."""
    if len(tables) < 3:
        return frozenset()
    each = [set(stems(table)) for table in tables]
    often = {word for word in set().union(*each) if sum(word in words for words in each) > 0.6 * len(each)}
    return frozenset(often - LINE.union(*_SENSES))


def meant(column: str) -> frozenset[str]:
    """What a column names besides being a key: ``customer_id`` -> customer; nothing for ``id``."""
    return frozenset(word for word in stems(column) if word not in KEY)


def is_own_key(table: frozenset[str], column: str) -> bool:
    """``id``, ``code``, ``Номер``, or the key called after its table: it tells the table's own rows apart."""
    return not meant(column) or same(meant(column), table) > 0


def agreement(table: frozenset[str], column: str, other: frozenset[str], key: str) -> float:
    """How well a column names the key of another table: 1 to the letter, 0 not at all.

    Parameters
    ----------
    table, other
        What each table holds, as ``thing`` says.
    column, key
        The column that would refer, and the one referred to.
    """
    said, means = meant(column) or table, meant(key) or other
    if is_own_key(table, column):  # two tables with one row each for the same thing
        return same(said, means)
    refers = same(said, other)
    if not (_is_key(other, key) or (meant(key) & NAMING and refers)):
        return min(0.25, same(said, means))  # cities are equal in many tables, and are no key of any
    options = [same(said, means), 0.85 * refers]
    for mine, others in ((said - table, means), (said, means - other), (said - table, means - other)):
        options.append(0.9 * same(mine, others))
    if said > means or said > other > frozenset():  # in a role: ``billing_customer_id``
        options.append(0.8)
    return max(options)


def _is_key(table: frozenset[str], column: str) -> bool:
    words = meant(column)
    return is_own_key(table, column) or words <= table or bool(words & IDENTIFYING or set(stems(column)) & KEY)


def same(some: frozenset[str], others: frozenset[str]) -> float:
    """Whether two sets of words mean one thing: 1 by the same words, 0.9 by synonyms, else 0."""
    if not some or not others:
        return 0.0
    return 1.0 if some == others else 0.9 if set(map(_sense, some)) == set(map(_sense, others)) else 0.0


def names_a_person(column: str) -> bool:
    """Whether a column tells one customer from another: ``customer_unique_id``, ``Email``."""
    words = meant(column)
    named = words & CUSTOMER and set(stems(column)) & KEY
    return bool(words & _REACHED_BY or (named and words - CUSTOMER <= {_stem("unique")}))


def role_of_buying(column: str) -> bool:
    """Whether a reference is qualified by the purchase (``order_date_key``) and not by what follows it."""
    return bool(meant(column) & _BUYING)


def _sense(word: str) -> str:
    return next((min(words) for words in _SENSES if word in words), word)
