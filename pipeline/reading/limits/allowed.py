"""How much a file may unfold to: what files of its size do, with a margin."""

from __future__ import annotations

from pipeline.contract import Message, Quantity
from pipeline.errors import InputError

ALWAYS = 48 << 20  # bytes that a file of any size may take in memory


def most_bytes(size: int, times: int, most: int) -> int:
    """Bytes that a file of ``size`` bytes may unfold to: ``times`` as many, ``ALWAYS`` at least, ``most`` at most."""
    return min(max(ALWAYS, size * times), most)


def too_large(name: str, most: int, remedy: Message | None = None) -> InputError:
    """The error for what unfolds to more than the cap."""
    return InputError.because(
        Message.of("{file}: unfolds to more than can be read", file=name),
        expected=Message.of("at most {n} MB", n=Quantity(most / 1e6, ",.0f")),
        remedy=remedy or Message.of("unpack it, keep the columns and rows that matter, and give that file"),
    )
