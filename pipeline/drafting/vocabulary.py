"""What columns of customer tables are usually called, in English and Russian."""

from __future__ import annotations

import re
from collections.abc import Mapping

from pipeline.contract import Meaning

# the first meaning whose pattern fits wins, so the narrow ones stand before the wide ones
MEANINGS: Mapping[Meaning, str] = {
    "average_cheque": r"average[ _]?(cheque|check|order|basket|bill|ticket)|avg[ _]?(cheque|check|order|basket|bill)"
    r"|\baov\b|средний чек|ср чек",
    "recency": r"recency|days since (the )?last|last (purchase|order|visit) days|давность|дней с (последн|покуп)"
    r"|дней без",
    "tenure": r"tenure|days? (as|since) (customer|registration)|customer (for|since days)|months? as|стаж|срок жизни",
    "marital_status": r"marital|married|семейн|брак|женат|замужем",
    "children": r"\bkid|\bteen|child|\bdet|дет(и|ей)|ребен|ребён",
    "household": r"household (size|members)|family size|hh ?size|размер семь|членов семь|состав семь|семья",
    "education": r"educat|degree|образован",
    "gender": r"gender|\bsex\b|^пол$|\bпол (клиента|покупателя)",
    "region": r"\bcity\b|region|country|\bstate\b|province|district|город|регион|область|страна|район",
    "age": r"\bage\b|возраст|полных лет",
    "income": r"income|salary|wage|earnings|доход|зарплат|заработ",
    "orders": r"\borders?\b|\bpurchases?\b|transactions?|trips|visits?$|frequency|заказ"
    r"|(число|количество|кол во) (покупок|чеков|визитов)|^покупки$|^покупок|^чеки$|чеков",
    "spend": r"spend|spent|monetary|revenue|turnover|\bsales\b|total (amount|sum|value)|lifetime value|\bltv\b"
    r"|\bamount\b"
    r"|сумма|траты|потрачено|выручка|оборот|расход",
}
DEMOGRAPHIC: frozenset[Meaning] = frozenset(
    {"age", "income", "household", "marital_status", "children", "education", "region", "gender"}
)
ID = (
    r"\bid\b|\buid\b|\bguid\b|customer (no|num|code|key)|client (no|num|code)|\bcard\b|номер клиента|код клиента"
    r"|карта|\bид\b"
)
CUSTOMER = r"customer|client|household|\buser\b|buyer|member|shopper|клиент|покупател|пользовател|карт[аы]|домохозяйств"
ORDER_ID = r"order|basket|invoice|receipt|transaction|cheque|\bcheck\b|чек|заказ|транзакц|накладн"
BIRTH = r"birth|\bdob\b|рожден|рождён|\bгр\b"
JOINED = (
    r"regist|enrol|joined|signup|sign up|dt customer|customer since|since|created|first (order|purchase|visit)"
    r"|регистрац|первая покуп|дата вступл|создан"
)
LAST = r"last|latest|recent|последн"
OUTCOME = (
    r"respon|accept|\bcmp|campaign|promo ?\d|convert|redeem|churn"
    r"|отклик|акци|ответ|реакци|конверси|кампани|согласи|рассылк"
)
CODES = (
    r"\bzip\b|postal|postcode|phone|mobile|\binn\b|latitude|longitude|\bcode\b"
    r"|индекс|телефон|инн\b|\bкод\b|широта|долгота"
)
PERSONAL = (
    r"e ?mail|phone|mobile|first ?name|last ?name|full ?name|surname|^name$|address|passport"
    r"|телефон|почта|фамил|^имя$|отчество|\bфио\b|адрес|паспорт"
)
MONEY = r"mnt|amount|spend|spent|sales|revenue|value|\bsum\b|сумма|траты|расход|потрачено|выручка|руб"
PRICE, QUANTITY = r"price|цена|стоимость", r"quantity|\bqty\b|количество|кол во|штук"
CATEGORY = r"categor|department|product (line|group|type)|aisle|категор|отдел|товарная группа|группа товар"
CHANNEL = r"channel|канал|способ покупки"
CHANNELS = (
    r"\bweb|online|internet|\bsite|store|\bshop|catalog|\bapp\b|mobile|phone|call|market ?place|offline"
    r"|сайт|магазин|каталог|приложен|онлайн|офлайн|оффлайн|интернет|маркетплейс|телефон"
)
PRODUCTS = (
    r"wine|meat|fish|fruit|vegetable|sweet|gold|dairy|milk|bread|bakery|grocery|frozen|drink|beverage|snack"
    r"|fresh|deli|seafood|produce|detergent|household goods|cosmetic|cloth|shoes|electronic|toys|books"
    r"|вин[оа]|мяс|рыб|фрукт|овощ|сладк|сладост|молоч|хлеб|выпечк|бакале|напит|заморож|алкогол|космет|одежд"
    r"|обувь|электрон|игруш|книг|быт(овая)? хим|кондитер|сыр|колбас"
)
_SCORES = r"score|rating|index|балл|рейтинг|оценка|индекс"
_EMAIL, _PHONE = r"[^@\s]+@[^@\s]+\.\w+", r"\+?\d[\d ()\-]{8,}\d"


def words(name: str) -> str:
    """A column's name as lower-case words: ``NumWebPurchases`` -> ``num web purchases``."""
    parted = re.sub(r"(?<=[a-zа-яё])(?=[A-ZА-ЯЁ])|(?<=[A-Za-zА-Яа-яё])(?=\d)", " ", name)
    return " ".join(re.findall(r"[^\W_]+", parted)).lower()


def fits(pattern: str, name: str) -> bool:
    """Whether a column's name fits one of the patterns above."""
    return re.search(pattern, words(name)) is not None


def meaning_of(name: str) -> Meaning | None:
    """The part a column plays by its name, or None."""
    if fits(_SCORES, name):
        return None
    return next((meaning for meaning, pattern in MEANINGS.items() if fits(pattern, name)), None)


def looks_personal(value: str) -> bool:
    """An e-mail address or a telephone number."""
    return re.fullmatch(_EMAIL, value) is not None or (re.fullmatch(_PHONE, value) is not None and not value.isdigit())
