"""What is most striking about the selected customers, in one sentence."""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np

from dashapp.findings import segment_words
from dashapp.i18n import _
from dashapp.selecting import SEGMENT, Filtered, Slice
from dashapp.telling import amount, percent, trusted
from pipeline.contract import Segmentation

_LEAST, _FEW = 0.05, 30  # share of customers that has to move, and customers under which nothing is told


def sentence(segmentation: Segmentation, filtered: Filtered, names: Iterable[str]) -> str:
    """Where the selected depart most from all customers in anything known of them, charted or not.

    Of all customers it is the segment that stands out most.
    """
    if not filtered.selection:
        return _of_all(segmentation)
    if filtered.customers < _FEW:
        return _("So few customers are selected that their differences from all may be chance.")
    parts = [filtered.slice(name) for name in (SEGMENT, *names) if name not in filtered.selection.filters]
    told = [(distance, part) for part in parts if part.dimension.kind != "mix" and (distance := _far(part)) >= _LEAST]
    if not told:
        return _("In what is shown here the selected customers are like all the others.")
    return _told(max(told, key=lambda strength_told: strength_told[0])[1])


def _of_all(segmentation: Segmentation) -> str:
    standing = [card for card in segmentation.cards if card.differences]
    if not standing:
        return ""
    card = max(standing, key=lambda candidate: abs(candidate.differences[0].effect))
    phrase, median, overall = segment_words.differences(card, segmentation.dataset, 1)[0]
    said = {"name": card.name, "trust": trusted(card), "median": median, "overall": overall}
    if phrase.casefold() == card.name.casefold():
        return _("“{name}” ({trust}) stand out most: {median} (all customers: {overall}).", **said)
    return _("“{name}” ({trust}) stand out most. {phrase}: {median} (all customers: {overall}).", phrase=phrase, **said)


def _far(part: Slice) -> float:
    """How many of them would have to move for both to be alike (numbers: Kolmogorov and Smirnov's distance)."""
    mine, every = _shares(part.shown), _shares(part.everyone)
    gaps = np.cumsum(mine - every) if part.dimension.kind == "number" else mine - every
    return float(np.abs(gaps).max(initial=0.0)) if mine.any() else 0.0


def _told(part: Slice) -> str:
    dimension = part.dimension
    if dimension.kind == "number" and part.middle is not None and part.overall_middle is not None:
        middle, overall = (
            amount(middle, dimension.unit, dimension.format) for middle in (part.middle, part.overall_middle)
        )
        return _(
            "Most striking about the selected: {label}, median {middle} instead of {overall} among all customers.",
            label=dimension.label,
            middle=middle,
            overall=overall,
        )
    mine, every = _shares(part.shown), _shares(part.everyone)
    place = int(np.abs(mine - every).argmax())
    return _(
        "Most striking about the selected: {label} “{what}” {share}, instead of {every} among all customers.",
        label=dimension.label,
        what=dimension.labels[place],
        share=percent(float(mine[place])),
        every=percent(float(every[place])),
    )


def _shares(counts: np.ndarray) -> np.ndarray:
    totals = counts.sum(axis=0)
    parts: np.ndarray = totals / max(totals.sum(), 1e-12)
    return parts
