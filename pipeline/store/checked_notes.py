"""What may be written about a segment: one checked entry."""

from __future__ import annotations

import re
import time
from collections.abc import Sequence

from pipeline.contract import LONGEST_NAME, LONGEST_NOTE, Annotation, Message, Quantity, SegmentCard, identity_of
from pipeline.errors import StoreError, UsageError

_CONTROL = re.compile(r"[\x00-\x08\x0b-\x1f\x7f]")


def entry(run_id: str, cards: Sequence[SegmentCard], key: str, *, who: str, name: str | None, note: str) -> Annotation:
    """The entry about the segment ``key`` of these cards.

    Raises ``StoreError`` where there is no such segment, ``UsageError`` where nothing is said, the name is taken by
    another segment, or one of both is too long.
    """
    card = next((card for card in cards if card.key == key), None)
    if card is None:
        raise StoreError.because(
            Message.of("run {run} has no segment {key}", run=run_id, key=repr(key)),
            expected=", ".join(card.key for card in cards),
        )
    said, called = _plain(note), None if name is None else " ".join(_plain(name).split())
    if called is not None:
        _check_name(called, card, cards)
    if not said and called is None:
        raise UsageError.because(Message.of("nothing was written"), remedy=Message.of("give a name or a note"))
    if len(said) > LONGEST_NOTE:
        raise UsageError.because(
            Message.of("the note has {n} characters", n=Quantity(len(said))),
            expected=Message.of("at most {most}", most=Quantity(LONGEST_NOTE)),
        )
    if not _plain(who):
        raise UsageError.because(Message.of("nobody has signed"), remedy=Message.of("say who you are"))
    origin, _key = identity_of(card, run_id)
    return Annotation(
        when=time.time(), who=_plain(who)[:200], run_id=run_id, origin=origin, key=key, name=called, note=said
    )


def _check_name(name: str, card: SegmentCard, cards: Sequence[SegmentCard]) -> None:
    if len(name) > LONGEST_NAME:
        raise UsageError.because(
            Message.of("the name has {n} characters", n=Quantity(len(name), "d")),
            expected=Message.of("at most {most}", most=Quantity(LONGEST_NAME)),
        )
    taken = {
        name.casefold() for other in cards if other.key != card.key for name in (other.name, other.generated) if name
    }
    if name.casefold() in taken:
        raise UsageError.because(
            Message.of("another segment is called {name} already", name=repr(name)),
            remedy=Message.of("give another name"),
        )


def _plain(text: str) -> str:
    return _CONTROL.sub("", text).strip()
