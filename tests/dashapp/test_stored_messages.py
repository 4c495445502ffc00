"""What a run holds is told in Russian to the last word; runs of version 0.1 are told as before."""

from __future__ import annotations

import ast
import importlib.util
import json
import re
import shutil
import sqlite3
import time
import zipfile
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
from babel.messages.pofile import read_po
from pydantic import BaseModel

import dashapp
import pipeline
from dashapp.data import Run, SegmentationData
from dashapp.i18n import LANGUAGES, Teller, explained, retold, speak, teller_of
from dashapp.i18n.teller import told_anew
from dashapp.pages import overview
from dashapp.pages.campaigns import plan_sentences
from dashapp.pages.campaigns.address import read
from dashapp.pages.campaigns.prospects import people
from pipeline.contract import (
    Cased,
    Column,
    Day,
    Joined,
    Message,
    Own,
    Quantity,
    Segmentation,
    SegmentCard,
    Value,
    identity_of,
    inline,
    messages_of,
    with_messages,
)
from pipeline.describing import Predecessor
from pipeline.describing.identity import follow
from pipeline.errors import InputError, StoreError, UsageError
from pipeline.scoring import score_upload
from pipeline.segmenting import override
from pipeline.settings import Settings
from pipeline.store import Store
from pipeline.store.checked_notes import entry
from pipeline.store.run_reader import called
from pipeline.train import Request, train
from pipeline.understanding.known_forms import known_forms

FIXTURE = Path(__file__).parents[1] / "fixtures" / "store-0.1"
HOSTILE = ("yes", "no", "Segment", "{0}", "%s", "None")
# what Russian writes in Latin letters: names of methods, a key of the spec
LATIN_TOO = {"RFM", "K", "means", "q", "history"}
RECORDS = ("dataset", "ledger", "decision", "candidates", "cards", "rules", "affinity_basis")


# ------------------------------------------------------------------ the templates


def literals(node: ast.expr, constants: dict[str, ast.expr]) -> set[str]:
    """The texts that an expression can be: one of two, one of a table, a constant of the module."""
    match node:
        case ast.Constant(value=str(text)):
            return {text}
        case ast.IfExp(body=one, orelse=other):
            return literals(one, constants) | literals(other, constants)
        case ast.Dict(values=values):
            return {text for value in values for text in literals(value, constants)}
        case ast.Subscript(value=value) | ast.Call(func=ast.Attribute(value=value, attr="get")):
            return literals(value, constants)
        case ast.Name(id=name) if name in constants:
            return literals(constants[name], {key: value for key, value in constants.items() if key != name})
    return set()


def templates() -> dict[str, str]:
    """Every template in the code, of a plural its singular, and the module that says it."""
    found = {}
    for package in (pipeline, dashapp):
        for file in sorted(Path(str(package.__file__)).parent.rglob("*.py")):
            tree = ast.parse(file.read_text("utf-8"))
            for scope in ast.walk(tree):
                if not isinstance(scope, ast.FunctionDef | ast.Module):
                    continue
                constants = assigned(tree) | assigned(scope)
                for call in (node for node in ast.walk(scope) if isinstance(node, ast.Call)):
                    place = TAKES.get(ast.unparse(call.func))
                    if place is not None and len(call.args) > place:
                        found |= dict.fromkeys(literals(call.args[place], constants), file.name)
    return found | {text: f"{name}.toml" for name, form in known_forms().items() for text in form.texts}


TAKES = {
    "Message.of": 0,
    "Message.counted": 0,
    "Joined": 1,
    "joined": 1,
    "reading.tell": 0,
    "reading.count": 0,
    "tally.add": 1,
    "because": 1,
}


