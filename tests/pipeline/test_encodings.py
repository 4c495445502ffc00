from __future__ import annotations

import pytest

from pipeline.reading.text.encodings import detect_encoding


@pytest.mark.parametrize(
    ("text", "encoding"),
    [
        ("Numer klienta;Ilość;Cena\n", "cp1250"),
        ("Wysyłka;Kwota\n", "cp1250"),
        ("Příjmení;Město;Částka\n", "cp1250"),
        ("Größe;Straße;München\n", "cp1252"),
        ("Numéro;Prénom;Quantité;Noël;cœur\n", "cp1252"),
        ("Año;Código;Niño;Teléfono\n", "cp1252"),
        ("Descrição;Situação\n", "cp1252"),
        ("Città;Quantità;Più\n", "cp1252"),
        ("Hinta;Määrä;Päivä;Yhteensä\n", "cp1252"),
        ("Bestillingsdato;Beløb;Kundeår;Køb\n", "cp1252"),
        ("Preis €;Betrag £\n", "cp1252"),
        ("Клиент;Сумма\nа\n", "cp866"),
        ("Клиент;Сумма\n", "koi8_r"),
        ("Имя;Email №1\nИванов;a@b.c\n", "cp1251"),
        ("ПОКУПАТЕЛЬ;ДАТА\nПЕТРОВА АННА;1\n", "cp1251"),
        ("ПОКУПАТЕЛЬ;ДАТА\nПЕТРОВА АННА;1\n", "koi8_r"),
        ("Покупатель;Дата\nИВАНОВ ПЁТР;1\n", "cp866"),
        ("Номер заказа;Дата заказа\n", "iso8859_5"),
        ("Номер заказа;Дата заказа\n", "mac_cyrillic"),
        ("Покупець;Кількість;Ціна, грн\n", "cp1251"),
        ("Numer zamówienia;Ilość;Świętosława\n", "iso8859_2"),
        ("Numer zamówienia;Ilość;Łukasz\n", "cp852"),
        ("Müşteri;Tutar;Sipariş tarihi\n", "cp1254"),
        ("Numéro;Prénom;Quantité\n", "cp850"),
        ("Numéro;Prénom;Quantité\n", "mac_roman"),
    ],
)
def test_the_code_page_of_a_header_is_known_by_its_words(text: str, encoding: str) -> None:
    assert detect_encoding(text.encode(encoding), "a.csv") == encoding


@pytest.mark.parametrize(("header", "encoding"), [("Код клиента;Сумма", "cp1251"), ("Montant;Payé", "cp1252")])
def test_spaces_that_group_thousands_say_nothing_of_the_language(header: str, encoding: str) -> None:
    data = (header + "\n" + "1;2\u00a0000,50\n" * 300).encode(encoding)

    assert detect_encoding(data, "a.csv") == encoding
