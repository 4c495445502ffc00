"""Charts of the Campaigns page: what was counted in, a figure out."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import plotly.graph_objects as go

from dashapp.charts import Scheme, empty_figure, escaped, figure_of, mark, rates, tinted
from dashapp.i18n import _
from dashapp.pages.campaigns.plan_sentences import ADVICE
from dashapp.pages.campaigns.prospects import Dot
from dashapp.pricing import Curve, Expected, ProfitCurves, Vector
from dashapp.telling import TRUST_WORDS, grades_differ, money, number, rate

CURVES, ROW, LINES = 380, 74, 104  # pixels of a curve, of a segment's row, of what stands around the rows
_SEGMENTS, _RANDOM = "#b07d1a", "#7a8494"  # of the two rules that a model is compared with
_LONGEST = 44


def dots_height(segments: int) -> int:
    """Pixels that the chart of responses needs."""
    return segments * ROW + LINES


def expected(curves: Expected, best: int, currency: str, look: Scheme) -> go.Figure:
    """Expected profit as more are contacted, with the model's interval and the best cut-off."""
    if len(curves.model.contacts) < 2:
        return empty_figure(_("No customers match."), look)
    along = curves.model.contacts.tolist()
    traces = [
        *_ribbon(curves.model, look),
        _line(along, curves.at_random, _("Random"), _RANDOM, "dot", currency),
        _line(along, curves.by_segment, _("Segments alone"), _SEGMENTS, "dash", currency),
        _line(along, curves.model.profit, _("Response model"), look.accent, "solid", currency),
    ]
    label = _("worth a contact: {n}", n=number(best))
    return _curves(
        traces, (best, label), _("customers contacted, the best first"), _("expected profit"), currency, look
    )


def measured(curves: ProfitCurves, listed: int, currency: str, look: Scheme) -> go.Figure:
    """Measured profit of known answers as more are contacted, and how many the model's rule contacts."""
    along = curves.model.contacts.tolist()
    if len(along) < 2:
        return empty_figure(_("No past contacts to compare on"), look)
    blind = [curves.everybody * contacts / along[-1] for contacts in along]
    traces = [*_ribbon(curves.model, look), _line(along, blind, _("Random"), _RANDOM, "dot", currency)]
    if curves.by_segment is not None:
        traces.append(
            _line(
                curves.by_segment.contacts.tolist(),
                curves.by_segment.profit,
                _("Segments alone"),
                _SEGMENTS,
                "dash",
                currency,
            )
        )
    traces.append(_line(along, curves.model.profit, _("Response model"), look.accent, "solid", currency))
    label = _("the model's list: {n}", n=number(listed))
    return _curves(traces, (listed, label), _("past contacts, the best first"), _("profit"), currency, look)


def responses(
    dots: Sequence[Dot],
    every: float | None,
    even: float | None,
    look: Scheme,
    *,
    axis: str = "",
    words: Callable[[Dot], str] = rates.response_words,
) -> go.Figure:
    """A dot a segment with its interval and its word, the overall line and the break-even line.

    ``axis`` and ``words`` say what was counted, where that is not responses to a contact.
    """
    if not dots:
        return empty_figure(_("No segments"), look)
    lines = [
        (value, label, colour, dash)
        for value, label, colour, dash in (
            (every, _("all customers"), look.muted, "solid"),
            (even, _("break-even"), look.accent, "dash"),
        )
        if value is not None and value <= 1
    ]
    reach = max([0.02, *(dot.high or 0.0 for dot in dots), *(value for value, *_rest in lines)])
    rows = len(dots)
    differ = grades_differ(dot.card for dot in dots)
    notes = [_name(dot, place, look, graded=differ) for place, dot in enumerate(dots)]
    notes += [
        _line_label(value, label, place, reach, colour) for place, (value, label, colour, _dash) in enumerate(lines)
    ]
    shapes = [
        {
            "type": "line",
            "x0": value,
            "x1": value,
            "yref": "paper",
            "y0": 0,
            "y1": 1,
            "layer": "below",
            "line": {"color": colour, "width": 1.5, "dash": dash},
        }
        for value, _label, colour, dash in lines
    ]
    return figure_of(
        [_dot(dot, place, look, words) for place, dot in enumerate(dots)],
        look,
        annotations=notes,
        shapes=shapes,
        margin={"l": 4, "r": 8, "t": 44, "b": 8},
        xaxis={
            "range": [-0.02 * reach, reach * 1.32],
            "tickformat": ".0%" if reach > 0.05 else ".1%",
            "nticks": 6,
            "title": {"text": axis or _("share of those contacted who responded")},
        },
        yaxis={"visible": False, "range": [rows - 0.6, -0.75]},
    )


