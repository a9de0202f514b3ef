"""How a chart is drawn: panels, scales, colours, and the way from a spec to an SVG fragment."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import altair as alt
import vl_convert

from harness.reporting import theme
from harness.reporting.svg_text import fragment

__all__ = [
    "Chart",
    "Rows",
    "Styles",
    "axis",
    "baseline",
    "hue",
    "log",
    "panels",
    "present",
    "shape",
    "svg",
    "time",
    "within",
]

Rows = Sequence[Mapping[str, Any]]
Styles = Mapping[str, tuple[str, str]]
"""``{backend: (colour, shape)}``; see ``theme.styles``."""

Chart = Any
"""An Altair chart of any kind; Altair gives no types that mypy could follow here."""

# A reader's font may be wider than the one that the renderer reckons with.
_PADDING = {"left": 40, "right": 24, "top": 4, "bottom": 4}

_SHORT_HEAD = 28
"""Characters in the head of a panel of the narrower kind."""


def panels(chart: Chart, rows: Rows, by: str = "backend") -> Chart:
    """``chart`` for each panel, in the order in which the panels first occur.

    Four in a line, or three wider ones where a head needs the room; one alone is wide. Marks are
    drawn backend by backend (or what ``by`` says), so that those of one backend are one path.
    """
    order = list(dict.fromkeys(r["panel"] for r in rows))
    rank = {name: i for i, name in enumerate(dict.fromkeys(r[by] for r in rows))}
    columns, width = (4, 205) if max(map(len, order)) <= _SHORT_HEAD else (3, 290)
    if len(order) == 1:
        width = 440
    header = alt.Header(title=None)
    return chart.properties(width=width).facet(
        facet=alt.Facet("panel:N", sort=order, header=header),
        columns=min(len(order), columns),
        data=alt.Data(values=sorted(rows, key=lambda r: rank[r[by]])),
    )


def within(domain: Sequence[float], rows: Rows) -> list[dict[str, Any]]:
    """The rows with their intervals cut at the axis's ends: two sets can give 1e-7 to 1e6."""
    first, last = domain
    return [
        {**r, "low": min(max(r["low"], first), last), "high": max(min(r["high"], last), first)}
        for r in rows
    ]


def present(rows: Rows, styles: Styles) -> Styles:
    """The styles of the backends that have a row, so that a legend names no other."""
    there = {r["backend"] for r in rows}
    return {name: style for name, style in styles.items() if name in there}


def baseline(styles: Styles) -> str:
    """The baseline's name: the one in ink; empty where it has no row."""
    return next((n for n, (colour, _) in styles.items() if colour == theme.INK), "")


def hue(styles: Styles, *, legend: bool = False, columns: int = 8, fill: bool = False) -> Any:
    """The backend's colour as an encoding, of the line or the ``fill``."""
    channel = alt.Fill if fill else alt.Color
    return channel(
        "backend:N",
        scale=alt.Scale(domain=list(styles), range=[colour for colour, _ in styles.values()]),
        legend=alt.Legend(columns=columns) if legend else None,
    )


def shape(styles: Styles, *, legend: bool = False, columns: int = 8) -> Any:
    """The backend's shape as an encoding; with equal legends, colour and shape share one."""
    return alt.Shape(
        "backend:N",
        scale=alt.Scale(domain=list(styles), range=[shape for _, shape in styles.values()]),
        legend=alt.Legend(columns=columns) if legend else None,
    )


def log(domain: Sequence[float]) -> Any:
    """A logarithmic scale from the first to the last of ``domain``."""
    return alt.Scale(type="log", domain=list(domain), nice=False)


def axis(ticks: Sequence[float], label: str = "format(datum.value, '~r')") -> Any:
    """An axis with these ticks; ``label`` is the Vega expression that writes one."""
    return alt.Axis(values=list(ticks), labelExpr=label)


def time(ticks: Sequence[float]) -> Any:
    """An axis of seconds, in units that people read."""
    return axis(ticks, theme.TIME_LABEL)


def svg(chart: Chart, label: str) -> str:
    """The chart as a labelled SVG fragment for HTML; the renderer may fetch nothing."""
    spec = chart.configure(**theme.config()).properties(padding=_PADDING).to_dict(validate=False)
    return fragment(vl_convert.vegalite_to_svg(spec, allowed_base_urls=[]), label)