def assigned(scope: ast.AST) -> dict[str, ast.expr]:
    """Names and what a scope gives them; of several values all together."""
    found: dict[str, list[ast.expr]] = {}
    for node in ast.walk(scope) if isinstance(scope, ast.FunctionDef) else ast.iter_child_nodes(scope):
        if isinstance(node, ast.Assign) and isinstance(node.targets[0], ast.Name):
            found.setdefault(node.targets[0].id, []).append(node.value)
    return {name: ast.Dict(keys=[None] * len(values), values=values) for name, values in found.items()}


def in_words(template: str) -> bool:
    return bool(re.search(r"[A-Za-z]", re.sub(r"{\w+}", "", template)))


def russian() -> dict[str, tuple[str, ...]]:
    found = {}
    for file in sorted((Path(pipeline.__file__).parent / "locales" / "ru").glob("*.po")):
        with file.open("rb") as handle:
            for one in read_po(handle, locale="ru"):
                key = one.id if isinstance(one.id, str) else one.id[0]
                found[key] = (one.string,) if isinstance(one.string, str) else tuple(one.string)
    return found


def test_every_template_has_its_russian() -> None:
    known, said = russian(), templates()

    assert len(said) > 200
    assert sorted(one for one in said if in_words(one) and not all(known.get(one, ("",)))) == []


def test_no_russian_is_left_of_what_no_run_holds() -> None:
    errors = {"Expected: {expected}.", "Found: {found}.", "What to do: {remedy}."}
    earlier = {  # runs of earlier versions hold these
        "{name} (new)",
        "{n} customers ({share} of all) who bring {revenue} of revenue.",
        "one customer, {id}, brings {share} of the revenue",
        "one customer brings {share} of the revenue",
        "in four of five repeats",
        "{first} Typical for them: {traits}.",
        "Chosen by a person: {reason}. The rule's own choice was {k}. {rule}",
        *(
            f"On random halves of the customers {{share}} of this segment comes back: {meaning}"
            for meaning in (
                "it is stable.",
                "a real pattern with a blurred border.",
                "do not rely on who exactly belongs to it.",
            )
        ),
        "The data show no separate groups, into however many they are divided. {k} segments, of the {least} to {most} "
        "that were asked for, are a convenient division of a continuum, not a discovery. {measured}",
    }

    assert sorted(set(russian()) - set(templates()) - errors - earlier - {""}) == []


# ------------------------------------------------------------------ every message of a real training


def trained(folder: Path, spec: Path, data: Path | None = None) -> list[Segmentation]:
    """Every run of a training, as read back from its store."""
    settings = Settings(home=folder / "mlruns")
    train(Request(spec=str(spec), data=str(data) if data else None, k_max=3), settings)
    store = Store.open(settings)
    return [store.load(run.run_id) for run in store.runs()]


@pytest.fixture(scope="module")
def shop(tmp_path_factory: pytest.TempPathFactory) -> list[Segmentation]:
    """Two tables with baskets, campaigns, euros and a spec that has its own Russian."""
    folder = tmp_path_factory.mktemp("shop")
    made = importlib.util.spec_from_file_location("make_store", FIXTURE / "make.py")
    assert made is not None
    assert made.loader is not None
    module = importlib.util.module_from_spec(made)
    made.loader.exec_module(module)
    module.invent(folder, 320, seed=1, prefix="K")
    return trained(folder, Path(shutil.copy(FIXTURE / "shop.toml", folder)))


