"""Charts of the Compare page: how quality depends on the number of segments."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Literal

import plotly.graph_objects as go

from dashapp.charts.theme import Scheme, empty_figure, figure_of, tinted
from dashapp.i18n import _
from pipeline.contract import CandidateRecord, Decision

HEIGHT = 320
SUPPORTED = 0.8


def inertia(candidates: Sequence[CandidateRecord], decision: Decision, k: int, look: Scheme) -> go.Figure:
    """Inertia by k, the chord from first to last, and the elbow: the point farthest below the chord."""
    if len(candidates) < 2:
        return empty_figure(_("One number of segments was tried: nothing to compare"), look)
    ks, values = [candidate.k for candidate in candidates], [candidate.inertia for candidate in candidates]
    traces: list[dict[str, Any]] = [
        {
            "type": "scatter",
            "mode": "lines",
            "x": [ks[0], ks[-1]],
            "y": [values[0], values[-1]],
            "name": "chord",
            "line": {"color": look.ghost, "dash": "dot", "width": 2},
            "hoverinfo": "skip",
        },
        _curve(ks, values, _("inertia"), "%{y:,.0f}", k, look),
    ]
    notes = []
    if decision.elbow_k in ks:
        place = ks.index(decision.elbow_k)
        on_chord = values[0] + (values[-1] - values[0]) * (ks[place] - ks[0]) / (ks[-1] - ks[0])
        traces.append(
            {
                "type": "scatter",
                "mode": "lines",
                "x": [ks[place]] * 2,
                "y": [values[place], on_chord],
                "line": {"color": look.muted, "width": 1.5},
                "hoverinfo": "skip",
                "name": "depth of the elbow",
            }
        )
        notes.append(_note(_("elbow at {k}", k=decision.elbow_k), ks[place], values[place], look, "below"))
    else:
        notes.append(
            {
                "text": _("no clear knee"),
                "showarrow": False,
                "xref": "paper",
                "yref": "paper",
                "x": 0.98,
                "y": 0.95,
                "xanchor": "right",
                "font": {"size": 14, "color": look.ink},
            }
        )
    return figure_of(
        traces,
        look,
        annotations=notes,
        xaxis=_k_axis(ks),
        yaxis={"title": {"text": _("inertia")}, "tickformat": "~s", "nticks": 6},
    )


def silhouette(candidates: Sequence[CandidateRecord], decision: Decision, k: int, look: Scheme) -> go.Figure:
    """Silhouette by k with twice its standard error, the range of single starts, and data without any structure."""
    if len(candidates) < 2:
        return empty_figure(_("One number of segments was tried: nothing to compare"), look)
    ks = [candidate.k for candidate in candidates]
    values = [candidate.silhouette for candidate in candidates]
    errors = [2 * (candidate.silhouette_se or 0.0) for candidate in candidates]
    around = [(k, value - error, value + error) for k, value, error in zip(ks, values, errors, strict=True)]
    starts = [
        (candidate.k, min(candidate.silhouette_by_seed), max(candidate.silhouette_by_seed))
        for candidate in candidates
        if candidate.silhouette_by_seed
    ]
    nulls = [
        (candidate.k, candidate.null_silhouette) for candidate in candidates if candidate.null_silhouette is not None
    ]
    traces = [_band(starts, "single starts", tinted(look.accent, 0.22))] if starts else []
    if any(errors):
        traces.append(_band(around, "two standard errors", tinted(look.accent, 0.16)))
    traces += _without_structure(nulls, look)
    notes = _ground_note(nulls, look)
    traces.append(_curve(ks, values, _("silhouette"), "%{y:.3f}", k, look))
    best = ks.index(decision.silhouette_k) if decision.silhouette_k in ks else 0
    notes.append(_note(_("highest at {k}", k=ks[best]), ks[best], values[best] + errors[best], look, "above"))
    return figure_of(
        traces,
        look,
        annotations=notes,
        xaxis=_k_axis(ks),
        yaxis={
            "title": {"text": _("silhouette")},
            "tickformat": ".2f",
            "nticks": 6,
            "range": [min(0.0, *values), max(values) + max(errors) + 0.15 * max(values)],
        },
    )


def _band(points: Sequence[tuple[int, float, float]], name: str, colour: str) -> dict[str, Any]:
    """The ground between a low and a high value at each k."""
    return {
        "type": "scatter",
        "mode": "lines",
        "x": [x for x, _low, _high in [*points, *points[::-1]]],
        "y": [high for _x, _low, high in points] + [low for _x, low, _high in points[::-1]],
        "fill": "toself",
        "line": {"width": 0},
        "fillcolor": colour,
        "hoverinfo": "skip",
        "name": name,
    }


def _without_structure(nulls: Sequence[tuple[int, float]], look: Scheme) -> list[dict[str, Any]]:
    """The silhouette of data without groups, by k; nothing where it was not measured."""
    if not nulls:
        return []
    trace = {
        "type": "scatter",
        "mode": "lines",
        "x": [x for x, _ in nulls],
        "y": [y for _, y in nulls],
        "fill": "tozeroy",
        "fillcolor": tinted(look.ghost, 0.45),
        "name": "without structure",
        "line": {"color": look.muted, "dash": "dot", "width": 1.5},
        "hovertemplate": _("data without structure: {y}", y="%{y:.3f}") + "<extra></extra>",
    }
    return [trace]


def _ground_note(nulls: Sequence[tuple[int, float]], look: Scheme) -> list[dict[str, Any]]:
    """What that ground is, in words."""
    return [
        {
            "x": x,
            "y": y / 2,
            "text": _("data without any groups"),
            "showarrow": False,
            "xanchor": "right",
            "font": {"size": 12, "color": look.muted},
        }
        for x, y in nulls[-1:]
    ]


def stability(candidates: Sequence[CandidateRecord], k: int, look: Scheme) -> go.Figure:
    """Prediction strength by k over the least that supports a division (Tibshirani and Walther 2005)."""
    known = [(candidate.k, candidate.stability) for candidate in candidates if candidate.stability is not None]
    if not known:
        return empty_figure(_("This run does not know how stable each number is"), look)
    ks, values = [tried for tried, _value in known], [value for _tried, value in known]
    line = {
        "type": "line",
        "x0": 0,
        "x1": 1,
        "xref": "paper",
        "y0": SUPPORTED,
        "y1": SUPPORTED,
        "line": {"color": look.muted, "dash": "dash", "width": 1.5},
    }
    note = {
        "x": 1,
        "xref": "paper",
        "xanchor": "right",
        "y": SUPPORTED,
        "yanchor": "bottom",
        "showarrow": False,
        "text": _("well supported from here"),
        "font": {"size": 12, "color": look.muted},
    }
    return figure_of(
        [_curve(ks, values, _("stability"), "%{y:.2f}", k, look)],
        look,
        shapes=[line],
        annotations=[note],
        xaxis=_k_axis(ks),
        yaxis={"title": {"text": _("stability")}, "tickformat": ".1f", "range": [0, 1.05]},
    )


def _curve(ks: list[int], values: list[float], name: str, shown: str, k: int, look: Scheme) -> dict[str, Any]:
    return {
        "type": "scatter",
        "mode": "lines+markers",
        "x": ks,
        "y": values,
        "name": name,
        "line": {"color": look.accent, "width": 2.5},
        "marker": {
            "opacity": 1,
            "size": [14 if tried == k else 8 for tried in ks],
            "line": {"color": look.surface, "width": 2},
            "color": ["#D55E00" if tried == k else look.accent for tried in ks],
        },
        "hovertemplate": f"k = %{{x}}: {name} {shown}<extra></extra>",
    }


def _note(text: str, x: float, y: float, look: Scheme, where: Literal["above", "below"]) -> dict[str, Any]:
    """A word beside a point: below and left of it, or above and to the right, where the first point has room too."""
    below = where == "below"
    return {
        "x": x,
        "y": y,
        "text": text,
        "showarrow": False,
        "yshift": -18 if below else 16,
        "xshift": -8,
        "xanchor": "right" if below else "left",
        "font": {"size": 12, "color": look.ink},
    }


def _k_axis(ks: list[int]) -> dict[str, Any]:
    return {
        "title": {"text": _("number of segments")},
        "tickvals": ks,
        "showgrid": False,
        "range": [min(ks) - 0.45, max(ks) + 0.45],
    }
