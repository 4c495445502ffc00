"""What became of a purchase, as shops say it: whole values in small letters, without accents of Latin letters."""

from __future__ import annotations

import re

from pipeline.reading import FALSE, TRUE
from pipeline.understanding.evidence import plain_letters

DONE = (
    r"^(complete[d]?|closed|done|success(ful)?|succeeded|fulfilled|partially fulfilled|shipped|shipping|"
    r"delivered|dispatched|received|"
    r"paid|partially paid|processing|in process|in progress|invoiced|approved|authorized|captured|settled|"
    r"available|confirmed|accepted|sale|sales|sales order|purchase|collected|pledged|cleared|posted|checked (in|out)|"
    r"attended|in transit|out for delivery|ready( for pick ?up)?|picked up|packed|"
    r"(order|payment) (completed?|received|confirmed|delivered|paid|shipped|success(ful)?)|"
    r"(tax |sales )?invoice|receipt|facture|venta|vente|приход|чек|transaction|checkout completed|"
    r"order|charge|payment|debit|sold|finished|ok|active|wc completed|wc processing|resolved|(closed )?won|"
    r"выполнен\w*|доставлен\w*|заверш\w*|оплачен\w*|отгружен\w*|выдан\w*|получен\w*|закрыт\w*|подтвержд\w*|"
    r"продажа|реализаци\w*|реализован\w*|активн\w*|действу\w*|покупка|обработан\w*|"
    r"проведен\w*|в пути|в обработке|(сделка )?(успешн\w*|выигран\w*)|"
    r"(клиент )?пришел|визит состоялся|"
    r"(виконано|доставлено|завершено|оплачено|отримано|відправлено|продаж)|"  # Ukrainian
    r"bestatigt|abgereist|angereist|"
    r"in bearbeitung|abgeschlossen|bezahlt|versendet|versandt|geliefert|zugestellt|erledigt|verkauf|"
    r"(aus)?rechnung|"  # German
    r"terminee?s?|livree?s?|payee?s?|expediee?s?|validee?s?|en cours|en preparation|vente|"  # French
    r"completad[oa]|pagad[oa]|enviad[oa]|entregad[oa]|facturad[oa]|cobrad[oa]|finalizad[oa]|"  # Spanish
    r"concluid[oa]|pag[oa]|entregue|faturad[oa]|aprovad[oa]|venda|"  # Portuguese
    r"completat[oa]|pagat[oa]|spedit[oa]|consegnat[oa]|evas[oa]|fatturat[oa]|vendita|scontrino|fattura|"  # Italian
    r"zrealizowan[aeoy]|wyslan[aeoy]|oplacon[aeoy]|dostarczon[aeoy]|zakonczon[aeoy]|sprzedaz|paragon|faktura|"  # Polish
    r"verzonden|voltooid|betaald|geleverd|afgerond|verkoop|factuur|"  # Dutch
    r"tamamlandi|teslim edildi|kargolandi|kargoya verildi|gonderildi|odendi|onaylandi|satis|"  # Turkish
    r"dokoncen[aoy]|vyrizen[aoy]|zaplacen[aoy]|odeslan[aoy]|dorucen[aoy]|prodej|"  # Czech
    r"slutford|levererad|betald|skickad|forsaljning|gennemfort|leveret|betalt|levert|"  # Swedish, Danish, Norwegian
    r"买家已付款\W?.*|a caminho|"
    r"完了|発送済み?|配送済み?|支払済み?|已完成|已发货|已付款|已签收|交易成功|완료|배송완료|결제완료|"  # CJK
    r"toimitettu|maksettu|teljesitve|kiszallitva|fizetve|finalizat[ae]?|livrat[ae]?|platit[ae]?|"
    r"ολοκληρώ\w*|παραδόθηκε|εξοφλ\w*|交易成功|已完成|已发货|已付款|已签收|完了|発送済み?|支払済み?|入金済み?|(배송|결제)?완료|"
    r"مكتمل|تم التسليم|הושלם|נמסר)$"
)
GONE = (
    r"^(refund(ed|s)?|cancel(l?ed|lation)?( (by|before|in) [\w ]+)?|void(ed)?|return(ed|s)?|reversal|"
    r"failed|failure|declined|rejected|payment (failed|error|pending|review)|awaiting [\w ]*payment|reversed|denied|"
    r"(closed )?lost|prospecting|qualification|negotiation([ /]+review)?|proposal( price quote| sent)?|contract sent|"
    r"appointment scheduled|no shows?|noshow|did not (attend|show up)|not delivered|undelivered|no \w+ found|"
    r"(сделка )?(провален\w*|проигран\w*)|(клиент )?не пришел|не явил\w*|неявка|не подтвержден\w*|"
    r"nicht erschienen|non presente?e?s?|no (asistio|se presento)|nao compareceu|nieobecn[aeyi]|non presentat[oa]|"
    r"(venda|pedido|compra|reserva|orden|commande|reservation|ordine|prenotazione|bestellung|auftrag|buchung) "
    r"(cancelad[oa]|anulad[oa]|annulee?|annullat[oa]|storniert)|"
    r"(cancelad[oa]|anulad[oa]|annulee?|annullat[oa]|storniert|annulowan[aeoy]|odwolan[aeoy]) "
    r"(por|pel[oa]|par|da(l|lla)?|durch|vo[nm]|przez) [\w ]+|odwolan[aeoy]|"
    r"expired|pending|pending payment|on hold|draft|unpaid|abandoned|trash|deleted|returned to sender|"
    r"charge ?back|disputed|fraud|error|unavailable|created|awaiting payment|requires payment method|"
    r"(order|payment|item) (refunded|returned|cancell?ed|failed|declined|expired)|"
    r"incomplete|uncollectible|dropped|errored|bounced|withdrawn|unsuccessful|not (paid|completed|collected)|"
    r"(quotation|quote|estimate|pro ?forma)( sent| invoice)?|angebot|devis|presupuesto|preventivo|oferta|teklif|"
    r"коммерческое предложение|credit (note|memo)|wc cancelled|wc refunded|wc failed|wc pending|wc on hold|"
    r"закрыто и не реализовано|незаезд\w*|не заехал\w*|отмен[\w ]*|возврат[\w ]*|возвращ[\w ]*|"
    r"отказ[\w ]*|не оплачен\w*|неоплачен\w*|ожида[\w ]*|удален\w*|черновик|"
    r"просрочен\w*|аннулир\w*|сторно\w*|не выкуплен\w*|нов(ый|ая|ое)|корректировка реализации|"
    r"(скасован[\w ]*|повернен[\w ]*|повернут[\w ]*|відмін[\w ]*|відхилен\w*|нов(ий|а|е))|"  # Ukrainian
    r"(teil)?storniert|storno|storniert?e? ?rechnung|stornorechnung|zuruckgegeben|zuruckgesendet|erstattet|retoure|"
    r"retourniert|ruckgabe|offen|abgebrochen|fehlgeschlagen|abgelehnt|(rechnungs|wieder)?gutschrift|"  # German
    r"annulee?s?|remboursee?s?|rembours\w*|retournee?s?|retour|avoir|en attente|echouee?|refusee?|"  # French
    r"cancelad[oa]|reembolsad[oa]|devuelt[oa]|devolucion|pendiente|anulad[oa]|rechazad[oa]|fallid[oa]|"
    r"nota de credito|abono|"  # Spanish
    r"devolvid[oa]|devolucao|estornad[oa]|estorno|pendente|recusad[oa]|"  # Portuguese
    r"annullat[oa]|rimborsat[oa]|rimborso|reso|restituit[oa]|in attesa|rifiutat[oa]|nota di credito|"  # Italian
    r"anulowan[aeoy]|anulacja|zwrot|zwrocon[aeoy]|odrzucon[aeoy]|oczekuj\w*|nieoplacon[aeoy]|korekta|"  # Polish
    r"geannuleerd|terugbetaald|geretourneerd|mislukt|in afwachting|creditnota|creditfactuur|"  # Dutch
    r"iptal( edildi)?|iade( edildi)?|geri odendi|beklemede|odeme bekliyor|reddedildi|basarisiz|"  # Turkish
    r"zrusen[aoy]|stornovan[aoy]|vracen[aoy]|vratka|dobropis|nezaplacen[aoy]|zamitnut[aoy]|"  # Czech
    r"avbruten|aterbetald|returnerad|makulerad|annulleret|refunderet|returneret|kansellert|kreditnota|"  # Nordic
    r"等待买家付款.*|"
    r"キャンセル(済み?)?|返品(済み?)?|返金(済み?)?|取消|已取消|已退款|退款|退货|交易关闭|未付款|待付款|취소|환불|반품|"
    r"peruutettu|palautettu|torolve|visszakuldve|stornozva|anulat[ae]?|returnat[ae]?|rambursat[ae]?|"
    r"ακυρ\w*|επιστρ\w*|交易关闭|已取消|已退款|退款成功|待付款|キャンセル\w*|返品\w*|返金\w*|未入金|취소\w*|환불\w*|반품\w*|"
    r"ملغي|ملغى|مرتجع|בוטל|הוחזר)$"
)
GONE_BY_NAME = (
    r"\b(cancel(l?ed|lation|led)?|void(ed)?|refunded|returned|deleted|storno|storniert|annulee?|annullato|"
    r"cancelad[oa]|"
    r"anulowan[eoy]|zwrocon[eoy]|iptal|iade|geannuleerd|zruseno)\b|отмен[её]?н|отмена|возвращ|аннулир|удал[её]н|"
    r"сторно"
)  # headers of a column of yes and no, or of the day on which it happened
DONE_BY_NAME = (
    r"^(is |was |order |payment )?(paid|completed|successful|success|captured|approved|authori[sz]ed|settled|"
    r"confirmed|"
    r"bezahlt|paye|pagad[oa]|pagat[oa]|pago|oplacon[aeoy]|zaplacen[oa]|betaald|odendi)( flag| ind| indicator|"
    r" y n)?$|^оплачен[оа]?$|^проведен[оа]?$"
)  # headers of a column of yes and no in which no says that nothing was paid
REFUND_BY_NAME = (
    r"^(is )?(a )?(refund|return|reversal|credit note|gutschrift|retoure|avoir|remboursement|devolucion|reso|zwrot|"
    r"iade)$|^(это )?возврат$"
)  # headers of a column of yes and no that tells refunds from purchases
NO_STATUS = (
    r"^state$|marital|famil|employ|stock|member|customer|client|user|account|loyalty|subscri|tax|клиент|семейн|"
    r"positive|health|inventory|ship|fulfil|deliver|доставк"
)  # headers of a status that is no purchase's, or comes after it was paid
YES = TRUE | {
    "ja", "oui", "si", "sí", "sim", "tak", "evet", "ano", "wahr", "vrai", "verdadero", "verdadeiro", "vero", "prawda",
    "так", "x", "х", "v", "✓", "✔", "+", "*", "はい", "是", "예", "نعم", "כן",
}  # fmt: skip
NO = FALSE | {
    "nein", "non", "não", "nao", "nie", "hayır", "hayir", "ne", "nee", "falsch", "faux", "falso", "fałsz", "ні",
    "いいえ", "否", "아니요", "لا", "לא",
}  # fmt: skip
LOOKED = (
    r"^((page |product |item )?(view|click|impression)(s|ed|ed item| item| content| product)?|search|"
    r"(add|added|remove|removed)( to| from)? (cart|basket|wish ?list)|cart|basket|wish ?list|begin checkout|"
    r"checkout|checkout started|add (payment|shipping) info|sign ?up|log ?in|session start|scroll|"
    r"просмотр\w*|клик|поиск|(добавлен\w* |удален\w* )?(в |из )?корзин\w*|избранное|вход|регистрация)$"
)  # what visitors do in a shop before they buy, or without it
RETURNED = (
    r"^(return(ed)?s?|refund(ed|s)?|reversal|(sales |credit )?return|credit (note|memo)|возврат\w*|"
    r"корректировка реализации|повернення|(rechnungs)?gutschrift|retoure|ruckgabe|stornorechnung|storno|avoir|retour|"
    r"remboursement|devolucion|nota de credito|abono|devolucao|estorno|reso|rimborso|nota di credito|zwrot|korekta|"
    r"iade|creditnota|creditfactuur|vratka|dobropis|kreditnota|返品|返金|退款|退货|환불|반품)$"
)


