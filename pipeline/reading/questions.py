"""What a file leaves open: a question for who knows it, with the evidence for each answer."""

from __future__ import annotations

from dataclasses import dataclass

from pipeline.contract import Message


@dataclass(frozen=True)
class Choice:
    """One answer to a question: ``value`` is what is written into the spec, ``evidence`` what speaks for it."""

    value: str
    evidence: Message


@dataclass(frozen=True)
class Question:
    """What is asked under ``key``, as ``--answer KEY=VALUE`` answers it; the first choice is the likeliest."""

    key: str
    ask: Message
    choices: tuple[Choice, ...]
