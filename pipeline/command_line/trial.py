"""``korzina init``: a draft of the data, tried on the whole of them before it is said that it trains."""

from __future__ import annotations

import os
import shlex
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from pipeline.command_line.meanings import taken_for
from pipeline.command_line.terminal import chosen
from pipeline.errors import KorzinaError, UsageError

if TYPE_CHECKING:
    from pipeline.contract import Translator
    from pipeline.drafting import Draft
    from pipeline.reading import Question
    from pipeline.stages import Cleaned


@dataclass(frozen=True)
class DraftRequest:
    """What is to be drafted, from what, and in which language it is told (None: in that of the headers)."""

    data: str
    target: Path
    answers: Mapping[str, str] = field(default_factory=dict)
    language: str | None = None


@dataclass(frozen=True)
class Outcome:
    """The draft as written, and what came of trying it: customers, or why there are none."""

    wanted: DraftRequest
    draft: Draft
    cleaned: Cleaned | None = None
    problem: KorzinaError | None = None

    @property
    def language(self) -> str:
        """In which it is told."""
        return self.wanted.language or self.draft.language

    @property
    def exit_code(self) -> int:
        """0 where the draft trains, 1 where a question is open or the trial failed."""
        return 0 if self.cleaned else 1


def data_of(files: Sequence[str]) -> str:
    """One name for what is given: a file, a folder or a database's address, or a pattern for files of one folder.

    Raises
    ------
    UsageError
        Where several files are not all that a folder or a pattern holds.
    """
    from pipeline.contract import Message

    if len(files) == 1:
        return files[0]
    paths = sorted({Path(file).expanduser() for file in files})
    folders = {path.parent for path in paths}
    missing = [path for path in paths if not path.is_file()]
    if missing:
        raise UsageError.because(
            Message.of("{file}: no such file", file=str(missing[0])),
            expected=Message.of("files, or one folder, or one database's address"),
            remedy=Message.of("look for a typing error in the path, then run the command again"),
        )
    folder = next(iter(folders))
    if len(folders) == 1:
        start, end = _shared([path.name for path in paths]), _shared([path.name[::-1] for path in paths])[::-1]
        if set(folder.glob(f"{start}*{end}")) == set(paths):
            return str(folder / f"{start}*{end}")
        if {path for path in folder.iterdir() if path.suffix == paths[0].suffix} == set(paths):
            return str(folder)
    raise UsageError.because(
        Message.of("these files lie among others"),
        found=", ".join(map(str, paths[:5])),
        expected=Message.of("one folder that holds the tables and nothing else"),
        remedy=Message.of("put them into a folder of their own, and give that: korzina init FOLDER"),
    )


def target_of(data: str, output: Path | None, *, force: bool) -> Path:
    """Where the draft is to be written; raises ``UsageError`` rather than overwrite."""
    from pipeline.contract import Message

    target = output or _beside(data)
    if os.path.realpath(target) == os.path.realpath(Path(data).expanduser()):  # which takes a link in a circle
        raise UsageError.because(
            Message.of("{file}: the data themselves would be overwritten", file=str(target)),
            remedy=Message.of("give another name with --output FILE.toml"),
        )
    if target.exists() and not force:
        raise UsageError.because(
            Message.of("{file} exists already", file=str(target)),
            remedy=Message.of("give another name with --output FILE.toml, or add --force to overwrite it"),
        )
    return target


def answers_of(given: Sequence[str]) -> dict[str, str]:
    """``KEY=VALUE`` of each; raises ``UsageError`` for what is none."""
    from pipeline.contract import Message

    pairs = [answer.partition("=") for answer in given]
    wrong = [answer for answer, (key, sign, value) in zip(given, pairs, strict=True) if not (key and sign and value)]
    if wrong:
        raise UsageError.because(
            Message.of("--answer '{answer}' is no answer", answer=wrong[0]),
            expected="KEY=VALUE",
            remedy=Message.of("write the question and its answer, for example --answer customer=Email"),
        )
    return {key.strip(): value.strip() for key, _, value in pairs}