@pytest.fixture(scope="module")
def hostile(tmp_path_factory: pytest.TempPathFactory) -> list[Segmentation]:
    """One table whose columns are called like the product's own words, or like templates."""
    folder = tmp_path_factory.mktemp("hostile")
    rng = np.random.default_rng(3)
    kind = rng.integers(0, 3, 300)
    frame = pd.DataFrame(
        {
            "card": [f"C{number:04d}" for number in range(300)],
            "yes": np.round(np.array([2.0, 40.0, 7.5])[kind] * rng.lognormal(0, 0.2, 300), 2),
            "no": np.array([30, 4, 90])[kind] + rng.integers(0, 5, 300),
            "Segment": rng.choice(["yes", "no", "{n}", "%d"], 300),
            "{0}": np.where(rng.random(300) < 0.05, np.nan, np.round(rng.normal(0.5, 0.1, 300), 3)),
            "None": rng.integers(0, 2, 300),
            "%s": (rng.random(300) < np.array([0.2, 0.6, 0.4])[kind]).astype(int),
        }
    )
    frame.loc[3, "{0}"] = 99.5
    text = frame.astype(str).replace("nan", "")
    text.loc[5, "no"] = "many"
    text.to_csv(folder / "hostile.csv", index=False)
    spec = folder / "hostile.toml"
    spec.write_text(
        """
        name = "hostile"
        currency = "₽"
        [id]
        column = "card"
        keep = true
        [columns.yes]
        role = "active"
        label = "yes"
        unit = "₽"
        [columns.no]
        role = "active"
        kind = "integer"
        label = "no"
        [columns.Segment]
        role = "passive"
        kind = "category"
        label = "Segment"
        [columns."{0}"]
        role = "active"
        label = "{0}"
        [columns.None]
        role = "passive"
        kind = "flag"
        label = "None"
        [columns."%s"]
        role = "outcome"
        kind = "flag"
        label = "%s"
        [[campaigns]]
        column = "%s"
        label = "no"
        cost = 1
        revenue = 2.5
        [[rules]]
        rule = "range"
        column = "{0}"
        max = 1.5
        action = "null"
        """.replace("        ", ""),
        "utf-8",
    )
    return trained(folder, spec, folder / "hostile.csv")


@pytest.fixture(params=["shop", "hostile"])
def runs(request: pytest.FixtureRequest) -> list[Segmentation]:
    found: list[Segmentation] = request.getfixturevalue(request.param)
    return found


def messages(it: Segmentation) -> Iterator[Message]:
    """Every message that a run holds."""
    held: list[Any] = [getattr(it, name) for name in (*RECORDS, "passive", "sensitivity")]
    held += [it.campaigns.summary] if it.campaigns else []

    def walk(value: Any) -> Iterator[Message]:
        if isinstance(value, Message):
            yield value
        elif isinstance(value, pd.DataFrame):
            yield from (text for name in value for text in value[name] if isinstance(text, Message))
        elif isinstance(value, tuple):
            yield from (text for part in value for text in walk(part))
        elif isinstance(value, BaseModel):
            yield from (text for _, part in value for text in walk(part))

    for part in held:
        yield from walk(part)


def parts(value: Value) -> Iterator[Value]:
    """A value and everything that fills it."""
    yield value
    if isinstance(value, Message):
        yield from (part for inner in value.values.values() for part in parts(inner))
    elif isinstance(value, Cased):
        yield from parts(value.value)
    elif isinstance(value, Joined):
        yield from (part for inner in value.parts for part in parts(inner))


def data_s_own(teller: Teller, message: Message) -> list[str]:
    """What a message says in the data's own words, the longest first."""
    held = [one for one in parts(message) if isinstance(one, Own) or (isinstance(one, str) and type(one) is str)]
    units = [teller.own(one.unit) for one in parts(message) if isinstance(one, Quantity)]
    return sorted({*map(teller.tell, held), *units} - {""}, key=len, reverse=True)


def test_every_message_of_a_training_is_told_in_russian(runs: list[Segmentation]) -> None:
    told = 0
    for it in runs:
        teller = teller_of(it, "ru")
        for message in messages(it):
            text = teller.words(message)
            for own in data_s_own(teller, message):
                text = re.sub(re.escape(own), "", text, flags=re.IGNORECASE)
            assert set(re.findall("[A-Za-z]+", text)) <= LATIN_TOO, (message.id, teller.words(message))
            assert not re.search(r"\d\.\d", text), (message.id, text)
            told += 1
    assert told > 150