def _dot(dot: Dot, place: int, look: Scheme, words: Callable[[Dot], str]) -> dict[str, Any]:
    style = mark(dot.card.colour, look)
    known = dot.rate is not None and dot.low is not None and dot.high is not None
    said = f"<b>{escaped(dot.card.name)}</b><br>{words(dot)}"
    made: dict[str, Any] = {
        "type": "scatter",
        "mode": "markers",
        "x": [dot.rate],
        "y": [place],
        "hovertext": [said],
        "hoverinfo": "text",
        "marker": {"color": style.colour, "symbol": f"{style.symbol}-open" if dot.few else style.symbol, "size": 12},
    }
    if known:
        made["error_x"] = {
            "type": "data",
            "symmetric": False,
            "array": [(dot.high or 0) - (dot.rate or 0)],
            "arrayminus": [(dot.rate or 0) - (dot.low or 0)],
            "color": style.colour,
            "thickness": 2,
            "width": 5,
        }
    return made


def _name(dot: Dot, place: int, look: Scheme, *, graded: bool) -> dict[str, Any]:
    """Name, and under it word, rate and trust, above the dot at the left edge; two lines, since a phone is narrow."""
    told = [f"<b>{_(ADVICE[dot.word])}</b>"] if dot.word else []
    told += [rate(dot.rate)] if dot.rate is not None else []
    told += [_(TRUST_WORDS[dot.card.trust])] if graded else []
    return {
        "xref": "paper",
        "x": 0,
        "xanchor": "left",
        "y": place,
        "yshift": 29,
        "showarrow": False,
        "align": "left",
        "text": f"{mark(dot.card.colour).glyph} {escaped(dot.card.name, _LONGEST)}<br>{' · '.join(told)}",
        "font": {"size": 12, "color": look.ink},
        "bgcolor": look.surface,
    }


def _line_label(value: float, label: str, place: int, reach: float, colour: str) -> dict[str, Any]:
    return {
        "x": value,
        "yref": "paper",
        "y": 1,
        "yanchor": "bottom",
        "yshift": 20 - 18 * place,
        "showarrow": False,
        "xanchor": "left" if value < reach / 2 else "right",
        "text": f"{label} {rate(value)}",
        "font": {"size": 12, "color": colour},
    }


def _ribbon(model: Curve, look: Scheme) -> list[dict[str, Any]]:
    along = model.contacts.tolist()
    edge = {"type": "scatter", "mode": "lines", "line": {"width": 0}, "hoverinfo": "skip", "showlegend": False}
    return [
        {**edge, "x": along, "y": model.low.tolist()},
        {**edge, "x": along, "y": model.high.tolist(), "fill": "tonexty", "fillcolor": tinted(look.accent, 0.16)},
    ]


def _line(
    along: Sequence[float], profit: Vector | Sequence[float], name: str, colour: str, dash: str, currency: str
) -> dict[str, Any]:
    values = [float(amount) for amount in profit]
    words = [
        _("{rule}: {profit} from {n} contacts", rule=name, profit=money(value, currency), n=number(count))
        for count, value in zip(along, values, strict=True)
    ]
    return {
        "type": "scatter",
        "mode": "lines",
        "x": list(along),
        "y": values,
        "name": name,
        "hovertext": words,
        "hoverinfo": "text",
        "line": {"color": colour, "width": 3 if dash == "solid" else 2, "dash": dash},
        "showlegend": True,
    }


def _curves(
    traces: list[dict[str, Any]], cut: tuple[int, str], along: str, up: str, currency: str, look: Scheme
) -> go.Figure:
    best, label = cut
    shapes = [
        {"type": "line", "xref": "paper", "x0": 0, "x1": 1, "y0": 0, "y1": 0, "line": {"color": look.muted, "width": 1}}
    ]
    notes = []
    if best:
        shapes.append(
            {
                "type": "line",
                "x0": best,
                "x1": best,
                "yref": "paper",
                "y0": 0,
                "y1": 1,
                "layer": "below",
                "line": {"color": look.ink, "width": 1.5, "dash": "dash"},
            }
        )
        most = max(traces[0]["x"])
        notes.append(
            {
                "x": best,
                "yref": "paper",
                "y": 1,
                "yanchor": "bottom",
                "showarrow": False,
                "xanchor": "left" if best < most / 2 else "right",
                "text": label,
                "font": {"size": 13, "color": look.ink},
            }
        )
    return figure_of(
        traces,
        look,
        shapes=shapes,
        annotations=notes,
        showlegend=True,
        hovermode="closest",
        margin={"l": 8, "r": 12, "t": 30, "b": 8},
        legend={"orientation": "h", "x": 0, "xanchor": "left", "y": -0.24, "yanchor": "top", "font": {"size": 12}},
        xaxis={"title": {"text": along}, "tickformat": ",", "rangemode": "tozero", "nticks": 6},
        yaxis={"title": {"text": f"{up}, {currency}" if currency else up}, "tickformat": ",", "nticks": 6},
    )