def try_draft(wanted: DraftRequest, *, asking: bool = False) -> Outcome:
    """Draft, ask at the terminal what is open where ``asking``, try it on the whole data, and write it.

    Raises
    ------
    InputError
        Where the data cannot be read, or the draft cannot be written.
    """
    from pipeline.drafting import write_draft
    from pipeline.reading import keeping

    with keeping():
        outcome = _drafted(wanted, asking=asking)
    write_draft(_with_account(outcome.draft.text, [*account_lines(outcome)]), wanted.target)
    return outcome


def _drafted(wanted: DraftRequest, *, asking: bool) -> Outcome:
    """The draft with what was answered, tried where nothing is open."""
    from pipeline.contract import speaker, unknown_name
    from pipeline.drafting import draft

    made = draft(wanted.data, answers=wanted.answers, language=wanted.language)
    if made.unused:
        raise unknown_name("--answer", made.unused[0], made.keys)
    while made.questions and asking:
        question = made.questions[0]
        answer = chosen(
            [*told_question(question, speaker(made.language))], [choice.value for choice in question.choices]
        )
        wanted = replace(wanted, answers={**wanted.answers, question.key: answer})
        made = draft(wanted.data, answers=wanted.answers, language=wanted.language)
        if any(open_.key == question.key for open_ in made.questions):
            break  # the answer did not settle it: it stays open, and is shown
    return Outcome(wanted, made) if made.questions else _tried(wanted, made)


def _tried(wanted: DraftRequest, made: Draft) -> Outcome:
    """Read and clean the whole data through the draft."""
    from pipeline.cleaning import clean
    from pipeline.reading import read_source
    from pipeline.spec import read_spec

    try:
        spec = read_spec(made.text.encode(), where=str(wanted.target), path=wanted.target)
        return Outcome(wanted, made, cleaned=clean(read_source(spec, wanted.data), spec))
    except KorzinaError as error:
        return Outcome(wanted, made, problem=error)


def told(outcome: Outcome) -> Iterator[str]:
    """What was understood, what became of every line, and the next command, line by line."""
    from pipeline.contract import speaker

    say = speaker(outcome.language)
    yield from (say.message(line) for line in outcome.draft.told)
    yield from account_lines(outcome)
    for question in outcome.draft.questions:
        yield from told_question(question, say, outcome)
    yield from _verdict(outcome, say)


def told_question(question: Question, say: Translator, outcome: Outcome | None = None) -> Iterator[str]:
    """A question with its numbered answers, what speaks for each, and how a script gives it."""
    yield say.message(question.ask)
    for number, choice in enumerate(question.choices, 1):
        yield f"  {number}. {choice.value}: {say.message(choice.evidence)}"
        if outcome is not None:
            yield f"     {answer_command(outcome.wanted, question.key, choice.value)}"


def account_lines(outcome: Outcome) -> Iterator[str]:
    """The account of the trial run: lines and money where there are lines, then rows and customers."""
    from pipeline.contract import Message, Quantity, account_in_words, own, speaker

    if outcome.cleaned is None:
        return
    say, ledger, dataset = speaker(outcome.language), outcome.cleaned.ledger, outcome.cleaned.dataset
    yield from (
        say.message(line) for line in (account_in_words(ledger.lines, dataset.currency) if ledger.lines else ())
    )
    yield say.message(
        Message.counted(
            "{n} customer to cluster: {rows} rows in, {dropped} dropped, {aside} set aside",
            "{n} customers to cluster: {rows} rows in, {dropped} dropped, {aside} set aside",
            ledger.rows_out,
            rows=Quantity(ledger.rows_in),
            dropped=Quantity(ledger.dropped),
            aside=Quantity(ledger.quarantined),
        )
    )
    if ledger.lines is None:
        yield from map(say.message, taken_for(dataset))
    for entry in ledger.entries:
        if entry.dropped or entry.quarantined or entry.flagged:
            yield say.message(Message.of("{rule}: {detail}", rule=own(entry.rule), detail=own(entry.detail)))


