"""Words in headers that propose a role, in the languages of shops' exports: a prior, never a proof."""

from __future__ import annotations

# Each pattern is searched in a header's words (see ``plain_words``): lower case, accents of Latin letters gone.
CUSTOMER = (
    r"\b(cust|customers?|clients?|clientes?|buyers?|shoppers?|consumers?|members?|users?|households?|guests?|"
    r"patrons?|"
    r"subscribers?|visitors?|purchasers?|accounts?|acheteurs?|comprador(es)?|kunden?|besteller|kaufer|"
    r"klienta?|klanten?|nabywca|"
    r"kupujacy|musteri|kund|odberatel|zakaznik|asiakas|vevo|party|debtors?|debitor(en)?|"
    r"borrower|backer|donor|donator|constituents?|bidder|rider|passenger|passageir[oa]|passager|passeggero|fahrgast|"
    r"tenant|"
    r"attendee|travell?er|payer|pupil|"
    r"(policy|card|account) ?holder|mitglied(er)?|adherente?|abonne|donateur|donante|socio|pasajero|spender|"
    r"abonent)\b|"
    r"\bkunden?(nummer|nr|id|kennung|code)\b|\bklant(nummer|nr|id)\b|\bsold to\b|"
    r"\ba (number|party|subscriber)\b|\bcalling (number|party)\b|\bcaller\b|"
    r"\bbill to\b|\bbilled to\b|"
    r"\b(customer|client|buyer|member|user)(name|no|nr|num|number|code|key|ref)\b|\bcustomerid\b|\bvisitorid\b|"
    r"\bbuyerid\b|\bcustid\b|\buid\b|\buserid\b|\bclientid\b|"
    r"\bmemberid\b|\bfull visitor\b|"
    r"клиент|покупател|контрагент|заказчик|пользовател|получател|плательщик|домохозяйств|абонент|партнер\b|\bгост[ья]\b|"
    r"\braison sociale\b|\brazon social\b|\bragione sociale\b|\bcode tiers\b|читател|пассажир|страховател|"
    r"жертвовател|"
    r"клієнт|покупець"
    r"|顧客|会員|お客様|得意先|購入者|客户|会员|买家|顾客|고객|회원"
    r"|πελ[άα]τ|买家|顾客|客户|会员|顧客|注文者|購入者|会員|お客様|고객|구매자|회원|عميل|العملاء|الزبون|المشتري|לקוח|קונה"
)
CARD = (
    r"\b(loyalty|club|bonus|discount)? ?card\b|\bloyalty\b|\bкарт[аы]\b|дисконт\w* карт|бонусн\w* карт|"
    r"\bcarte (de )?(fidelite|client)\b|\btarjeta (de )?(fidelidad|fidelizacion|cliente|club)\b|"
    r"\b(kunden|bonus|treue)karte\b|\b(karten|kort)(nummer|nr|id)\b|\b(nr|numer) karty\b|\bkart no\b|"
    r"\bcarta fedelta\b|\btessera\b|\bkarta (klienta|stalego klienta|lojalnosciowa)\b|"
    r"\bcartao (fidelidade|cliente)\b|"
    r"\bklantenkaart\b|会員カード|会员卡"
)
EMAIL = (
    r"\be ?mails?\b|\bmail\b|\bemailaddress\b|\bcorreo\b|почт[аы]\b|\bимейл\b"
    r"|メール|邮箱|이메일"
)
PHONE = (
    r"\bmsisdn\b|\bphone\b|\bmobile\b|\btel\b|\btelephone\b|\btelefon\b|\btelefono\b|\btelephone\b|\bтелефон\b"
    r"|電話|电话|手机|전화"
)
CONTACT = r"\bcontacts?( ?name)?$|\bcontactname\b|\b(associated|primary|main) contacts?\b|\bконтакт$"
COMPANY = r"\bcompan(y|ies)( name)?$|\bfirma\b|\bentreprise\b|\bempresa\b|\bazienda\b|\bкомпания$"
PERSON = (
    r"\b(full|first|last|sur|given|family) ?name\b|\bsurname\b|\bфио\b|фамил|\bимя\b|отчеств|\bnachname\b|"
    r"\bvorname\b|\bapellidos?\b"
)
# what follows a word for a customer where the column describes her and does not name her
ATTRIBUTE = (
    r"\b(types?|segments?|city|cities|country|countries|state|province|zip|postal|postcode|region|district|"
    r"age|gender|sex|groups?|sizes?|members|persons|people|composition|structure|"
    r"class|status|rating|satisfaction|since|dates?|service|calls?|value|ltv|lifetime|count|income|category|"
    r"tier|level|feedback|comments?|"
    r"reviews?|support|birth|dob|loyalty|score|points|balance|agent|address|language|first|last|joined|"
    r"registered|lat|lng|"
    r"latitude|longitude|job|occupation|title|marital|new|returning|acquisition|churn|typ|typology|stadt|land|plz|"
    r"ville|pays|ciudad|pais|prefix|orders?|purchases?|notes?|order count|spent|spend|manager|discount|"
    r"currency|amount|tax|vat|rate|"
    r"channel|source|verified|active|tenure|months?|days?|years?|sessions?|length|duration|limit|opened)\b"
    r"|тип\b|вид\b|город|регион|страна|возраст|пол\b|групп|сегмент|статус|дата|адрес|категор|рейтинг|оценка|"
    r"скидк|менеджер|индекс|телефон"
)
_ORDER_NOUN = (
    r"(orders?|invoices?|receipts?|transactions?|trans|txn|baskets?|purchases?|sales?|tickets?|checks?|"
    r"cheques?|bills?|checkouts?|"
    r"bookings?|vouchers?|vch|documents?|doc|payments?|charges?|commandes?|factures?|pedidos?|facturas?|ordini|"
    r"ordine|fattura|"
    r"scontrino|ticket|zamowieni[ae]|faktura|paragon|siparis|fatura|rechnung|bestellung|bestellungs?|auftrag|"
    r"beleg|bon|bestelling|factuur|"
    r"nota|compra|venta|fis|kvitto|kvittering|kuitti|ordre|bestilling|bestallning|objednavk[ay]|tilaus|rendeles|"
    r"comanda|visits?|trips?)"
)
ORDER = (
    rf"\b{_ORDER_NOUN}( (id|ids|no|nr|nbr|num|number|numbers|code|key|ref|reference|numero|nummer|#))?$"
    rf"|\b(id|no|nr|numero|num|number|nº|n) ?(de |da |do |della |of )?(la |el |le )?{_ORDER_NOUN}\b"
    r"|\b(bestell|rechnungs|auftrags|beleg|bon|kassenbon|faktura)(nummer|nr|id|numer)\b|\b(order|invoice|"
    r"transaction|basket|receipt|txn)(id|no|number)\b"
    r"|\bbasket\b|\bfactuurnummer\b|\bbestelnummer\b"
    r"|(номер|код|№|ид|n) (заказ|чек|документ|накладн|счет|продаж|операци|транзакци|покупк|реализаци|отправлени)\w*"
    r"|^(заказ|чек|накладная|документ|счет|транзакция|покупка|документ продажи|регистратор|ссылка|отправление)$"
    r"|(заказ|чек|накладн|документ)\w* (id|ид|номер|№)|номер заказа|замовлення"
    r"|(注文|受注|伝票|订单|주문)(番号|号|编号|no|id|번호)?$|レシート"
    r"|παραγγελ|订单编?号|注文番号|受注番号|주문번호|رقم الطلب|מספר הזמנה"
)
LINE = (
    r"\b(line|row|position|pos|seq|sequence|item no|lineitem|order item|record)( (id|no|nr|number|num|key))?$|"
    r"\bline ?item (id|no)|^(n|no|nr|#|№)$|номер строки|строка|\bп п\b|порядков"
)
ROW_NUMBER = (
    r"^(row|rowid|row id|row number|row no|index|idx|unnamed|record|record id|record number|sr no|s no|serial|"
    r"serial no|nr|no|n|№|# )$|номер строки|\bп п\b"
)
DAY_ORDER = (
    r"\b(order|orders|ordered|purchase|purchased|invoice|invoiced|transaction|trans|txn|sale|sales|created|"
    r"placed|booking|booked|reserved|issued|pledged|donated|receipt|"
    r"basket|charge|payment|trip|visit|event|bestell|rechnungs|beleg|commande|facture|pedido|compra|venta|"
    r"factura|ordine|"
    r"zamowienia|siparis|bestel|factuur)\b.*\b(dates?|day|time|datetime|timestamp|at|on|fecha|data|datum|"
    r"tarihi?|dt)\b"
    r"|\b(date|day|time|datetime|timestamp|fecha|data|datum|dt)\b.*\b(order|purchase|invoice|transaction|sale|"
    r"commande|facture|pedido|compra|factura|ordine|"
    r"zamowienia|achat|venta|created)\b|\b(bestelldatum|rechnungsdatum|kaufdatum|belegdatum|auftragsdatum|"
    r"orderdate|invoicedate|"
    r"purchasedate|besteldatum|factuurdatum|timestamp|buchungsdatum)\b|\bdate created\b|"
    r"дата (заказ|покупк|продаж|чек|документ|операци|создан|оформлен|реализаци|транзакци|поступлени|принят)|"
    r"(заказ|покупк|продаж|чек)\w* дата|дата и время|период\b"
    r"|(注文|購入|受注|売上|下单|订单|付款|交易|주문|구매)\w*(日|日時|日期|时间|일|일자|일시)$"
    r"|付款时间|下单时间|订单日期|注文日|受注日|購入日|주문일|تاريخ الطلب|תאריך הזמנה"
)
DAY = (
    r"\b(dates?|days?|tag|jour|dia|giorno|dzien|gun|datetime|time|timestamp|ts|epoch|moment|fecha|datum|data|"
    r"tarih|dt|dato|paivays|paivamaara|when|period|month|week|"
    r"quarter|year month|yearmonth)\b|\bдат[аы]\b|\bдень\b|\bвремя\b"
    r"|\bмесяц\b|\bпериод\b|date$|datum$"
    r"|日付|日期|年月日|날짜"
    r"|ημερομηνία|日期|时间|日付|日時|날짜|일자|التاريخ|תאריך"
)
DAY_LATER = (
    r"\b(ship|shipped|shipping|shipment|deliver|delivered|delivery|dispatch|dispatched|arriv|arrival|due|paid|"
    r"payment|settled|"
    r"updated?|modified|closed|completed|cancelled|canceled|refunded|return|returned|expir|expiry|expires|"
    r"expected|estimated|approved|required|check ?(in|out)|departure|drop ?off|"
    r"fulfilled|last|latest|available|liefer|lieferdatum|versand|versanddatum|livraison|envio|entrega|"
    r"consegna|dostawy|limit|deadline|processed)\b"
    r"|отгруз|доставк|оплат|обновл|изменен|закрыт|возврат|выдач|срок|последн|lieferdatum|versanddatum|"
    r"leverdatum|faellig|fallig"
)
DAY_PERSON = (
    r"birth|\bdob\b|geburt|naissance|nacimiento|рожден|registr|enrol|joined|sign ?up|регистрац|member since|\bhire"
)
MONEY_LINE = (
    r"\b(line|item|row|position|product|ext|extended)\b.*\b(total|amount|sum|value|price total|subtotal|net|"
    r"sales)\b|\b(total|extended) (price|line|cost of sale|item)\b"
    r"|\bamounts?\b|\bsales?\b|\brevenue\b|\bturnover\b|\bspend(ing)?\b|\bspent\b|\bsum\b|\bnet\b|\bgross\b|"
    r"\bmonetary\b|\bproceeds\b|\bpaid\b|\bmoney\b|\b(dollar|sales|net|gross|purchase|order|"
    r"transaction|basket|invoice|payment|total|deal|gift)s? ?(value|amount|amt|sum|sales|paid|price|total|usd|eur|"
    r"gbp)\b|"
    r"\bamt\b|\bcharges?\b|\btotals?\b|\bgmv\b|\bsubtotal\b|\b(fares?|premiums?|donations?|pledges?|tuition)\b"
    r"|^бюджет( сделки)?$"
    r"|^(usd|eur|gbp|rub|руб|uah|kzt|pln|try|inr|brl)$|\bumsatz\b|\bbetrag\b|\bsumme\b|\bgesamt(preis|betrag|"
    r"summe|wert)?\b|\b(zeilen|netto|brutto|rechnungs|"
    r"bestell)(betrag|summe|wert|umsatz)\b|\bmontant\b|\bimporte\b|\bmonto\b|\bimporto\b|\bvalor\b|\bkwota\b|"
    r"\bnetto\b|\bbrutto\b|\bm ?r ?r\b|\barr\b|\btrzby\b|\bcastka\b|\bbelopp\b|\bbelob\b|\bbelop\b|\bsumma\b|"
    r"\breceitas?\b|\bfaturamento\b|\bingresos?\b|\brecettes?\b|\bricav[oi]\b|\bprzychod\b|\berlose?\b|"
    r"\bosszeg\b|\bsuma\b|\btoplam\b|"
    r"\bwartosc\b|\btutar\b|\bbedrag\b|\btotaal\b|"
    r"\bchiffre d affaires\b|сумм|выручк|оборот|стоимость|потрачен|итого|\bвсего\b|продажи\b|\bсума\b|реализац"
    r"|金額|小計|売上(高|額)?$|金额|小计|总价|销售额|금액"
    r"|\bποσ[όο]\b|\bαξία\b|金额|总额|金額|合計|売上|금액|총액|المبلغ|סכום"
)
MONEY_ORDER = (
    r"\b(order|invoice|basket|cart|receipt|grand|transaction|bill|checkout)s? ?(total|amount|value|sum|price|"
    r"net|gross)\b|\bgrand total\b|\bsub ?total\b|\btotal (paid|charged)\b"
    r"|сумма (заказ|чек|документ|счет)|итого по|\b(bestell|rechnungs|auftrags|bon)(summe|betrag|wert)\b|"
    r"\btotal (commande|facture|pedido|ttc|ht)\b|total_value"
    r"|合計|注文金額|订单(总)?金额|总额|합계|총액"
)
PRICE = (
    r"\bprices?\b|\bunit ?(price|cost|value)\b|\bprix\b|\bprecio\b|\bprezzo\b|\bpreco\b|\bpreis\b|"
    r"\beinzelpreis\b|\bstuckpreis\b|\bcena\b|\bfiyat\b|\bprijs\b|\bpris\b|\b(a|stycke|enhets|styk)pris\b|"
    r"\bhinta\b|\byksikkohinta\b|\bpret\b|\begysegar\b|\bar\b|\brate\b|\bmrp\b|\bцен[аы]\b|\bціна\b|"
    r"\bunitprice\b"
    r"|単価|価格|单价|价格|단가|가격"
    r"|\bτιμή\b|单价|単価|価格|가격|السعر|מחיר"
)
QUANTITY = (
    r"\b(purchase|sales|order)?quantit(y|ies|e|es|a)\b|\bqty\b|\bquant\b|\bunits?\b|\bpieces?\b|\bpcs\b|"
    r"\bcount of items\b|"
    r"^(items|products|articles)$|\bitems? (count|number|qty)\b|\bnumber of items\b|\bcantidad\b|"
    r"\bmenge\b|\banzahl\b|\bstuck(zahl)?\b|\bqte\b|"
    r"\bant(al|all)\b|\bmnozstvi\b|\bpocet( kusu)?\b|\bmennyiseg\b|\bdarab(szam)?\b|\bcantitate\b|\bmaara\b|\bkpl\b|"
    r"\bquantita\b|\bquantidade\b|\bilosc\b|\badet\b|\bmiktar\b|\baantal\b|количеств|\bкол во\b|\bколво\b|"
    r"\bкол\b|\bшт\b|\bштук\b|кількість"
    r"|数量|個数|点数|수량"
    r"|ποσότητα|数量|個数|수량|الكمية|כמות"
)
NOT_MONEY = (
    r"discount|rabatt|remise|descuento|sconto|\btax\b|\btaxes\b|\bvat\b|\bgst\b|\bmwst\b|\btva\b|\biva\b|"
    r"\bship|freight|\bdelivery\b|\bpostage\b|\bhandling\b|versand|livraison|envio|"
    r"\bcosts?\b|\bcogs\b|profit|margin|\bbalance\b|\bcredit\b|\bpoints?\b|\bbonus\b|\bfees?\b|\btips?\b|"
    r"\bpercent\b|\bpct\b|\brate\b|\bratio\b|score|rating|\bweight\b|\bcommission\b|\brefund(ed)?\b|"
    r"\bcoupon\b|"
    r"\bincome\b|\bsalary\b|\bstock\b|\bbudget\b|\blimit\b|\bwallet\b|"
    r"скидк|налог|\bндс\b|доставк|комисси|прибыл|маржа|себестоим|балл|бонус|вес\b|остат|закуп"
    r"|割引|値引|税|送料|ポイント|折扣|优惠|运费|할인|배송비"
)
DISCOUNT = (
    r"discount|rabatt|remise|descuento|sconto|\brebate\b|скидк|coupon|voucher value"
    r"|割引|値引|折扣|优惠|할인"
)
TAX = (
    r"\btax(es)?\b|\bvat\b|\bgst\b|\bmwst\b|\btva\b|\biva\b|\bндс\b|\bналог"
    r"|税|세금"
)
BOUGHT = (
    r"\b(purchased?|bought|ordered|converted|conversion|transaction|paid|sale|sold)\b|куплен|покупка|заказан|оплачен"
)
TALLY = (
    r"\b(minutes|gb|mb|clicks?|impressions?|views?|conversions?|hits|opens|visits|sends|reach)\b|"
    r"\bклик\w*|показ\w*|просмотр\w*"
)
OTHER_MEASURES = (
    r"\b(points?|score|rating|stars|weight|duration|length|minutes?|mins?|hours?|seconds?|distance|miles|km|odometer|"
    r"age|temperature|latitude|longitude|floor|rooms?|nights?|persons?|people)\b|балл|бонус|рейтинг|вес\b|минут|"
    r"длительн|пробег|возраст"
)  # of numbers that are no money under any header
WEIGHTS = (
    r"^(weights?|(number|count|num|n) (of )?(customers|clients|people|users|households))$|"
    r"^(число|количество|кол во) (клиентов|покупателей|людей)$"
)  # headers of how many a row stands for
GIVEN_BACK = (
    r"\b(refund(s|ed)?|returned|return) ?(amounts?|sum|total|value|qty|quantity|pieces|units)?$|\bamount refunded\b|"
    r"\b(total|quantity|qty|units) (refunded|returned)\b|\b(refund(s|ed)?|returned|returns|reimbursed|charged back|"
    r"chargebacks?|erstattet|erstattung(en)?|ruckerstattung|retouren?(menge|betrag)?|remboursee?s?|remboursements?|"
    r"reembols(o|os|ad[oa])|devuelto|estorno|rimbors(o|i|at[oa])|zwrot(y)?|zwrocon[eoy]|iade)\b|возврат|возвращен"
)  # headers of a column with what was given back
FEE = (
    r"\bfees?\b|\btarifas?\b|\btaxas?\b|\bcargos?\b|\bcomiss(ao|oes)\b|\bcommissions?\b|\bgebuhr(en)?\b|"
    r"\bprovision\b|\bfrais\b|\bcomision(es)?\b|\bcommissioni\b|комисси"
)
SHIPPING = (
    r"\bship(ping|ment)?\b|\bfreight\b|\bdelivery\b|\bpostage\b|versand|livraison|envio|доставк"
    r"|送料|运费|배송비"
)
ITEM = (
    r"\b(product|item|article|sku|stock ?code|goods|merchandise|artikel|produkt|produit|producto|articulo|"
    r"prodotto|produto|urun|asin|variant|lineitem name|isbn|upc|ean|barcode|title)s?\b|description"
    r"|artikel(nummer|nr|name|bezeichnung)|товар(?!н)|номенклатур|артикул|наименован|\bsku\b|позици|продукт"
    r"|商品|品名|製品|产品|상품|品番"
)
CATEGORY = (
    r"categor|\bdepartment\b|\bdept\b|product (line|group|type|class)|\baisle\b|\bkategori|\bcategorie\b|"
    r"warengruppe|\brayon\b|\bsub ?category\b|категор|\bотдел\b|товарная группа|группа (товар|номенклат)|"
    r"номенклатурная группа|вид номенклат|раздел"
    r"|カテゴリ|分類|类别|分类|品类|카테고리"
)
CHANNEL = r"channel|\bplatform\b|\bdevice\b|\bsource\b|канал|способ (покупки|заказа)|площадк|\bkanal\b|\bcanal\b"
STATUS = (
    r"\bstatus\b|\bstate\b|\b(deal|sales|pipeline|opportunity|lead|order) (stage|phase)\b|^stage$|стади[яи]|"
    r"^этап|этап сделки|"
    r"\bestado\b|\bstatut\b|\bstato\b|\bdurumu?\b|\bstan\b|\bstav\b|\bsituacao\b|\betat\b|\btila\b|"
    r"\bstare\b|\b\w+status\b|стан замовлення|\bзаказ закрыт\b|статус|"
    r"состояни|\bfulfil?lment\b"
    r"|ステータス|状態|状态|상태"
    r"|κατάσταση|状态|状態|ステータス|상태|الحالة|סטטוס"
)
KIND_OF_LINE = (
    r"\b(type|kind|typ|tipo|transaction type|event|event name|event type|operation|action|doc type|"
    r"document type|doc kind|vch type|voucher type|art|belegart|dokumentart|vorgangsart|vorgang|transaktionsart|"
    r"rodzaj|"
    r"rodzaj dokumentu|tur|islem turu|belge turu|nature|soort|druh)\b|"
    r"вид (операции|документа|движения)|тип (операции|документа|транзакции)|операция|событие"
)
CURRENCY = (
    r"\bcurrency\b|\bcurr\b|\bccy\b|\bwahrung\b|\bdevise\b|\bmoneda\b|\bvaluta\b|\bmoeda\b|\bwaluta\b|"
    r"para birimi|валют"
)
SIDE = (
    r"suppl|vendor|seller|merchant|employee|staff|cashier|sales ?(person|man|rep)|salesman|manager|agent|"
    r"operator|driver|courier|waiter|\bstores?\b|\bshops?\b|branch|warehouse|terminal|\bpos\b|\bregister\b|"
    r"\btill\b|outlet|"
    r"zip|postal|postcode|\bplz\b|\bcity\b|\bcountry\b|\bstate\b|\bregion\b|province|district|\bip\b|"
    r"ip address|session|device|browser|user agent|campaign|coupon|promo|brand|manufacturer|card digits|last4|"
    r"last 4|iban|\bbank\b|"
    r"product|\bitem\b|\bsku\b|article|categor|payment (method|type|id)|gateway|carrier|tracking|referrer|utm|"
    r"\bcreated by\b|\bowner\b|"
    r"поставщик|поставк|продав|сотрудник|кассир|менеджер|магазин|склад|филиал|подразделен|организаци|город|регион|"
    r"индекс|курьер|бренд|производител|товар|артикул|номенклатур|касса|терминал|категор"
)
ARM = (
    r"\b(arm|treatment|treated|control|variant|ab ?group|test ?group|experiment|exposed|holdout|bucket|cell|"
    r"cohort|group|segment)\b|\bконтрол|\bтестов\w* групп|групп[аы] (теста|эксперимента)|вариант"
)
OTHER_THINGS = (
    r"\b(employees?|staff|patients?|students?|players?|teams?|houses?|propert(y|ies)|vehicles?|cars?|movies?|"
    r"films?|books?|songs?|tracks?|artists?|listings?|hotels?|flights?|sensors?|devices?|stations?|"
    r"applicants?|loans?|claims?|drivers?|cities|countries|schools?|products?|items?|sku|articles?|suppliers?|"
    r"vendors?|stores?|machines?|assets?|reviews?|articles?|tweets?|posts?|videos?|apps?|games?|matches|match|"
    r"plants?|animals?|samples?|subjects?|"
    r"incidents?|crimes?|accidents?|trips?|rides?|jobs?|candidates?)\b|сотрудник|пациент|студент|ученик|товар|"
    r"артикул|номенклатур|магазин|объект|автомобил|фильм|книг|отзыв"
)
OTHER_SIGNS = (
    r"diagnos|\bbmi\b|glucose|blood|cholesterol|tumou?r|symptom|attrition|job ?(role|title|level)|\bhire|"
    r"performance rating|over ?time|department head|\bgpa\b|exam|"
    r"grade|\bsqft\b|bedrooms?|bathrooms?|mileage|horsepower|\bmpg\b|engine|temperature|humidity|pressure|"
    r"\bstock\b|reorder|\bmanufacturer\b|runtime|\bgenre\b|author|publisher|\bloan\b|"
    r"review ?text|\bstars\b|диагноз|должност|остаток|температур|оценка за"
)