ENDED = (
    r"^(expired|ended|lapsed|inactive|frozen|paused|abgelaufen|beendet|expiree?|inactif|vencid[oa]|caducad[oa]|"
    r"wygasl[aey]|suresi doldu|истек\w*|истёк\w*|законч\w*|заморож\w*|приостан\w*|неактивн\w*)$"
)  # of a membership that was paid for and is over or rests
LASTS_UNTIL = (
    r"\b(end|ends|expiry|expires|expiration|until|valid to|renewal)\b|\bablauf|\bende\b|\bfin\b|окончани|действу|"
    r"истека"
)  # headers of the day to which a membership was paid for
MEMBERSHIP = (
    r"\b(member|plan|subscri\w*|contract|policy|pass|tariff|mitglied\w*|abo)\b|"
    r"абонемент|тариф|подписк|договор"
)  # headers of what was paid for
PENDING = (
    r"^(open|new|pending|on hold|awaiting \w+|created|offen|neu|nouvelle?|en attente|nuev[oa]|pendiente|nov[oa]|"
    r"pendente|in attesa|nuov[oa]|now[aey]|oczekuj\w*|nieuw|beklemede|yeni|нов(ый|ая|ое|ий|а)|ожида[\w ]*)$"
)  # of an order that nobody has sent yet, though it may be paid
PAYMENT = r"zahlung|payment|financial|paid|paiement|pago|pagamento|platnosc|odeme|betaling|оплат"
_WHOLLY = r"^(fully|completely|entirely|successfully|komplett|vollstandig|полностью|успешно|повністю) "
_BESIDE = r"\s*\([^()]*\)$"  # the pipeline that a stage belongs to


def is_one(pattern: str, value: str) -> bool:
    """Whether a value is one of some words, or several of them parted by strokes: ``Storniert / Abgelehnt``."""
    plain = plain_value(value)
    if re.match(pattern, plain):
        return True
    bare = re.sub(_WHOLLY, "", re.sub(_BESIDE, "", plain))
    parts = re.split(r"\s*[/|]\s*", bare)
    return all(re.match(pattern, re.sub(_WHOLLY, "", part)) for part in parts)


def plain_value(value: str) -> str:
    """A value without case, signs between words, accents of Latin letters and dots on the Russian yo."""
    return re.sub(r"[_\-\s]+", " ", plain_letters(value.strip()).lower())