def test_numbers_are_told_in_the_reader_s_digits(runs: list[Segmentation]) -> None:
    fractions = set()
    for it in runs:
        teller = teller_of(it, "ru")
        for message in messages(it):
            for quantity in (one for one in parts(message) if isinstance(one, Quantity)):
                assert teller.tell(quantity) in teller.words(message)
                if "." in quantity.written:
                    assert quantity.written.replace(",", "\u00a0").replace(".", ",") in teller.tell(quantity)
                    fractions.add(quantity.written)
    assert len(fractions) > 10


def test_every_sentence_of_a_training_is_a_message(runs: list[Segmentation]) -> None:
    """What is plain text in a field of words is the data set's own: nothing that the pipeline says is left out."""
    for it in runs:
        spec = json.loads(it.spec)
        said = {text for _, text in leaves(spec, "")} | {text.casefold() for text in names(spec)} | filled(spec)
        assert sorted({text for text in plain_words(it) if not {text, text.casefold().replace(" ", "_")} & said}) == []


def plain_words(it: Segmentation) -> set[str]:
    """Every text that is told as the data set's own."""
    found: set[str] = set()

    class Marker(Teller):
        def own(self, text: str) -> str:
            found.add(text)
            return text

        def message(self, message: Message) -> str:
            return str(message)

    marker = Marker("ru", {})
    for name in RECORDS:
        told_anew(getattr(it, name), marker.words)
    if it.campaigns:
        told_anew(it.campaigns.summary, marker.words)
    return found - {""}


def filled(spec: dict[str, Any]) -> set[str]:
    """What the templates of a spec's groups make of their labels: ``{label} lovers``."""
    return {
        group[side].format(label=label.lower())
        for group in spec["groups"].values()
        for side in ("high", "low")
        for label in group["members"].values()
    }


def names(spec: Any) -> set[str]:
    """Every key of a spec: columns without a label are called after their name."""
    if not isinstance(spec, dict):
        return set()
    return set(spec) | {name for part in spec.values() for name in names(part)}


@pytest.mark.parametrize("name", HOSTILE)
def test_a_hostile_name_is_told_as_it_is(hostile: list[Segmentation], name: str) -> None:
    it = next(run for run in hostile if run.campaigns is not None)
    run = Run(it).retold("ru")
    labels = {column.label for column in run.segmentation.dataset.columns}
    dimensions = [one for one in run.cube.dimensions.values() if one.column == name]

    assert name in labels
    assert [one.label for one in dimensions] == [name]


def test_hostile_values_and_columns_stand_in_russian_sentences(hostile: list[Segmentation]) -> None:
    it = retold(hostile[0], "ru")[0]
    details = {entry.detail for entry in it.ledger.entries}
    passive = set(it.passive["text"].str.extract(r"^(Segment \S+):", expand=False).dropna())

    assert "1 значение no не читается как целое число: считается неизвестным" in details
    assert "1 значение {0} вне пределов от ... до 1,5: считаются неизвестными" in details
    assert passive == {"Segment yes", "Segment no", "Segment {n}", "Segment %d"}


def test_a_flag_is_the_product_s_yes_and_a_value_the_data_s(hostile: list[Segmentation]) -> None:
    cube = Run(hostile[0]).retold("ru").cube
    flag = next(one for one in cube.dimensions.values() if one.column == "%s")
    category = next(one for one in cube.dimensions.values() if one.column == "Segment")

    assert set(flag.labels) == {"да", "нет"}
    assert set(category.labels) == {"yes", "no", "{n}", "%d"}


def test_a_value_stays_in_the_table_of_a_segment_unless_the_spec_translates_it(
    hostile: list[Segmentation], shop: list[Segmentation]
) -> None:
    strange, told = (retold(runs[0], "ru")[0].category_profiles for runs in (hostile, shop))

    assert set(strange["category"]) == {"yes", "no", "{n}", "%d"}
    assert set(told["category"]) == {"School", "Bachelor", "Master"}  # the spec has no Russian for them


