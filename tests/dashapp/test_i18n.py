"""Every text has its Russian, numbers and dates take the reader's form, and a stored run is told anew."""

from __future__ import annotations

import ast
import re
from datetime import date
from pathlib import Path

import pytest
from babel.messages.pofile import read_po

from dashapp.i18n import LANGUAGES, plural, speak, speech
from dashapp.i18n.retell import EnglishParser
from dashapp.i18n.speech import LOCALES, catalogues
from dashapp.telling import amount, customers, day, number, percent

DASHAPP = Path(speech.__file__).parents[1]
TRANSLATED = [code for code in LANGUAGES if code != "en"]
_HOLES = re.compile(r"{(\w+)}")


def messages() -> set[str]:
    """Every text that is said, in f-strings too; of a plural its singular."""
    found = set()
    for file in DASHAPP.rglob("*.py"):
        for one in ast.walk(ast.parse(file.read_text("utf-8"))):
            if isinstance(one, ast.Call) and isinstance(one.func, ast.Name) and one.func.id in ("_", "N_", "plural"):
                said = one.args[0]
                if isinstance(said, ast.Constant) and isinstance(said.value, str):
                    found.add(said.value)
    return found


def translations(files: list[Path]) -> dict[str, tuple[str, ...]]:
    found = {}
    for file in files:
        with file.open("rb") as handle:
            for one in read_po(handle, locale="ru"):
                key = one.id if isinstance(one.id, str) else one.id[0]
                found[key] = (one.string,) if isinstance(one.string, str) else tuple(one.string)
    return found


@pytest.mark.parametrize("code", TRANSLATED)
def test_every_message_has_its_translation(code: str) -> None:
    known = translations(catalogues(code))

    missing = sorted(said for said in messages() if not all(known.get(said, ("",))))

    assert missing == []


def test_no_russian_is_left_of_what_nobody_says() -> None:
    said = translations(catalogues("ru"))
    english = {one for one in said if one.isascii() or "“" in one}  # units are of the specs

    assert sorted(english - messages() - {""}) == []


HELD = {"pipeline": DASHAPP.with_name("pipeline") / "locales" / "ru", "stored": LOCALES / "ru" / "stored"}
RUNS = {part: sorted(folder.glob("*.po")) for part, folder in HELD.items()}


@pytest.mark.parametrize("files", [*map(catalogues, TRANSLATED), *RUNS.values()], ids=[*TRANSLATED, *RUNS])
def test_a_translation_fills_the_same_holes(files: list[Path]) -> None:
    wrong = {
        said
        for said, told in translations(files).items()
        for one in told
        if set(_HOLES.findall(one)) - {"n"} != set(_HOLES.findall(said)) - {"n"}
    }

    assert wrong == set()


@pytest.mark.parametrize(
    ("count", "expected"),
    [(1, "1 клиент"), (3, "3 клиента"), (11, "11 клиентов"), (2_240, "2\u00a0240 клиентов"), (21, "21 клиент")],
)
def test_russian_counts_take_their_form(count: int, expected: str) -> None:
    speak("ru")

    assert customers(count) == expected


def test_numbers_money_and_dates_follow_the_language() -> None:
    both = []
    for code in ("en", "ru"):
        speak(code)
        both.append((number(1234.5, 1), amount(1234, "$"), day(date(2014, 6, 29))))

    assert both == [("1,234.5", "$1,234", "29 June 2014"), ("1\u00a0234,5", "1\u00a0234\u00a0$", "29 июня 2014")]


@pytest.mark.parametrize("sent", [None, 3, "de", "ru-RU; drop", ["ru"]])
def test_an_unknown_language_is_english(sent: object) -> None:
    assert speak(sent) == "en"
    assert plural("{n} segment", "{n} segments", 2) == "2 segments"


# ------------------------------------------------------------------ a stored run


WORDS = {
    "Total spend": "Сумма покупок",
    "Orders": "Заказы",
    "Wine": "Вино",
    "big spenders": "много тратят",
    "wine lovers": "любители вина",
    "Marital status": "Семейное положение",
    "Married": "В браке",
}


@pytest.mark.parametrize(
    ("said", "expected"),
    [
        ("Big spenders, wine lovers", "Много тратят, любители вина"),
        ("Wine: share", "Вино: доля"),
        ("Marital status Married: 40 % (36 to 43 %)", "Семейное положение В браке: 40 % (от 36 до 43 %)"),
        ("Orders over 7 and total spend up to $1,610.5", "Заказы больше 7 и сумма покупок не больше $1\u00a0610,5"),
        ("Only 12 customers: too few to rely on.", "Всего клиентов: 12. Этого мало, чтобы полагаться."),
        ("1 row has no ID", "1 строка без ID"),
        ("22 rows have no ID", "22 строки без ID"),
        ("- big spenders; + wine lovers", "− много тратят; + любители вина"),
        ("Our best people", "Our best people"),  # a name that an analyst gave
    ],
)
def test_a_sentence_is_told_in_russian(said: str, expected: str) -> None:
    speak("ru")

    assert EnglishParser("ru", WORDS).tell(said) == expected


def test_a_portrait_is_told_whole() -> None:
    speak("ru")
    said = (
        "1,672 customers (30 % of all) who bring 33 % of revenue. Typical for them: orders 3 (all customers: 2); "
        "wine: share 66 % (all customers: 46 %)."
    )

    assert EnglishParser("ru", WORDS).tell(said) == (
        "1\u00a0672 клиента (30 % от всех), приносят 33 % выручки. Для них типично: заказы 3 (у всех клиентов: 2); "
        "вино: доля 66 % (у всех клиентов: 46 %)."
    )


def test_english_is_left_as_it_is() -> None:
    assert EnglishParser("en", WORDS).tell("Total spend") == "Total spend"


def test_no_minus_sign_stands_before_nothing() -> None:
    assert [number(value) for value in (-0.001, -0.06)] == ["0.0", "-0.06"]
    assert [percent(value) for value in (-0.001, -0.2)] == ["0 %", "-20 %"]
