"""What a person asks a store for, checked: an experiment, its champion, a reason; told in the names of their way in."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from pipeline.errors import UsageError
from pipeline.settings import Settings

if TYPE_CHECKING:
    from pipeline.contract import Champion, Message
    from pipeline.store import Store


@dataclass(frozen=True)
class WayIn:
    """How a way into a store names what it takes."""

    experiment: str
    reason: str
    promote: str


COMMAND_LINE = WayIn("--experiment NAME", "--reason", "korzina promote RUN --reason WHY")
PYTHON = WayIn("experiment=NAME", "reason", "promote(run_id, reason=...)")


def only_experiment(store: Store, experiment: str | None, asked: WayIn = COMMAND_LINE) -> str:
    """The experiment named, the setting's, or the only one that has a champion.

    Raises
    ------
    UsageError
        The store does not hold the experiment; or none is named, and there is no champion, or several.

    """
    from pipeline.contract import Message

    named = experiment or Settings().experiment
    if named:
        _check_known(store, named, asked)
        return named
    names = [champion.experiment for champion in store.champions()]
    if len(names) == 1:
        return str(names[0])
    if not names:
        raise UsageError.because(Message.of("the store has no champion yet"), remedy=_to_champion(store, asked))
    raise UsageError.because(
        Message.of("several experiments have a champion"),
        expected=Message.of("one named"),
        found=", ".join(names),
        remedy=Message.of("add {what}", what=asked.experiment),
    )


def champion_of(store: Store, experiment: str | None, asked: WayIn = COMMAND_LINE) -> Champion:
    """The champion of ``only_experiment``; raises ``UsageError`` as that does, and where it has no champion."""
    from pipeline.contract import Message

    named = only_experiment(store, experiment, asked)
    champion = store.champion(named)
    if champion is None:
        raise UsageError.because(
            Message.of("experiment {name} has no champion", name=repr(named)), remedy=_to_champion(store, asked)
        )
    return champion


def reason_given(reason: object, asked: WayIn = COMMAND_LINE) -> str:
    """The reason without blanks around it; raises ``UsageError`` where nothing is left."""
    from pipeline.contract import Message

    if not isinstance(reason, str) or not reason.strip():
        raise UsageError.because(
            Message.of("{what} is empty", what=asked.reason),
            expected=Message.of("a sentence that a colleague will understand"),
        )
    return reason.strip()


def _check_known(store: Store, experiment: str, asked: WayIn) -> None:
    from pipeline.contract import Message

    # a run that was deleted in MLflow leaves its moves, and a rollback may lead away from it
    if store.runs(experiment) or store.history(experiment):
        return
    known = sorted({run.experiment for run in store.runs()})
    raise UsageError.because(
        Message.of("experiment {name} is not in the store", name=repr(experiment)),
        expected=Message.of("one that is"),
        found=", ".join(known) or Message.of("no experiment"),
        remedy=Message.of("add {what} with one of these", what=asked.experiment) if known else _train_first(),
    )


def _to_champion(store: Store, asked: WayIn) -> Message:
    from pipeline.contract import Message

    return Message.of("make a run the champion: {command}", command=asked.promote) if store.runs() else _train_first()


def _train_first() -> Message:
    from pipeline.contract import Message

    return Message.of("run 'korzina train' first")