def test_the_reasons_of_a_score_are_told(hostile: list[Segmentation]) -> None:
    """A plan is kept for its prices, whatever the language: its words are told where they are shown."""
    run = Run(next(it for it in hostile if it.campaigns is not None))
    english, russian = (read(one, "")[0] for one in (run, run.retold("ru")))
    first = people(russian, russian.prospects, 20)

    told = [plan_sentences.reasons(russian, one) for one in first]

    for one in first:
        parts = one.reasons.replace("- ", "− ").split("; ")
        assert set(plan_sentences.reasons(english, one).split("; ")) <= set(parts)
    assert all(re.fullmatch(r"[+−] .+(; [+−] .+)*", one) for one in told)
    assert "сегмент: " in " ".join(told)
    assert set(re.findall("[A-Za-z]+", " ".join(told))) <= {"yes", "no", "segment", "n", "d", "none", "Yes", "No"}


def test_money_of_a_run_closes_with_its_sign(hostile: list[Segmentation]) -> None:
    it = retold(next(run for run in hostile if run.campaigns is not None), "ru")[0]

    assert it.campaigns is not None
    assert re.search(r"\d\u00a0₽", it.campaigns.summary.worth)
    assert all(re.search(r"yes: \d+(,\d)?\u00a0₽", card.portrait) for card in it.cards)
    assert not re.search(r"₽\s?\d", " ".join([it.campaigns.summary.worth, *(card.portrait for card in it.cards)]))


# ------------------------------------------------------------------ new customers


def test_what_scoring_says_is_told(hostile: list[Segmentation]) -> None:
    run = Run(hostile[0]).retold("ru")
    scored = run.score("no.csv", b"card;yes;no;{0};Segment;None;%s\nA;2,5;30;;perhaps;1;1\nB;40;4;0,5;yes;0;0\n")

    told = [run.tell(one) for one in (*scored.drift.substitutions, *scored.ledger.notes)]

    assert "{0}: нет данных (1 клиент); как и при обучении, подставлено 0,5" in [
        re.sub(r"0,\d+$", "0,5", one) for one in told
    ]
    assert "Segment: при обучении не встречалось 'perhaps' (1 клиент); считается неизвестным, сегмент от этого не " in (
        "".join(told)
    )
    assert "no.csv: кодировка utf-8" in told


@pytest.mark.parametrize(
    ("name", "content", "expected"),
    [
        ("no.csv", b"", "файл no.csv пуст. Ожидалось: строка заголовков и по строке на клиента."),
        (
            "no.pdf",
            b"%PDF-1.7",
            "no.pdf: это не текстовая таблица. Найдено: документ PDF. Что делать: выгрузите таблиц",
        ),
        ("yes.csv", b"yes;no\n1;2\n", "yes.csv: не хватает столбцов: card, {0}"),
    ],
)
def test_why_a_file_was_not_scored_is_told(
    hostile: list[Segmentation], name: str, content: bytes, expected: str
) -> None:
    with pytest.raises(InputError) as caught:
        score_upload(hostile[0], name, content)

    assert Run(hostile[0]).retold("ru").explain(caught.value).startswith(expected)
    assert Run(hostile[0]).explain(caught.value) == str(caught.value)


# ------------------------------------------------------------------ runs of version 0.1


def test_a_run_of_0_1_is_told_as_before(tmp_path: Path) -> None:
    """``told.ru.json``: what 0.1's own code told, by field; a text that is not there it left as it was."""
    recorded: dict[str, dict[str, str]] = json.loads((FIXTURE / "told.ru.json").read_text("utf-8"))
    with zipfile.ZipFile(FIXTURE / "store.zip") as archive:
        archive.extractall(tmp_path)
    store = Store.open(Settings(home=tmp_path / "mlruns"))
    seen = set()
    speak("ru")

    for run in store.runs():
        it = store.load(run.run_id)
        assert not it.has_messages
        told = retold(it, "ru")[0]
        for (field, text), (_, russian) in zip(texts(it), texts(told), strict=True):
            assert russian == recorded.get(field, {}).get(text, text), field
            seen.add((field, text))

    assert {(field, text) for field, held in recorded.items() for text in held} <= seen


