"""What drafting makes of a file, against its right answer."""

from __future__ import annotations

import json
import tempfile
import tomllib
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from pipeline.cleaning import clean
from pipeline.contract import Meaning
from pipeline.drafting import draft
from pipeline.errors import InputError
from pipeline.reading import read_source
from pipeline.spec import Spec, parse_spec
from pipeline.stages import Cleaned
from tests.files.answers import Answer, File
from tests.files.corpus import corpus

Verdict = Literal[
    "taken right",
    "taken wrong",
    "asked, right first",
    "asked, other first",
    "refused rightly",
    "refused wrongly",
    "crash",
]
VERDICTS: tuple[Verdict, ...] = (
    "taken right", "taken wrong", "asked, right first", "asked, other first", "refused rightly", "refused wrongly",
    "crash",
)  # fmt: skip


STORED = Path(__file__).with_name("outcomes.json")  # of the whole corpus, as it last ran


@dataclass(frozen=True)
class Outcome:
    """How a file fared, and why where it fared badly."""

    name: str
    verdict: Verdict
    asked: tuple[str, ...] = ()  # keys of its questions
    why: str = ""


def evaluate(file: File, folder: Path) -> Outcome:
    """Draft the file; where nothing is asked, read and clean it by the draft and compare with the answer.

    Questions are answered with the right replies, and what comes of that is compared as well: a question whose answer
    leads to wrong customers is "asked, other first".
    """
    path = file.write(folder)
    verdict: Verdict
    try:
        first = draft(str(path))
        questions = {question.key: [choice.value for choice in question.choices] for question in first.questions}
        if not questions:
            faults = differences(file.answer, *outcome_of(first.text, path))
            if file.answer.must_ask:
                faults = [f"not asked: {', '.join(sorted(file.answer.must_ask))}", *faults]
            return Outcome(file.name, "taken wrong" if faults else "taken right", why="; ".join(faults))
        faults = _after_replies(file.answer, path, questions)
    except InputError as error:
        verdict = "refused rightly" if file.answer.kind == "none" else "refused wrongly"
        return Outcome(file.name, verdict, why=str(error) if verdict == "refused wrongly" else "")
    except Exception as error:  # a fault of ours is what is counted here
        return Outcome(file.name, "crash", why=f"{type(error).__name__}: {error}"[:300])
    verdict = "asked, other first" if faults else "asked, right first"
    return Outcome(file.name, verdict, tuple(questions), "; ".join(faults))


def evaluate_all(names: Sequence[str], workers: int) -> list[Outcome]:
    """The outcomes of the files with these names, in that order."""
    with ProcessPoolExecutor(workers) as pool:
        return list(pool.map(_evaluate_named, names, chunksize=4))


def _evaluate_named(name: str) -> Outcome:
    with tempfile.TemporaryDirectory() as folder:
        return evaluate(next(file for file in corpus() if file.name == name), Path(folder))


def store(outcomes: Iterable[Outcome]) -> None:
    """Keep verdicts and questions of the whole corpus beside this module."""
    kept = {outcome.name: [outcome.verdict, *outcome.asked] for outcome in outcomes}
    lines = ",\n".join(f"{json.dumps(name)}: {json.dumps(values)}" for name, values in kept.items())
    STORED.write_text("{\n" + lines + "\n}\n", "utf-8")


def stored() -> dict[str, Outcome]:
    """The outcomes of the whole corpus when it last ran, by the file's name."""
    kept = json.loads(STORED.read_text("utf-8"))
    return {name: Outcome(name, verdict, tuple(asked)) for name, (verdict, *asked) in kept.items()}


def _after_replies(answer: Answer, path: Path, questions: Mapping[str, Sequence[str]]) -> list[str]:
    """What is wrong with the questions, or with what comes of the right replies to them."""
    if answer.kind == "none":
        return []
    faults = [
        f"{key}: {choices[0]!r} stands first, {answer.replies[key]!r} is right"
        for key, choices in questions.items()
        if key in answer.replies and key not in answer.even and choices and choices[0] != answer.replies[key]
    ]
    replies = {key: answer.replies.get(key, choices[0]) for key, choices in questions.items() if choices}
    try:
        second = draft(str(path), answers=replies)
        if second.questions:
            return [*faults, f"asks on: {', '.join(question.key for question in second.questions)}"]
        return faults + differences(answer, *outcome_of(second.text, path))
    except InputError as error:
        return [*faults, f"refused after the replies {replies}: {error}"]


def outcome_of(text: str, path: Path) -> tuple[Spec, Cleaned]:
    """The draft as a spec, and the customers that it makes of the whole file."""
    spec = parse_spec(tomllib.loads(text), where=path.name)
    return spec, clean(read_source(spec, str(path)), spec)


def differences(answer: Answer, spec: Spec, cleaned: Cleaned) -> list[str]:
    """Where customers, orders, money, days or roles are not those of the answer; empty: all is right."""
    if answer.kind == "none":
        return [f"taken: id {spec.id.column}, {len(cleaned.customers)} customers"]
    faults = []
    if answer.customer is not None and spec.id.column != answer.customer:
        faults.append(f"customer is {answer.customer!r}, not {spec.id.column!r}")
    numbers = {
        "customers": (len(cleaned.customers), answer.customers),
        "orders": (total(spec, cleaned, "orders"), answer.orders),
        "money": (total(spec, cleaned, "spend"), answer.money),
    }
    for name, (found, right) in numbers.items():
        if right is not None and (found is None or abs(found - right) > max(0.011, 1e-4 * abs(right))):
            faults.append(f"{name}: {found if found is None else round(found, 2)}, not {right}")
    as_of = cleaned.dataset.as_of
    if answer.last is not None and as_of not in (answer.last, answer.last_of_file):
        faults.append(f"last day: {as_of}, not {answer.last}")
    active = {name for name, column in spec.columns.items() if column.role == "active"} & answer.never_active
    if active:
        faults.append(f"clustered on: {', '.join(sorted(active))}")
    if not answer.spends and (spend := total(spec, cleaned, "spend")) is not None:
        faults.append(f"money: {round(spend, 2)}, where nothing was spent")
    if not answer.adds_up and spec.groups:
        faults.append(f"added up: {', '.join(member for group in spec.groups.values() for member in group.members)}")
    return faults


def total(spec: Spec, cleaned: Cleaned, meaning: Meaning) -> float | None:
    """The sum over customers of the column that plays a part; None where none does."""
    for name, column in spec.columns.items():
        if column.meaning == meaning and name in cleaned.customers:
            return float(cleaned.customers[name].sum())
    return None


def tally(outcomes: Iterable[Outcome]) -> Mapping[Verdict, int]:
    """How many files fared how."""
    counted = Counter(outcome.verdict for outcome in outcomes)
    return {verdict: counted[verdict] for verdict in VERDICTS}


def share_right(outcomes: Sequence[Outcome]) -> float:
    """Of the readings taken without a question, the share that is right; 1 where none was taken."""
    taken = [outcome.verdict for outcome in outcomes if outcome.verdict.startswith("taken")]
    return taken.count("taken right") / len(taken) if taken else 1.0


def share_asked(outcomes: Sequence[Outcome]) -> float:
    """Of the files that have an answer, the share about which something is asked."""
    without = {file.name for file in corpus() if file.answer.kind == "none"}
    answered = [outcome for outcome in outcomes if outcome.name not in without]
    return sum(bool(outcome.asked) for outcome in answered) / len(answered) if answered else 0.0
