"""One look: the Plotly template in light and dark, and the one colour and symbol that each segment has everywhere."""

from __future__ import annotations

from base64 import b64encode
from dataclasses import dataclass
from typing import Any, Literal

import numpy as np
import plotly.graph_objects as go

from dashapp.charts import font
from dashapp.i18n import separators
from dashapp.telling import in_short

SchemeName = Literal["light", "dark"]


@dataclass(frozen=True)
class Scheme:
    """Colours that depend on light or dark."""

    name: SchemeName
    ink: str
    muted: str
    grid: str
    surface: str
    ghost: str
    accent: str
    neutral_segment: str


LIGHT = Scheme(
    "light",
    ink="#1d2433",
    muted="#5a6475",
    grid="#e8ebf0",
    surface="#ffffff",
    ghost="#d3d9e2",
    accent="#27496d",
    neutral_segment="#4a4f5a",
)
DARK = Scheme(
    "dark",
    ink="#e8ebf1",
    muted="#a7b0c0",
    grid="#2b3240",
    surface="#181d27",
    ghost="#3a4354",
    accent="#9dbbe0",
    neutral_segment="#c3c8d2",
)

# members of a mix: slate to sand, apart from every segment's colour, legible in both schemes
MIX = ("#43657a", "#6d90a3", "#9dbac8", "#c9dbe3", "#e3d3b0", "#c9ad77", "#a5854f", "#7d6239", "#8e9aa6", "#b9a7c4")

# below and above what is usual: purple to orange (ColorBrewer's PuOr), legible to the colour-blind
DIVERGING: dict[SchemeName, tuple[str, ...]] = {
    "light": ("#5e3c99", "#b2abd2", "#f4f2ee", "#fdb863", "#c8500a"),
    "dark": ("#b59be0", "#6f5fa0", "#39404e", "#b9741f", "#ffb35c"),
}

# Okabe and Ito 2008, safe for the common kinds of colour blindness; their black turns into a neutral that both
# schemes can show, and yellow, hard to see on white, comes last
_PALETTE = ("#0072B2", "#E69F00", "#009E73", "#D55E00", "#56B4E9", "#CC79A7", "neutral", "#F0E442")
_SYMBOLS = (
    ("circle", "●"),
    ("square", "■"),
    ("diamond", "◆"),
    ("triangle-up", "▲"),
    ("triangle-down", "▼"),
    ("star", "★"),
    ("cross", "✚"),
    ("hexagon", "⬢"),
)


@dataclass(frozen=True)
class Mark:
    """How a segment is drawn: colour, Plotly symbol, the same symbol as a character, and ink that is legible on it."""

    colour: str
    symbol: str
    glyph: str
    ink: str

    @property
    def sign(self) -> str:
        """The symbol in its colour, for a text of Plotly."""
        return f"<span style='color:{self.colour}'>{self.glyph}</span>"


def scheme(name: object) -> Scheme:
    """The scheme of that name; light for anything else, since the name comes from a browser."""
    return DARK if name == "dark" else LIGHT


