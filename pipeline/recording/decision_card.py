"""The decision on one page, for the MLflow UI and for scripts: which k, why, and what else was measured."""

from __future__ import annotations

import json
from collections.abc import Sequence
from html import escape
from typing import Any

from pipeline.contract import CandidateRecord, Sensitivity
from pipeline.segmenting import excess, sensitivity_in_words
from pipeline.stages import Training

_STYLE = (
    "body{font:15px/1.5 system-ui,sans-serif;max-width:60rem;margin:1.5rem auto;padding:0 1rem}"
    "table{border-collapse:collapse;margin:1rem 0}th,td{padding:.25rem .7rem;text-align:right;"
    "border-bottom:1px solid #ccc}td.t,th.t{text-align:left}tr.chosen{font-weight:600;background:#eef4ff}"
)
_HEADER = (
    "k",
    "inertia",
    "silhouette",
    "standard error",
    "without structure",
    "excess",
    "prediction strength",
    "Calinski-Harabasz",
    "Davies-Bouldin",
    "seed spread",
    "smallest segment",
)


def decision_card(training: Training) -> dict[str, Any]:
    """Everything that the decision rests on, as a script wants it."""
    decision = training.decision
    return {
        "data": training.dataset.title,
        "recommended_k": decision.k,
        "verdict": decision.verdict,
        "chosen_by": decision.chosen_by,
        "reason": decision.reason,
        "disagreements": list(decision.disagreements),
        "bounds": list(decision.bounds),
        "supported_k": decision.supported_k,
        "elbow_k": decision.elbow_k,
        "silhouette_k": decision.silhouette_k,
        "candidates": [_candidate(record) for record in _records(training)],
        "sensitivity": training.sensitivity.to_dict("records"),
    }


def decision_as_json(training: Training) -> str:
    """The card as a JSON file."""
    return json.dumps(decision_card(training), ensure_ascii=False, indent=1)


def decision_as_html(training: Training) -> str:
    """The card as a page that needs nothing else."""
    decision = training.decision
    others = [
        f"Elbow of the inertia: {decision.elbow_k or 'none'}. Highest silhouette: {decision.silhouette_k}. "
        f"Supported by the data without bounds: {decision.supported_k or 'none'}.",
        *decision.disagreements,
    ]
    sentences = sensitivity_in_words(training.sensitivity, decision)
    rows = [_cells(record) for record in _records(training)]
    chosen = [record.k for record in _records(training)].index(decision.k)
    return "\n".join(
        [
            '<!doctype html><html lang="en"><meta charset="utf-8">',
            f"<title>{escape(training.dataset.title)}: {decision.k} segments</title><style>{_STYLE}</style>",
            f"<h1>{escape(training.dataset.title)}: {decision.k} segments, structure {decision.verdict}</h1>",
            f"<p>{escape(decision.reason)}</p>",
            _list(others),
            "<h2>Every number of segments</h2>",
            _table(_HEADER, rows, chosen=chosen),
            "<h2>What the decision hangs on</h2>",
            _list(sentences),
            _table(("done otherwise", "k", "verdict", "agreement"), _variations(training), text=1),
            "</html>",
            "",
        ]
    )


def _records(training: Training) -> list[CandidateRecord]:
    return [candidate.record for candidate in training.candidates]


def _candidate(record: CandidateRecord) -> dict[str, Any]:
    return {**record.model_dump(exclude={"run_id", "seconds", "dissolved"}), "excess": excess(record)}


def _cells(candidate: CandidateRecord) -> list[str]:
    return [
        str(candidate.k),
        f"{candidate.inertia:,.1f}",
        f"{candidate.silhouette:.3f}",
        _number(candidate.silhouette_se, ".4f"),
        _number(candidate.null_silhouette, ".3f"),
        _number(excess(candidate), "+.3f"),
        _number(candidate.stability, ".2f"),
        f"{candidate.calinski_harabasz:,.1f}",
        f"{candidate.davies_bouldin:.2f}",
        _number(candidate.seed_spread, ".2%"),
        f"{min(candidate.sizes):,}",
    ]


def _variations(training: Training) -> list[list[str]]:
    return [
        [
            row[Sensitivity.CHANGE],
            str(row[Sensitivity.K]),
            row[Sensitivity.VERDICT],
            f"{row[Sensitivity.AGREEMENT]:.2f}",
        ]
        for row in training.sensitivity.to_dict("records")
    ]


def _number(value: float | None, form: str) -> str:
    return "" if value is None else format(value, form)


def _list(sentences: Sequence[str]) -> str:
    return "<ul>" + "".join(f"<li>{escape(sentence)}</li>" for sentence in sentences) + "</ul>"


def _table(header: Sequence[str], rows: Sequence[Sequence[str]], *, chosen: int | None = None, text: int = 0) -> str:
    """``text`` columns on the left hold words, the others numbers."""

    def row(cells: Sequence[str], tag: str, style: str = "") -> str:
        return (
            f"<tr{style}>"
            + "".join(
                f"<{tag}{' class=t' if place < text else ''}>{escape(cell)}</{tag}>" for place, cell in enumerate(cells)
            )
            + "</tr>"
        )

    body = [row(cells, "td", " class=chosen" if place == chosen else "") for place, cells in enumerate(rows)]
    return "<table>" + row(header, "th") + "".join(body) + "</table>"