def texts(it: Segmentation) -> list[tuple[str, str]]:
    """Every text of a run with the name of its field."""
    tables = {"passive": ("text", "category"), "sensitivity": ("change",), "affinities": ("left", "right")}
    found = [leaf for name in RECORDS for leaf in leaves(getattr(it, name), name)]
    found += [
        (f"{table}.{column}", str(text))
        for table, columns in tables.items()
        for column in columns
        for text in getattr(it, table)[column]
    ]
    return found + (list(leaves(it.campaigns.summary, "campaigns")) if it.campaigns else [])


def leaves(value: Any, field: str) -> Iterator[tuple[str, str]]:
    if isinstance(value, str):
        yield field, value
    elif isinstance(value, tuple | list):
        yield from (leaf for part in value for leaf in leaves(part, field))
    elif hasattr(value, "model_dump"):
        yield from leaves(value.model_dump(mode="json"), field)
    elif isinstance(value, dict):
        yield from (leaf for name, part in value.items() for leaf in leaves(part, name))


def test_a_name_that_0_1_gave_is_told_in_the_runs_that_follow_it(shop: list[Segmentation]) -> None:
    """A segment keeps its name through a re-train; the champion's may be plain English."""
    it = shop[0]
    card = it.cards[0].model_copy(update={"name": "Near the average", "origin": "a" * 32})
    given = card.model_copy(update={"name": "no", "generated": "Near the average"})

    inherited, named = (retold(with_cards(it, one), "ru")[0].cards[0] for one in (card, given))

    assert inherited.name == "Близко к среднему"
    assert (named.name, named.generated) == ("no", "Близко к среднему")


@pytest.mark.parametrize("given", ["Near the average", "Income", "no", "high income", "Loyal customers {n}"])
def test_a_name_that_a_person_gave_is_never_translated(shop: list[Segmentation], given: str) -> None:
    """Neither as words of the product nor as words that the data set's own spec translates, nor in the plan's list."""
    spec = json.dumps({"translations": {"ru": {given: "НЕТ", given.lower(): "НЕТ"}}})
    it = replace(shop[0], spec=spec)
    segment = identity_of(it.cards[0], it.run_id)

    told = retold(called(it, {segment: given}), "ru")[0]
    followed, _ = follow(
        it.cards, Predecessor.of(it).labels, it.customers, None, Predecessor.of(called(it, {segment: given}))
    )
    later = retold(replace(it, cards=followed), "ru")[0]

    assert told.cards[0].name == given
    assert told.campaigns is None or told.campaigns.summary.segments[0].name == given
    assert later.cards[0].identity is not None
    assert later.cards[0].identity.previous == given


def test_the_reason_of_a_person_is_quoted_and_not_translated(shop: list[Segmentation]) -> None:
    it = shop[0]
    decision = override(it.decision, it.candidates[0].k, "no", it.candidates)

    told = retold(replace(it, decision=decision, spec='{"translations": {"ru": {"no": "нет"}}}'), "ru")[0]

    assert "Выбор человека: «no»." in told.decision.reason


def with_cards(it: Segmentation, first: SegmentCard) -> Segmentation:
    return replace(it, cards=(first, *it.cards[1:]))


# ------------------------------------------------------------------ the teller


