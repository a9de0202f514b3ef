"""How the charts look: one colour and one shape for each backend, wherever it appears."""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from typing import Any

__all__ = [
    "DARK", "GRID", "INK", "MUTED", "PAGE", "TIME_LABEL", "TONES", "config", "log_ticks", "styles",
]  # fmt: skip

INK, MUTED, GRID, PAGE = "#1b1f24", "#59636e", "#e4e7eb", "#fffffe"

# Okabe and Ito's palette ("Color Universal Design", 2008), darkened where a thin line on white
# needs it; to the right, the same hue for a dark page.
_HUES = {
    "#0067a5": "#6cb6ff",
    "#c14a00": "#ff9a5c",
    "#00795c": "#4fd1a5",
    "#9b4a86": "#e59acb",
    "#9a6a00": "#e8b84a",
    "#3b7ea1": "#8fd3f4",
    "#6e5bb8": "#b8a6ff",
    "#7a4f3a": "#d3a58c",
}
_TONES = {
    "right": ("#1a6b47", "#63d29b"),
    "neutral": (MUTED, "#9aa4af"),
    "noted": ("#7a5200", "#e8b84a"),
    "undecided": ("#5b4a9c", "#b8a6ff"),
    "wrong": ("#b3261e", "#ff8a80"),
}
TONES = {tone: light for tone, (light, _) in _TONES.items()}
"""The colour of each tone of a verdict, as the page's style has it."""

DARK: dict[str, str] = {
    **dict(_TONES.values()),
    INK: "#e6e9ed",
    MUTED: "#9aa4af",
    GRID: "#2f363d",
    PAGE: "#14181d",
    **_HUES,
}
"""Each colour of a chart and what stands for it on a dark page (by CSS, in the same SVG)."""

_SHAPES = (
    "square", "triangle-up", "diamond", "triangle-down", "cross", "triangle-right", "triangle-left"
)  # fmt: skip

TIME_LABEL = (
    "datum.value >= 1 ? format(datum.value, '~r') + ' s'"
    " : datum.value >= 1e-3 ? format(datum.value * 1e3, '.3~r') + ' ms'"
    " : datum.value >= 1e-6 ? format(datum.value * 1e6, '.3~r') + ' µs'"
    " : format(datum.value * 1e9, '.3~r') + ' ns'"
)
"""The Vega expression that writes seconds as ``text.seconds`` does."""


def styles(backends: Sequence[str], baseline: str) -> dict[str, tuple[str, str]]:
    """``{backend: (colour, shape)}``: an ink circle for the baseline, hue and shape for each other.

    Colours and shapes cycle with coprime lengths, so that 56 backends look different.
    """
    hues = list(_HUES)
    others = [name for name in backends if name != baseline]
    chosen = {
        name: (hues[i % len(hues)], _SHAPES[i % len(_SHAPES)]) for i, name in enumerate(others)
    }
    return {name: chosen.get(name, (INK, "circle")) for name in backends}


def log_ticks(values: Iterable[float], most: int = 6) -> tuple[list[float], list[float]]:
    """``(domain, ticks)`` of a logarithmic axis over the positive finite ``values``.

    Ticks are decades, thinned when there are too many, with 2 and 5 between when too few.
    """
    finite = [v for v in values if math.isfinite(v) and v > 0]
    if not finite:
        return [0.1, 10.0], [0.1, 1.0, 10.0]
    low, high = min(finite) / 1.3, max(finite) * 1.3
    first, last = math.floor(math.log10(low)), math.ceil(math.log10(high))
    for mantissas in ((1, 2, 3, 5, 7), (1, 2, 5), (1, 3), (1,)):
        # float("2e-06") is the nearest number, 2 * 10.0**-6 is not.
        marks = [float(f"{m}e{k}") for k in range(first, last + 1) for m in mantissas]
        ticks = [t for t in marks if low <= t <= high]
        if 2 <= len(ticks) <= most:
            return [low, high], ticks
    step = max(math.ceil((last - first) / most), 1)
    return [low, high], [float(f"1e{k}") for k in range(first, last + 1, step)]


def config() -> dict[str, Any]:
    """The Vega-Lite configuration of every chart: quiet axes, one grid, no frame."""
    axis = {
        "labelColor": MUTED,
        "titleColor": MUTED,
        "labelFontSize": 11,
        "titleFontSize": 11,
        "titleFontWeight": "normal",
        "domainColor": GRID,
        "tickColor": GRID,
        "gridColor": GRID,
        "labelOverlap": False,
    }
    return {
        "background": "transparent",
        "aria": False,
        "font": "system-ui, sans-serif",
        "view": {"stroke": None},
        "axis": axis,
        "header": {
            "labelColor": INK,
            "labelFontSize": 12,
            "labelFontWeight": 600,
            "labelAnchor": "start",
            "labelOrient": "top",
            "titleColor": MUTED,
        },
        "legend": {
            "labelColor": INK,
            "labelFontSize": 12,
            "orient": "top",
            "title": None,
            "symbolSize": 70,
            "columnPadding": 26,
            "symbolOpacity": 1,
            "labelLimit": 260,
        },
        "facet": {"spacing": 28},
    }
