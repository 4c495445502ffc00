"""``korzina doctor``: what is wrong in the store, in lines for a terminal."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pipeline.store import Fault, Store


def examined(store: Store, *, mend: bool) -> tuple[Sequence[str], Sequence[Fault]]:
    """What was mended, where that is wanted, and what is wrong after it; raises ``StoreError``."""
    faults = store.examine()
    if not mend:
        return (), faults
    return store.mend(faults), store.examine()


def told_faults(done: Sequence[str], left: Sequence[Fault]) -> Iterator[str]:
    """What was mended, then what is wrong with the next step for each, or that nothing is."""
    for deed in done:
        yield f"mended: {deed}"
    for fault in left:
        yield f"{fault.kind}: {fault.told}"
        if fault.remedy and fault.remedy not in fault.told:
            yield f"  what to do: {fault.remedy}"
    if not left:
        yield "nothing is wrong: every run is closed, every file is as it was saved, every champion is there"
