"""How files in several languages call their columns."""

from __future__ import annotations

from collections.abc import Mapping

HEADERS: Mapping[str, Mapping[str, str]] = {
    "en": {
        "customer": "customer_id", "order": "order_id", "line": "line", "day": "order_date", "money": "amount",
        "total": "order_total", "price": "unit_price", "quantity": "quantity", "item": "product",
        "category": "category", "status": "status", "currency": "currency", "city": "city", "store": "store",
        "ship": "ship_date", "zip": "postal_code", "ip": "ip_address", "supplier": "supplier", "card": "card_last4",
        "row": "row_number", "key": "id", "discount": "discount", "channel": "channel",
    },
    "english": {
        "customer": "Customer ID", "order": "Invoice No", "line": "Line", "day": "Invoice Date",
        "money": "Net Amount", "total": "Invoice Total", "price": "Unit Price", "quantity": "Qty",
        "item": "Description", "category": "Department", "status": "Order Status", "currency": "Currency",
        "city": "City", "store": "Branch", "ship": "Delivery Date", "zip": "ZIP", "ip": "IP",
        "supplier": "Vendor ID", "card": "Card Digits", "row": "#", "key": "Record ID", "discount": "Discount",
        "channel": "Channel",
    },
    "buyer": {
        "customer": "Buyer", "order": "Receipt", "line": "Position", "day": "Purchased at", "money": "Sales",
        "total": "Receipt total", "price": "Price", "quantity": "Units", "item": "Article", "category": "Group",
        "status": "State", "currency": "Curr", "city": "Town", "store": "Shop", "ship": "Shipped at",
        "zip": "Zip code", "ip": "Client IP", "supplier": "Manufacturer", "card": "PAN suffix", "row": "No",
        "key": "uid", "discount": "Rebate", "channel": "Source",
    },
    "ru": {
        "customer": "Код клиента", "order": "Номер заказа", "line": "Строка", "day": "Дата заказа",
        "money": "Сумма", "total": "Итого по заказу", "price": "Цена", "quantity": "Количество", "item": "Товар",
        "category": "Категория", "status": "Статус", "currency": "Валюта", "city": "Город", "store": "Магазин",
        "ship": "Дата отгрузки", "zip": "Индекс", "ip": "IP-адрес", "supplier": "Поставщик", "card": "Цифры карты",
        "row": "№ п/п", "key": "ИД записи", "discount": "Скидка", "channel": "Канал",
    },
    "russian": {
        "customer": "Покупатель", "order": "Чек", "line": "Позиция", "day": "Дата покупки",
        "money": "Стоимость, руб.", "total": "Сумма чека", "price": "Цена, руб.", "quantity": "Кол-во",
        "item": "Наименование", "category": "Группа товаров", "status": "Состояние", "currency": "Код валюты",
        "city": "Город", "store": "Касса", "ship": "Дата доставки", "zip": "Почтовый индекс", "ip": "IP",
        "supplier": "Производитель", "card": "Последние цифры карты", "row": "№", "key": "Код строки",
        "discount": "Скидка, руб.", "channel": "Источник",
    },
    "de": {
        "customer": "Kundennummer", "order": "Bestellnummer", "line": "Position", "day": "Bestelldatum",
        "money": "Betrag", "total": "Gesamtbetrag", "price": "Einzelpreis", "quantity": "Menge", "item": "Artikel",
        "category": "Warengruppe", "status": "Status", "currency": "Währung", "city": "Ort", "store": "Filiale",
        "ship": "Lieferdatum", "zip": "PLZ", "ip": "IP-Adresse", "supplier": "Lieferant", "card": "Kartenziffern",
        "row": "Lfd. Nr.", "key": "Datensatz", "discount": "Rabatt", "channel": "Kanal",
    },
    "fr": {
        "customer": "Numéro client", "order": "Numéro de commande", "line": "Ligne", "day": "Date de commande",
        "money": "Montant", "total": "Total commande", "price": "Prix unitaire", "quantity": "Quantité",
        "item": "Article", "category": "Catégorie", "status": "Statut", "currency": "Devise", "city": "Ville",
        "store": "Magasin", "ship": "Date de livraison", "zip": "Code postal", "ip": "Adresse IP",
        "supplier": "Fournisseur", "card": "Carte", "row": "N°", "key": "Identifiant", "discount": "Remise",
        "channel": "Canal",
    },
    "es": {
        "customer": "Cliente", "order": "Pedido", "line": "Línea", "day": "Fecha", "money": "Importe",
        "total": "Total del pedido", "price": "Precio unitario", "quantity": "Cantidad", "item": "Artículo",
        "category": "Categoría", "status": "Estado", "currency": "Moneda", "city": "Ciudad", "store": "Tienda",
        "ship": "Fecha de envío", "zip": "Código postal", "ip": "Dirección IP", "supplier": "Proveedor",
        "card": "Tarjeta", "row": "Fila", "key": "Registro", "discount": "Descuento", "channel": "Canal",
    },
    "pt": {
        "customer": "Cliente", "order": "Número do pedido", "line": "Linha", "day": "Data do pedido",
        "money": "Valor", "total": "Total do pedido", "price": "Preço unitário", "quantity": "Quantidade",
        "item": "Produto", "category": "Categoria", "status": "Situação", "currency": "Moeda", "city": "Cidade",
        "store": "Loja", "ship": "Data de envio", "zip": "CEP", "ip": "Endereço IP", "supplier": "Fornecedor",
        "card": "Cartão", "row": "Linha nº", "key": "Registro", "discount": "Desconto", "channel": "Canal",
    },
    "it": {
        "customer": "Codice cliente", "order": "Numero ordine", "line": "Riga", "day": "Data ordine",
        "money": "Importo", "total": "Totale ordine", "price": "Prezzo unitario", "quantity": "Quantità",
        "item": "Articolo", "category": "Categoria", "status": "Stato", "currency": "Valuta", "city": "Città",
        "store": "Negozio", "ship": "Data spedizione", "zip": "CAP", "ip": "Indirizzo IP", "supplier": "Fornitore",
        "card": "Carta", "row": "N.", "key": "Chiave", "discount": "Sconto", "channel": "Canale",
    },
    "pl": {
        "customer": "Numer klienta", "order": "Numer zamówienia", "line": "Pozycja", "day": "Data zamówienia",
        "money": "Kwota", "total": "Suma zamówienia", "price": "Cena", "quantity": "Ilość", "item": "Produkt",
        "category": "Kategoria", "status": "Status", "currency": "Waluta", "city": "Miasto", "store": "Sklep",
        "ship": "Data wysyłki", "zip": "Kod pocztowy", "ip": "Adres IP", "supplier": "Dostawca", "card": "Karta",
        "row": "Lp.", "key": "Klucz", "discount": "Rabat", "channel": "Kanał",
    },
}  # fmt: skip
KNOWN_LANGUAGES = ("en", "english", "buyer", "ru", "russian", "de", "fr", "es")
