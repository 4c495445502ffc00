"""A sweep for people: as text, and as plain HTML for a notebook, without scripts and without colours of its own."""

from __future__ import annotations

from collections.abc import Iterator
from html import escape
from typing import TYPE_CHECKING

import pandas as pd

from korzina.spec_draft import assumptions
from pipeline.contract import SegmentCard, verdict_at

if TYPE_CHECKING:
    from korzina.sweep_result import SweepResult

_LINE = "rgba(128, 128, 128, 0.4)"  # visible on white and on black
_MOST_DIFFERENCES = 4


def sweep_as_text(result: SweepResult) -> str:
    """Rows, decision and segments, a line each."""
    lines = [_headline(result), _rows(result), f"k = {result.decision.k}. {result.decision.reason}"]
    lines += [f"Spec drafted: {_assumed(result)}"] if result.draft is not None else []
    lines += [f"  {card.segment + 1}. {card.name} [{card.trust}]: {card.portrait}" for card in result.segments]
    return "\n".join(lines)


def sweep_as_html(result: SweepResult) -> str:
    """A card for each segment under the decision; every text is escaped."""
    decision = result.decision
    told = [
        f"<p style='margin:0 0 .25em'><strong>{escape(_headline(result))}</strong></p>",
        f"<p style='margin:0 0 .25em'>{escape(decision.reason)}</p>",
        *(f"<p style='margin:0 0 .25em'>{escape(sentence)}</p>" for sentence in decision.disagreements),
        f"<p style='margin:0 0 .25em;opacity:.75'>{escape(_rows(result))}</p>",
    ]
    if result.draft is not None:
        told.append(f"<p style='margin:0 0 .25em;opacity:.75'>Spec drafted: {escape(_assumed(result))}</p>")
    cards = "".join(map(_card, result.segments))
    return (
        "<div style='color:inherit;background:transparent;max-width:72em'>"
        + "".join(told)
        + f"<div style='display:flex;flex-wrap:wrap;gap:.75em;margin:.75em 0'>{cards}</div>"
        + _quality(result)
        + "</div>"
    )


def _headline(result: SweepResult) -> str:
    title = result._analysis.training.dataset.title
    standing = "recommended" if result.k == result.decision.k else f"shown; {result.decision.k} are recommended"
    records = [candidate.record for candidate in result._analysis.training.candidates]
    verdict = verdict_at(result.k, result.decision, records)
    return f"{title}: {result.k} segments {standing} (structure: {verdict})"


def _rows(result: SweepResult) -> str:
    ledger = result.ledger
    return (
        f"{ledger.rows_in:,} rows in, {ledger.rows_out:,} customers out "
        f"({ledger.dropped:,} dropped, {ledger.quarantined:,} quarantined)"
    )


def _assumed(result: SweepResult) -> str:
    return assumptions(result.spec.model_dump())


def _card(card: SegmentCard) -> str:
    phrases = [difference.phrase for difference in card.differences[:_MOST_DIFFERENCES]]
    listed = "".join(f"<li>{escape(phrase)}</li>" for phrase in phrases)
    return (
        f"<div style='flex:1 1 18em;max-width:26em;border:1px solid {_LINE};border-radius:6px;padding:.75em'>"
        f"<div><strong>{card.segment + 1}. {escape(card.name)}</strong></div>"
        f"<div style='height:.4em;margin:.4em 0;border:1px solid {_LINE}'>"
        f"<div style='height:100%;width:{100 * card.share:.1f}%;background:currentColor;opacity:.6'></div></div>"
        f"<p style='margin:.5em 0'>{escape(card.portrait)}</p>"
        + (f"<ul style='margin:.25em 0;padding-left:1.2em'>{listed}</ul>" if listed else "")
        + f"<div style='opacity:.75'>{escape(card.trust)}: {escape(card.trust_reason)}</div></div>"
    )


def _quality(result: SweepResult) -> str:
    cell = f"style='text-align:right;padding:.2em .8em;border-bottom:1px solid {_LINE}'"
    head = "".join(f"<th {cell}>{name}</th>" for name in ("k", "inertia", "silhouette", "stability"))
    rows = "".join(f"<tr>{''.join(f'<td {cell}>{text}</td>' for text in row)}</tr>" for row in _cells(result))
    return (
        "<details><summary>Quality of every k</summary>"
        f"<table style='border-collapse:collapse'><thead><tr>{head}</tr></thead><tbody>{rows}</tbody></table></details>"
    )


def _cells(result: SweepResult) -> Iterator[tuple[str, ...]]:
    for row in result.runs.to_dict("records"):
        stability = f"{row['stability']:.2f}" if pd.notna(row["stability"]) else ""
        yield (
            f"<strong>{row['k']}</strong>" if row["recommended"] else str(row["k"]),
            f"{row['inertia']:,.1f}",
            f"{row['silhouette']:.3f}",
            stability,
        )
