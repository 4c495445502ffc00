"""Values that stand for buyers who are not known: words such as guest, addresses of nobody, numbers of one digit."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Literal

from pipeline.reading import literal, quote
from pipeline.understanding.evidence import Relations, plain_words
from pipeline.understanding.purchases.customer import CustomerCandidate

Kind = Literal["", "words", "number"]

# The whole value, lower case, signs and accents gone.
_WHO = r"customers?|clients?|buyers?|users?|accounts?|guests?|members?|shoppers?|sales?|checkouts?|visitors?"
_BUYER = r"покупател\w*|клиент\w*|лиц[оа]|продаж\w*|контрагент\w*"
_WORDS = (
    rf"(?:guest|anonym\w*|unknown|unregistered|not registered|unidentified|default|walk ?ins?|cash|retail|counter|"
    rf"one time|casual|occasional|misc\w*|various|sundry|general|pos|otc|over the counter|test|testing|dummy|demo|"
    rf"none)(?: (?:{_WHO}))?|no (?:{_WHO})"
    r"|no ?name|nobody|n a|na|nan|null|nil|undefined|not (?:given|known|available|set|specified|provided)|missing"
    rf"|(?:розн\w*|частн\w*|физ\w*|неизвестн\w*|аноним\w*|случайн\w*|разов\w*|прочи\w*|конечн\w*|тест\w*|"
    rf"незарегистрирован\w*|обычн\w*)(?: (?:{_BUYER}))?"
    r"|гост[ьи]|без (?:карты|имени|номера|клиента|покупателя)|неизвестно|не (?:указан\w*|задан\w*|определен\w*)|нет"
    r"(?: (?:данных|карты|клиента))?|покупатель|клиент|наличны[ей](?: расчет)?|\w?физлиц\w*"
    r"|laufkund\w*|bar(?:verkauf|kunde|kunden)|gast(?:kunde)?|unbekannt\w*|diverse(?: kunden?)?|endkunde|kein kunde"
    r"|clients? (?:comptoir|divers|de passage|anonyme|inconnu)|anonyme|invite|inconnu|comptoir|passage"
    r"|consumidor final|clientes? (?:varios|mostrador|contado|generico|general|anonimo|ocasional)|invitado|particular"
    r"|publico (?:en )?general|mostrador|sin (?:nombre|cliente)"
    r"|consumidor(?: nao identificado)?|cliente (?:balcao|padrao|avulso|nao identificado)"
    r"|cliente (?:occasionale|banco)|ospite|corrispettivi"
    r"|klient (?:detaliczny|anonimowy|detal)|gosc|brak|perakende(?: musteri)?|misafir"
)
_LOCAL = rf"(?:{_WORDS}|no ?e?mail|no ?reply|e?mail|fake|without email|aaa+|xxx+|asdf\w*)[ \d]*"
_HOSTS = r"none|noemail|nomail|no mail|no email|invalid|fake|anonymous|guest|unknown"
_ONE_DIGIT = r"-?(\d)\1{3,}|-?9{3,}|0+|-\d+"
_LEAST_SHARE, _LEAST_PEOPLE = 0.01, 5  # of the lines; different people behind one number
_COUNTING = r"1234(?:5(?:6(?:7(?:8(?:90?)?)?)?)?)?|0123456789|987654321"


def placeholder(value: str) -> Kind:
    """Whether a customer's name stands for nobody: by its ``words``, or as a ``number`` (``xxx``) typed for one.

    A number is one only where it has far more lines than customers have: somebody may be number 1111.
    """
    text = re.sub(r"\.0+$", "", value.strip().lower())
    name, at, host = text.rpartition("@")
    if at:
        known = re.fullmatch(_LOCAL, plain_words(name)) or re.fullmatch(_HOSTS, plain_words(host.split(".")[0]))
        return "words" if known else ""
    digits = re.sub(r"[\s()+.\-]", "", text)
    if text[:1] == "-" and text[1:].isdigit():
        digits = text
    if not re.search(r"[^\W\d_]", text):
        return "number" if _nobodys(digits) else ""
    words = plain_words(text)
    if re.fullmatch(_WORDS, words):
        return "words"
    return "number" if re.fullmatch(r"([^\W\d_])\1{2,}", words) else ""


def _nobodys(digits: str) -> bool:
    """One digit over and over, also behind the code of a country; digits that count up or down."""
    local = digits[1:] if len(digits) >= 8 else digits
    return any(
        re.fullmatch(pattern, form) is not None for pattern in (_ONE_DIGIT, _COUNTING) for form in (digits, local)
    )


def guests_last(ranked: Sequence[CustomerCandidate], relations: Relations) -> list[CustomerCandidate]:
    """The candidates, the first of them behind one that tells the people apart for whom it has a placeholder.

    Shops give guests one number for all, such as 0: whoever has an address beside it is known by the address.
    """
    rivals = [candidate for candidate in ranked[1:] if candidate.words >= 2.0]
    if not rivals:
        return list(ranked)
    best = quote(ranked[0].name)
    values = relations.query(
        f"SELECT CAST({best} AS VARCHAR), count(*) AS n FROM data WHERE {best} IS NOT NULL "
        "GROUP BY 1 ORDER BY n DESC, 1 LIMIT 1"
    )
    value, lines = (str(values[0][0]), int(float(str(values[0][1])))) if values else ("", 0)
    if not placeholder(value) or lines < _LEAST_SHARE * relations.rows:
        return list(ranked)
    for rival in rivals:
        people = f"count(DISTINCT CASE WHEN CAST({best} AS VARCHAR) = {literal(value)} THEN {quote(rival.name)} END)"
        if relations.one(people) >= _LEAST_PEOPLE:
            return [rival, *(candidate for candidate in ranked if candidate is not rival)]
    return list(ranked)