def as_document(outcome: Outcome) -> dict[str, Any]:
    """The same for a script."""
    from pipeline.contract import speaker

    say, cleaned = speaker(outcome.language), outcome.cleaned
    ledger = cleaned.ledger if cleaned else None
    return {
        "spec": str(outcome.wanted.target),
        "data": outcome.wanted.data,
        "told": [say.message(line) for line in outcome.draft.told],
        "questions": [
            {
                "key": question.key,
                "ask": say.message(question.ask),
                "choices": [
                    {
                        "value": choice.value,
                        "evidence": say.message(choice.evidence),
                        "command": answer_command(outcome.wanted, question.key, choice.value),
                    }
                    for choice in question.choices
                ],
            }
            for question in outcome.draft.questions
        ],
        "trains": cleaned is not None,
        "problem": say.error(outcome.problem) if outcome.problem else None,
        "customers": ledger.rows_out if ledger else None,
        "as_of": cleaned.dataset.as_of.isoformat() if cleaned and cleaned.dataset.as_of else None,
        "lines": ledger.lines.model_dump(mode="json") if ledger and ledger.lines else None,
        "account": list(account_lines(outcome)),
        "next": train_command(outcome.wanted) if cleaned else None,
    }


def train_command(wanted: DraftRequest) -> str:
    """The next command, as a shell takes it."""
    return shlex.join(["korzina", "train", "--spec", str(wanted.target), "--data", wanted.data])


def answer_command(wanted: DraftRequest, key: str, value: str) -> str:
    """The command that drafts anew with one more answer, as a shell takes it."""
    answers = {**wanted.answers, key: value}
    words = ["korzina", "init", wanted.data]
    for name, answer in answers.items():
        words += ["--answer", f"{name}={answer}"]
    if wanted.target != _beside(wanted.data):
        words += ["--output", str(wanted.target)]
    if wanted.language:
        words += ["--language", wanted.language]
    return shlex.join([*words, "--force"])


def _verdict(outcome: Outcome, say: Translator) -> Iterator[str]:
    from pipeline.contract import Message

    target = str(outcome.wanted.target)
    if outcome.problem is not None:
        yield say.message(Message.of("Wrote {file}, which does not train as it is:", file=target))
        yield say.error(outcome.problem)
    elif outcome.draft.questions:
        number = len(outcome.draft.questions)
        yield say.message(
            Message.counted(
                "Wrote {file} with {n} open question; it does not train before that is answered.",
                "Wrote {file} with {n} open questions; it does not train before they are answered.",
                number,
                file=target,
            )
        )
    else:
        yield say.message(Message.of("Wrote {file}. It trains as it is; look through it, then:", file=target))
        yield train_command(outcome.wanted)


def _with_account(text: str, lines: Sequence[str]) -> str:
    """The draft with the account as comments, before its first key."""
    if not lines:
        return text
    head, key, rest = text.partition("\nname = ")
    return head + "\n" + "".join(f"# {line}\n" for line in lines) + key.lstrip("\n") + rest


def _beside(data: str) -> Path:
    """Beside the file or the folder, or in the working folder for a database."""
    if "://" in data:
        stem = Path(data.split("?")[0].rstrip("/")).stem
        return Path(f"{stem or 'customers'}.toml")
    path = Path(data)
    if "*" in path.name:
        path = path.with_name(path.name.split("*")[0].strip(" _-.") or path.parent.name or "customers")
    return path.with_name(f"{path.name}.toml") if path.is_dir() else path.with_suffix(".toml")


def _shared(names: Sequence[str]) -> str:
    """What all of them begin with."""
    shortest = min(names, key=len)
    length = next(
        (at for at, letter in enumerate(shortest) if any(name[at] != letter for name in names)), len(shortest)
    )
    return shortest[:length]