def mark(colour: int, look: Scheme = LIGHT) -> Mark:
    """The mark at one place of the palette (``SegmentCard.colour``); places beyond it change the symbol."""
    entry = _PALETTE[colour % len(_PALETTE)]
    shade = look.neutral_segment if entry == "neutral" else entry
    symbol, glyph = _SYMBOLS[(colour + colour // len(_PALETTE)) % len(_SYMBOLS)]
    return Mark(shade, symbol, glyph, ink_on(shade))


def ink_on(colour: str) -> str:
    """Black or white, whichever is the easier to read on ``colour`` (WCAG relative luminance)."""
    channels = [int(colour[place : place + 2], 16) / 255 for place in (1, 3, 5)]
    linear = [channel / 12.92 if channel <= 0.03928 else ((channel + 0.055) / 1.055) ** 2.4 for channel in channels]
    luminance = 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]
    return "#000000" if (luminance + 0.05) / 0.05 > 1.05 / (luminance + 0.05) else "#ffffff"


def template(look: Scheme) -> go.layout.Template:
    """The template of every chart."""
    axis: dict[str, Any] = {
        "gridcolor": look.grid,
        "linecolor": look.grid,
        "zeroline": False,
        "ticks": "",
        "automargin": True,
        "ticklabelstandoff": 4,
        "title": {"font": {"size": 13, "color": look.muted}, "standoff": 10},
        "tickfont": {"size": 12, "color": look.muted},
    }
    return go.layout.Template(
        layout={
            "font": {"family": font.STACK, "size": 13, "color": look.ink},
            "paper_bgcolor": "rgba(0,0,0,0)",
            "plot_bgcolor": "rgba(0,0,0,0)",
            "colorway": [mark(place, look).colour for place in range(len(_PALETTE))],
            "margin": {"l": 8, "r": 8, "t": 8, "b": 8},
            "xaxis": axis,
            "yaxis": axis,
            "showlegend": False,
            "hoverlabel": {
                "bgcolor": look.surface,
                "bordercolor": look.ghost,
                "align": "left",
                "font": {"family": font.STACK, "size": 13, "color": look.ink},
            },
            "hovermode": "closest",
            "barmode": "stack",
            "bargap": 0.08,
            "modebar": {"bgcolor": "rgba(0,0,0,0)", "color": look.muted, "activecolor": look.accent},
            "newselection": {"line": {"color": look.accent, "width": 2, "dash": "solid"}},
        }
    )


_TEMPLATES = {look.name: template(look).to_plotly_json() for look in (LIGHT, DARK)}


def diverging(look: Scheme) -> list[list[object]]:
    """The scale of what lies below and above the usual, as Plotly takes it; its middle is the usual."""
    return [[place / 4, colour] for place, colour in enumerate(DIVERGING[look.name])]


def shade(look: Scheme, share: float) -> str:
    """The colour at ``share`` (0 to 1) of that scale, as Plotly mixes it."""
    colours = DIVERGING[look.name]
    place = min(len(colours) - 2, int(share * (len(colours) - 1)))
    rest = share * (len(colours) - 1) - place
    pairs = [(int(colours[place][cut : cut + 2], 16), int(colours[place + 1][cut : cut + 2], 16)) for cut in (1, 3, 5)]
    return "#" + "".join(f"{round(low + (high - low) * rest):02x}" for low, high in pairs)


def empty_figure(sentence: str, look: Scheme) -> go.Figure:
    """No data: a sentence in the place of the marks."""
    return figure_of(
        [],
        look,
        xaxis={"visible": False},
        yaxis={"visible": False},
        annotations=[
            {
                "text": sentence,
                "showarrow": False,
                "xref": "paper",
                "yref": "paper",
                "x": 0.5,
                "y": 0.5,
                "font": {"size": 15, "color": look.muted},
            }
        ],
    )


def figure_of(traces: list[dict[str, Any]], look: Scheme, **layout: Any) -> go.Figure:
    """A figure with the template; axes are fixed, since a chart here is clicked and dragged across, not zoomed."""
    for name in ("xaxis", "yaxis"):
        layout[name] = {"fixedrange": True, **layout.get(name, {})}
    return _AsMade(traces, {"template": _TEMPLATES[look.name], "separators": separators(), **layout})


class _AsMade(go.Figure):  # type: ignore[misc]  # plotly has no types
    """A figure that goes to the browser as it was made.

    Plotly's objects, which take longer to build, check and copy than all the rest of a click, come into being when
    somebody looks into the figure: the tests do, and check it so.
    """

    def __init__(self, traces: list[dict[str, Any]], layout: dict[str, Any]) -> None:
        self._made = {"data": traces, "layout": layout}

    def __getattr__(self, name: str) -> Any:  # asked for what is not there yet
        made = self.__dict__.pop("_made", None)
        if made is None:
            raise AttributeError(name)
        super().__init__(made, _validate=False)
        return getattr(self, name)

    def to_plotly_json(self) -> dict[str, Any]:
        made = self.__dict__.get("_made")
        if made is None:
            return dict(super().to_plotly_json())
        return {**made, "data": [{name: _packed(value) for name, value in trace.items()} for trace in made["data"]]}


def _packed(value: Any) -> Any:
    """A row of decimal numbers as Plotly's base64 form, a third of their digits; anything else as it is."""
    if not isinstance(value, np.ndarray) or value.ndim != 1 or value.dtype.kind != "f":
        return value
    short = value.astype("<f4" if value.itemsize <= 4 else "<f8")
    return {"dtype": short.dtype.str[1:], "bdata": b64encode(short.tobytes()).decode("ascii")}


def tinted(colour: str, share: float) -> str:
    """``colour`` at an opacity of ``share``, as CSS."""
    red, green, blue = (int(colour[place : place + 2], 16) for place in (1, 3, 5))
    return f"rgba({red},{green},{blue},{share:g})"


def escaped(text: str, longest: int = 0) -> str:
    """Text from data, safe where Plotly reads a little HTML; shortened to ``longest`` characters if given."""
    return in_short(text, longest).replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
