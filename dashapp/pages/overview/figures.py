"""Charts of the Overview page."""

from __future__ import annotations

from collections.abc import Sequence

import plotly.graph_objects as go

from dashapp.i18n import _
from dashapp.theme import Scheme, empty_figure, escaped, figure_of, mark, tinted
from dashapp.words import amount, customers, percent
from pipeline.contract import Column, Profiles, Segmentation, SegmentCard

ROW, LEAST = 64, 360  # pixels a segment, and of the whole chart
_LONGEST = 46


def shares(cards: Sequence[SegmentCard], look: Scheme) -> go.Figure:
    """Two bars a segment: its share of the customers (pale) and of the revenue (full)."""
    if not cards:
        return empty_figure(_("No segments"), look)
    traces = [_share_bars(cards, look, revenue=False), _share_bars(cards, look, revenue=True)]
    names = [{"x": 0, "y": place, "yshift": 25, "text": f"{mark(card.colour).glyph} {escaped(card.name, _LONGEST)}",
              "xanchor": "left", "showarrow": False, "font": {"size": 13}} for place, card in enumerate(cards)]
    top = max(max(card.share, card.revenue_share or 0) for card in cards)
    return figure_of(
        traces, look, barmode="overlay", annotations=names, margin={"l": 0, "r": 0, "t": 0, "b": 0},
        xaxis={"visible": False, "range": [0, top * 1.55]},
        yaxis={"visible": False, "range": [len(cards) - 0.5, -0.62]})


def _share_bars(cards: Sequence[SegmentCard], look: Scheme, *, revenue: bool) -> dict[str, object]:
    values = [(card.revenue_share or 0.0) if revenue else card.share for card in cards]
    colours = [mark(card.colour, look).colour for card in cards]
    words = [_("{share} of revenue", share=percent(value)) if revenue
             else _("{share} of customers", share=percent(value)) for value in values]
    known = [card.revenue_share is not None or not revenue for card in cards]
    return {
        "type": "bar", "orientation": "h", "x": values, "y": list(range(len(cards))), "base": 0, "width": 0.24,
        "offset": 0.1 if revenue else -0.16, "name": _("Share of revenue") if revenue else _("Share of customers"),
        "marker": {"color": colours if revenue else [tinted(one, 0.42) for one in colours]},
        "text": [word if shown else "" for word, shown in zip(words, known, strict=True)],
        "textposition": "outside", "cliponaxis": False, "textfont": {"size": 12, "color": look.muted},
        "hovertext": [f"{escaped(card.name)}<br>{word}" for card, word in zip(cards, words, strict=True)],
        "hoverinfo": "text",
        "meta": [card.key for card in cards],
    }


def bubbles(it: Segmentation, look: Scheme) -> go.Figure:
    """Median orders by median cheque, the area of a bubble for the number of customers."""
    orders, cheque = it.dataset.meaning("orders"), it.dataset.meaning("average_cheque")
    if orders is None or cheque is None or not it.cards:
        return empty_figure(_("These data have no orders and no average cheque"), look)
    medians = it.profiles.set_index([Profiles.SEGMENT, Profiles.COLUMN])[Profiles.MEDIAN]
    points = [(card, float(medians[card.segment, orders.name]), float(medians[card.segment, cheque.name]))
              for card in sorted(it.cards, key=lambda one: -one.size)]
    largest = max(card.size for card in it.cards)
    traces = [{
        "type": "scatter", "mode": "markers+text", "x": [x], "y": [y], "name": escaped(card.name), "meta": card.key,
        "marker": {"color": tinted(mark(card.colour, look).colour, 0.85), "line": {"color": look.surface, "width": 1.5},
                   "size": [20 + 36 * (card.size / largest) ** 0.5], "symbol": "circle"},
        "text": [mark(card.colour).glyph], "textposition": _beside(place, points),
        "textfont": {"color": look.ink, "size": 15},
        "hovertext": [_bubble_words(card, x, y, orders, cheque)], "hoverinfo": "text",
    } for place, (card, x, y) in enumerate(points)]
    return figure_of(traces, look,
                     xaxis={"title": {"text": _("{label} (median)", label=orders.axis_title)},
                            "range": _padded([x for _, x, _ in points])},
                     yaxis={"title": {"text": _("{label} (median)", label=cheque.axis_title)},
                            "range": _padded([y for _, _, y in points])})


def _bubble_words(card: SegmentCard, x: float, y: float, orders: Column, cheque: Column) -> str:
    return (f"<b>{escaped(card.name)}</b><br>{customers(card.size)}<br>"
            f"{escaped(orders.label)}: {amount(x, orders.unit, orders.format)}<br>"
            f"{escaped(cheque.label)}: {amount(y, cheque.unit, cheque.format)}")


def _beside(place: int, points: Sequence[tuple[SegmentCard, float, float]]) -> str:
    """Where a bubble's symbol stands: above, or where bubbles lie on each other, on a side of its own."""
    xs, ys = [x for _, x, _ in points], [y for _, _, y in points]
    wide, high = max(xs) - min(xs) or 1.0, max(ys) - min(ys) or 1.0
    _, x, y = points[place]
    near = [other for other, (_, x1, y1) in enumerate(points)
            if abs(x1 - x) < 0.12 * wide and abs(y1 - y) < 0.12 * high]
    sides = ("top center", "bottom center", "middle right", "middle left")
    return sides[near.index(place) % len(sides)]


def _padded(values: Sequence[float]) -> list[float]:
    low, high = min(values), max(values)
    room = (high - low) * 0.3 or abs(high) * 0.3 or 1.0
    return [max(0.0, low - room) if low >= 0 else low - room, high + room]