def test_languages_need_no_code() -> None:
    """Digits, dates and money follow Babel for whatever language there is."""
    told = {code: Teller(code, {}).tell(Quantity(-1234.5, ",.1f", "₽")) for code in LANGUAGES}

    assert told == {"en": "−₽1,234.5", "ru": "−1\u00a0234,5\u00a0₽"}
    assert Teller("ru", {}).tell(Day(pd.Timestamp("2014-06-29").date())) == "29 июня 2014"


@pytest.mark.parametrize(
    ("unit", "expected"),
    [("days", "1 день"), ("$ a year", "1\u00a0$ в год"), ("%", "1 %"), ("points", "1 points"), ("", "1")],
)
def test_a_unit_takes_the_form_of_its_number(unit: str, expected: str) -> None:
    teller = Teller("ru", {"days": "дней", "$ a year": "$ в год"})

    assert teller.tell(Quantity(1, ",.0f", unit)) == expected


def test_messages_beside_a_label_go_with_it() -> None:
    column = Column(name="wine", role="active", kind="number", label=Message.of("{label}: share", label=Own("Wine")))
    again = with_messages(Column.model_validate_json(column.model_dump_json()), messages_of(column))

    said = Message.of("high {label}", label=inline(again.label))

    assert said == "high wine share"
    assert Teller("ru", {"Wine": "Вино"}).words(said) == "вино (доля) ↑"


# ------------------------------------------------------------------ errors of the store


def test_why_the_store_refused_is_told(hostile: list[Segmentation]) -> None:
    card = hostile[0].cards[0]

    with pytest.raises(UsageError) as long:
        entry(hostile[0].run_id, hostile[0].cards, card.key, who="Anna", name="n" * 81, note="")
    with pytest.raises(UsageError) as unsigned:
        entry(hostile[0].run_id, hostile[0].cards, card.key, who=" ", name=None, note="{0} of 1.5")

    assert explained(long.value) == "the name has 81 characters. Expected: at most 80."
    speak("ru")
    assert explained(long.value) == "в имени символов: 81. Ожидалось: не больше 80."
    assert explained(unsigned.value) == "нет подписи. Что делать: назовите себя."


def test_what_is_wrong_with_a_store_is_told_in_the_readers_language(tmp_path: Path) -> None:
    (tmp_path / "text").mkdir()
    (tmp_path / "text/mlflow.db").write_text("customer,spend\n1,2\n")
    (tmp_path / "folder/mlflow.db").mkdir(parents=True)
    speak("ru")

    said = {}
    for home in ("text", "folder", "nothing"):
        with pytest.raises(StoreError) as caught:
            Store.open(Settings(home=tmp_path / home))
        said[home] = explained(caught.value).replace(f"{tmp_path}/", "")

    assert said == {
        "text": "text/mlflow.db — не база данных SQLite. Ожидалось: файл SQLite хранилища MLflow. Найдено: что-то "
        "другое. Что делать: проверьте KORZINA_TRACKING_URI или восстановите файл из резервной копии.",
        "folder": "folder/mlflow.db — папка. Ожидалось: файл SQLite хранилища MLflow. Что делать: укажите в "
        "KORZINA_TRACKING_URI сам файл, например sqlite:///folder/mlflow.db/mlflow.db.",
        "nothing": "хранилища nothing/mlflow.db нет. Что делать: проверьте KORZINA_HOME и KORZINA_TRACKING_URI; новое "
        "хранилище создаёт команда «korzina train».",
    }


def test_a_page_over_a_store_that_does_not_answer_tells_why_in_the_readers_language(saved: Settings) -> None:
    data = SegmentationData(lambda: Store.open(saved), saved)
    assert data.view().run is not None
    speak("ru")
    holder = sqlite3.connect(saved.home / "mlflow.db")
    holder.execute("BEGIN EXCLUSIVE")
    try:
        time.sleep(saved.poll_seconds * 2)
        page = str(overview.PAGE.drawn(data))
    finally:
        holder.close()

    assert "занято другой программой. Что делать: дождитесь" in page
    assert "locked" not in page
