"""Where fuzzing begins: the malformed corpus, by target."""

from __future__ import annotations

from tests.malformed.corpus import corpus

_MOST = 20_000  # bytes


def seeds(target: str) -> list[bytes]:
    """Small files of the malformed corpus; an upload has a byte before, which picks its name."""
    small = {name: data for name, data in corpus().items() if len(data) <= _MOST and not name.endswith(".db")}
    chosen = [data for name, data in small.items() if name.endswith(".toml") == (target == "spec")]
    return [b"\0" + data for data in chosen] if target == "upload" else chosen
