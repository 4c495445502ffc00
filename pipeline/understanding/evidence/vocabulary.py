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
    "marital_status": r"\bmarital|\bmarried\b|семейн|\bбрак|\bженат|\bзамужем",
    "children": r"\bkid(s|home)?\b|\bteen(s|home|agers?)?\b|\bchild(ren)?\b|\bdependents?\b|\bдет(и|ей)\b"
    r"|\bребен|\bребён",
    "household": r"household (size|members)|family size|hh ?size|размер семь|членов семь|состав семь|семья",
    "education": r"\beducation|\bdegree\b|образован",
    "gender": r"\bgender\b|\bsex\b|^пол$|\bпол (клиента|покупателя)",
    "region": r"\bcity\b|\bregion\b|\bcountry\b|\bstate\b|\bprovince\b|\bdistrict\b|\bgeography\b|\bгород\b|регион\b|"
    r"область\b|\bстрана\b|\bрайон\b",
    "age": r"\bage\b|возраст|полных лет",
    "income": r"\bincome\b|\bsalary\b|\bwages?\b|\bearnings\b|\bдоход|зарплат|\bзаработ",
    "orders": r"\borders?\b|\bpurchases?\b(?! (revenue|amount|value|sum|total))|transactions?|trips"
    r"|visits?$|frequency|заказ"
    r"|(число|количество|кол во) (покупок|чеков|визитов)|^покупки$|^покупок|^чеки$|чеков",
    "spend": r"spend|spent|monetary|revenue|turnover|\bsales\b|total (amount|sum|value)|lifetime value|\bltv\b"
    r"|\bamount\b"
    r"|сумма|траты|потрачено|выручка|оборот|расход",
}
SUMMARY: frozenset[Meaning] = frozenset({"recency", "orders", "spend", "average_cheque", "tenure"})
DEMOGRAPHIC: frozenset[Meaning] = frozenset(
    {"age", "income", "household", "marital_status", "children", "education", "region", "gender"}
)
ID = (
    r"\bid\b|\buid\b|\bguid\b|customer (no|num|code|key)|client (no|num|code)|\bcard\b|номер клиента|код клиента"
    r"|карта|\bид\b"
)
CUSTOMER = (
    r"customer|client|household|\buser\b|buyer|member|shopper|клиент|покупател|пользовател|карт[аы]|"
    r"домохозяйств"
)
BIRTH = r"birth|\bdob\b|рожден|рождён|\bгр\b"
JOINED = (
    r"regist|enrol|joined|signup|sign up|dt customer|customer since|since|created|first (order|purchase|visit)"
    r"|регистрац|первая покуп|дата вступл|создан"
)
BUYING = r"order|purchas|\bbuy|\bbought|заказ|покуп|чек"
VISITS = r"visits?\b|trips|визит|посещен"
GIFTS = r"\bgifts?\b|donat|pledge|пожертв"
DEEDS = (  # what a customer did last, where that is no purchase
    r"log ?[io]n|sign ?in|\bvisit|session|activ|contact|\bgift|donat|\bcall|\bopen|click|\bseen\b|\bstay"
    r"|check ?(in|out)|\btrans\b|transact|\btransfer|operation"
    r"|визит|вход|посещ|звон|активн|пожертв|заезд|выезд|обращен|контакт|операци|транзакц|перевод"
)
LAST = r"last|latest|recent|последн"
CONSENT = (
    r"\b(accepts?|subscri\w*|consent\w*|opt ?(ed)? ?in)\b.*\b(marketing|e ?mails?|sms|newsletters?|cookies|terms)\b|"
    r"\b(marketing|e ?mails?|sms)\b.*\b(accepted|subscri\w*|consent\w*|opt ?(ed)? ?(in|out))\b|newsletter|gdpr|"
    r"согласи|рассылк"
)  # whether she may be written to: no answer to a campaign
OUTCOME = (
    r"\brespon(se|ded|d|s|der)s?\b|\baccept(ed|s|ance)?\b|\bcmp|\bcampaign|\bpromo ?\d|\bconver(t|ted|sion)\b|"
    r"\bredeem(ed)?\b|^deposit$|\bsubscribed\b"
    r"|отклик|\bакци|\bответ|реакци|конверси|\bкампани|согласи|рассылк"
)
# who leaves or does not pay: it describes segments, but nobody was contacted, so there is no campaign to reckon
LEAVING = (
    r"\bchurn(ed|er|s)?\b|\battrition\b|\bexited\b|\bcancell?ed\b|\bunsubscribed?\b|\blapsed\b|"
    r"\bdefault(ed)?\b|\bhas left\b|^left$|\bis left\b|\bdelinquen(t|cy)\b"
    r"|\bclosed account\b|\battrited\b|\bотток\b|\bуш[её]л\b|\bпокинул|\bдефолт|\bотписал|\bрасторг|\bпросрочк"
)
# numbers that name a kind: few values make them a category
KINDS = (
    r"\bchannel\b|\bregion\b|\btype\b|\bclass\b|\bgroup\b|\bcategory\b|\bcluster\b|\bsegment\b|\bzone\b|"
    r"\bdepartment\b|\bbranch\b|\bcode\b|\bplan\b|\btier\b|\bgender\b|\bsex\b"
    r"|\bmarital\b|\bmarriage\b|\beducation\b|\boccupation\b|\bprofession\b|\bethnic|\bcountry\b|\bstate\b|"
    r"\bcity\b|\bstatus\b|\bsettlement\b|\bкод\b|\bтип\b|\bвид\b|\bгруппа\b|\bкласс\b|\bрегион\b|\bканал\b"
    r"|\bпол\b|\bкатегория\b|\bсегмент\b|\bотдел\b"
)
CODES = (
    r"\bzip\b|postal|postcode|\bphone\b|\bmobile\b|\binn\b|latitude|longitude|\bcode\b"
    r"|индекс|телефон|инн\b|\bкод\b|широта|долгота"
)
PLACE = r"latitude|longitude|\blat\b|\blng\b|\blon\b|широта|долгота"
PERSONAL = (
    r"\be ?mails?\b|\bphone\b|\bmobile\b|\bfirst ?name\b|\blast ?name\b|\bfull ?name\b|\bsurname\b|^name$|"
    r"\bcustomer name\b|\baddress\b|\bpassport\b|\bssn\b|\biban\b"
    r"|телефон|почта|фамил|^имя$|отчество|\bфио\b|адрес|паспорт"
)
MONEY = r"mnt|amount|spend|spent|sales|revenue|value|\bsum\b|сумма|траты|расход|потрачено|выручка|руб"
SPENDING = r"\bmnt\b|\bamount|spend|spent|\bsales\b|revenue|\bvalue\b|\bsum\b|сумма|траты|расход|потрачено|выручка"
STOCKS = (  # what somebody has, owes or may owe: nobody spent it on goods
    r"\bbalances?\b|\bcredit|\bloans?\b|\bdebts?\b|\bdeposit|\blimits?\b|\bsavings?\b|\bmortgage|\boverdraft"
    r"|\bassets?\b|\boutstanding|\boverdue|\bsalar|\bincome"
    r"|остат(ок|ки)|баланс|кредит|вклад|депозит|лимит|\bдолг|задолженност|\bза[её]м|\bипотек|накоплени|\bпросроч"
    r"|\bдоход|зарплат"
)
DUES = (  # what is paid beside goods: a part of no spend on kinds of things
    r"\bpayments?\b|\brepay|\binstal?lment|\bpremiums?\b|\bfees?\b|\btax(es)?\b"
    r"|платеж|платёж|комисси|\bналог|\bвзнос"
)
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
RFM_SCORE = r"\b(recency|frequency|monetary|rfm) (score|cell)\b|балл (давности|частоты|денег)|ячейка rfm"
# the number of one order, no number of orders
_NUMBER_OF_ONE = (
    r"\b(order|purchase|transaction|trip|visit|receipt|invoice) (id|no|nr|number|code|key|ref)$|^order$"
    r"|(номер|код|№|ид) (заказа|чека|покупки|визита|документа)\b|(заказа|чека|покупки) (номер|код|№|ид)$"
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
    if fits(_SCORES, name) or fits(_NUMBER_OF_ONE, name):
        return None
    return next((meaning for meaning, pattern in MEANINGS.items() if fits(pattern, name)), None)


_LONGEST = 400  # letters of either


def looks_personal(value: str) -> bool:
    """An e-mail address or a telephone number."""
    if len(value) > _LONGEST:
        return False
    return re.fullmatch(_EMAIL, value) is not None or (re.fullmatch(_PHONE, value) is not None and not value.isdigit())
