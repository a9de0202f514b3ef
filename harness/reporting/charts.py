"""The report's charts: Vega-Altair specs, drawn to SVG by the bundled renderer, offline.

Each function takes plain rows (the figures of the frames, nothing computed anew) and returns
an SVG fragment that is read without JavaScript and takes the page's colours.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Any
from xml.etree import ElementTree

import altair as alt
import vl_convert

from harness.reporting import theme

__all__ = ["Chart", "curves", "error_against_time", "first_calls", "growth", "predicted", "ratios"]

Rows = Sequence[Mapping[str, Any]]
Styles = Mapping[str, tuple[str, str]]
Chart = Any
"""An Altair chart of any kind; Altair gives no types that mypy could follow here."""

_SVG = "{http://www.w3.org/2000/svg}"
_KEPT = frozenset(
    {"d", "x", "y", "x1", "x2", "y1", "y2", "cx", "cy", "r", "width", "height", "viewBox"}
    | {"transform", "fill", "fill-opacity", "opacity", "text-anchor", "font-size", "font-weight"}
    | {"stroke", "stroke-width", "stroke-dasharray", "stroke-opacity"}
)
_LONG_DECIMAL = re.compile(r"(\d\.\d)\d+")
"""Coordinates need no more than a tenth of a pixel."""

# A reader's font may be wider than the one that the renderer reckons with.
_PADDING = {"left": 40, "right": 24, "top": 4, "bottom": 4}

_SHORT_HEAD = 28
"""Characters in the head of a panel of the narrower kind."""


def ratios(rows: Rows, styles: Styles, baseline: str) -> str:
    """Ratio to the baseline with its interval: one panel for each ``panel``, a row a backend.

    Rows: panel, backend, ratio, low, high, resolved. The band is ±2 %; a hollow mark is
    unresolved; an interval that reaches an edge goes on beyond it.
    """
    styles = _present(rows, styles)
    names = list(styles)
    domain, ticks = theme.log_ticks([v for r in rows for v in (r["ratio"], 1)])
    x = alt.X("ratio:Q", scale=_log(domain), axis=_axis(ticks, "datum.value + '×'"), title=None)
    y = alt.Y("backend:N", sort=names, title=None, axis=alt.Axis(domain=False, ticks=False))
    base = alt.Chart()
    band = base.mark_rect(color=theme.GRID, opacity=0.9).encode(
        x=alt.X("band_low:Q", scale=_log(domain)), x2="band_high:Q"
    )
    unity = base.mark_rule(color=theme.INK, strokeWidth=1).encode(x="one:Q")
    interval = base.mark_rule(strokeWidth=2).encode(x="low:Q", x2="high:Q", y=y, color=_hue(styles))
    points = base.mark_point(size=70, strokeWidth=1.8, opacity=1).encode(
        x=x,
        y=y,
        color=_hue(styles),
        shape=_shape(styles),
        fill=alt.condition("datum.resolved", _hue(styles, fill=True), alt.value(theme.PAGE)),
    )
    reference = {"one": 1.0, "band_low": 1 / 1.02, "band_high": 1.02}
    data = [{**r, **reference} for r in _within(domain, rows)]
    layers = alt.layer(band, unity, interval, points).properties(height=19 * len(names))
    return _svg(_panels(layers, data), f"Ratio of time to {baseline}, with intervals")


def growth(rows: Rows, styles: Styles, unit: str) -> str:
    """Time against size, both logarithmic: one panel for each ``panel``, a line a backend.

    Rows: panel, backend, scale, seconds, low, high. The thin upright line is the interval.
    """
    styles = _present(rows, styles)
    x_domain, x_ticks = theme.log_ticks([r["scale"] for r in rows], most=5)
    y_domain, y_ticks = theme.log_ticks([r["seconds"] for r in rows])
    base = alt.Chart().encode(
        x=alt.X("scale:Q", scale=_log(x_domain), axis=_axis(x_ticks), title=unit),
        color=_hue(styles, legend=True),
    )
    y = alt.Y("seconds:Q", scale=_log(y_domain), axis=_time(y_ticks), title=None)
    interval = base.mark_rule(strokeWidth=1, opacity=0.5).encode(
        y=alt.Y("low:Q", scale=_log(y_domain)), y2="high:Q"
    )
    line = base.mark_line(strokeWidth=1.6).encode(y=y)
    points = base.mark_point(size=34, filled=True, opacity=1).encode(
        y=y, shape=_shape(styles, legend=True)
    )
    layers = alt.layer(interval, line, points).properties(height=210)
    return _svg(
        _panels(layers, _within(y_domain, rows)), "Time of one call against the size of the problem"
    )


def predicted(rows: Rows, styles: Styles, axes: tuple[str, str]) -> str:
    """Measured ratio of times against predicted ratio of multiplications, both logarithmic.

    Rows: backend, predicted, measured, low, high. Where the dashed lines cross, neither
    accumulation is better; a point in a shaded quadrant was foretold rightly.
    """
    styles = _present(rows, styles)
    x_domain, x_ticks = theme.log_ticks([v for r in rows for v in (r["predicted"], 1)])
    y_domain, y_ticks = theme.log_ticks([v for r in rows for v in (r["measured"], 1)])
    base = alt.Chart(alt.Data(values=_within(y_domain, rows)))
    x = alt.X("predicted:Q", scale=_log(x_domain), axis=_axis(x_ticks, "datum.value + '×'"))
    y = alt.Y("measured:Q", scale=_log(y_domain), axis=_axis(y_ticks, "datum.value + '×'"))
    quadrants = alt.Chart(
        alt.Data(
            values=[
                {"x": x_domain[0], "x2": 1, "y": y_domain[0], "y2": 1},
                {"x": 1, "x2": x_domain[1], "y": 1, "y2": y_domain[1]},
            ]
        )
    )
    shade = quadrants.mark_rect(color=theme.GRID, opacity=0.55).encode(
        x=alt.X("x:Q", scale=_log(x_domain)),
        x2="x2:Q",
        y=alt.Y("y:Q", scale=_log(y_domain)),
        y2="y2:Q",
    )
    lines = [
        alt.Chart(alt.Data(values=[{"one": 1}]))
        .mark_rule(color=theme.MUTED, strokeDash=[4, 3])
        .encode(**{axis: "one:Q"})
        for axis in ("x", "y")
    ]
    interval = base.mark_rule(strokeWidth=1.2).encode(
        x=x, y=alt.Y("low:Q"), y2="high:Q", color=_hue(styles, legend=True)
    )
    points = base.mark_point(size=46, filled=True, opacity=1).encode(
        x=x.title(axes[0]),
        y=y.title(axes[1]),
        color=_hue(styles, legend=True),
        shape=_shape(styles, legend=True),
    )
    chart = alt.layer(shade, *lines, interval, points).properties(width=520, height=320)
    return _svg(chart, "Measured against predicted: forward and reverse accumulation")


def first_calls(rows: Rows, styles: Styles) -> str:
    """First call (hollow) and steady state (filled) of each backend, joined by a line.

    Rows: panel, backend, first, steady; seconds.
    """
    styles = _present(rows, styles)
    names = list(styles)
    domain, ticks = theme.log_ticks([v for r in rows for v in (r["first"], r["steady"])], most=5)
    y = alt.Y("backend:N", sort=names, title=None, axis=alt.Axis(domain=False, ticks=False))
    base = alt.Chart().encode(y=y, color=_hue(styles))
    steady = alt.X("steady:Q", scale=_log(domain), axis=_time(ticks), title=None)
    layers = alt.layer(
        base.mark_rule(strokeWidth=1.4).encode(x=steady, x2="first:Q"),
        base.mark_point(size=60, filled=True, opacity=1).encode(x=steady, shape=_shape(styles)),
        base.mark_point(size=60, opacity=1, strokeWidth=1.6, fill=theme.PAGE).encode(
            x=alt.X("first:Q"), shape=_shape(styles)
        ),
    ).properties(height=19 * len(names))
    return _svg(_panels(layers, rows), "First call and steady state")


def error_against_time(rows: Rows, styles: Styles) -> str:
    """Relative error against time: one panel for each ``panel``, one point a backend and case.

    Rows: panel, backend, seconds, error. An exact result stands at the floor, 1e-18.
    """
    styles = _present(rows, styles)
    x_domain, x_ticks = theme.log_ticks([r["seconds"] for r in rows], most=5)
    y_domain, y_ticks = theme.log_ticks([r["error"] for r in rows])
    points = (
        alt.Chart()
        .mark_point(size=40, strokeWidth=1.6, opacity=0.9)
        .encode(
            x=alt.X("seconds:Q", scale=_log(x_domain), axis=_time(x_ticks), title="time"),
            y=alt.Y(
                "error:Q",
                scale=_log(y_domain),
                axis=_axis(
                    y_ticks, "datum.value <= 1.01e-18 ? 'exact' : format(datum.value, '.0e')"
                ),
                title=None,
            ),
            color=_hue(styles, legend=True),
            shape=_shape(styles, legend=True),
        )
        .properties(height=190)
    )
    return _svg(_panels(points, rows), "Relative error against time")


def curves(rows: Rows, styles: Styles, title: str, logarithmic: bool) -> str:
    """A quantity for each step of a descent: a line a backend.

    Rows: backend, step, value.
    """
    styles = _present(rows, styles)
    domain, ticks = theme.log_ticks([r["value"] for r in rows])
    scale = _log(domain) if logarithmic else alt.Scale(zero=False)
    axis = (
        _axis(ticks, "format(datum.value, '.0e')")
        if logarithmic
        else alt.Axis(tickCount=5, format="~r")
    )
    chart = (
        alt.Chart(alt.Data(values=list(rows)))
        .mark_line(strokeWidth=1.5)
        .encode(
            x=alt.X("step:Q", title="step", axis=alt.Axis(tickCount=5, grid=False)),
            y=alt.Y("value:Q", scale=scale, axis=axis, title=None),
            color=_hue(styles, legend=True, columns=4),
            strokeDash=alt.condition(
                alt.FieldEqualPredicate(equal=_baseline(styles), field="backend"),
                alt.value([4, 3]),
                alt.value([1, 0]),
            ),
        )
        .properties(width=400, height=220)
    )
    return _svg(chart, title)


def _panels(chart: Chart, rows: Rows) -> Chart:
    """``chart`` for each panel, in the order in which the panels first occur.

    Four in a line, or three wider ones where a head needs the room.
    """
    order = list(dict.fromkeys(r["panel"] for r in rows))
    columns, width = (4, 205) if max(map(len, order)) <= _SHORT_HEAD else (3, 290)
    header = alt.Header(title=None)
    return chart.properties(width=width).facet(
        facet=alt.Facet("panel:N", sort=order, header=header),
        columns=min(len(order), columns),
        data=alt.Data(values=list(rows)),
    )


def _within(domain: Sequence[float], rows: Rows) -> list[dict[str, Any]]:
    """The rows with their intervals cut at the axis's ends: two sets can give 1e-7 to 1e6."""
    first, last = domain
    return [
        {**r, "low": min(max(r["low"], first), last), "high": max(min(r["high"], last), first)}
        for r in rows
    ]


def _present(rows: Rows, styles: Styles) -> Styles:
    """The styles of the backends that have a row, so that a legend names no other."""
    there = {r["backend"] for r in rows}
    return {name: style for name, style in styles.items() if name in there}


def _baseline(styles: Styles) -> str:
    return next((n for n, (colour, _) in styles.items() if colour == theme.INK), "")


def _hue(styles: Styles, *, legend: bool = False, columns: int = 8, fill: bool = False) -> Any:
    channel = alt.Fill if fill else alt.Color
    return channel(
        "backend:N",
        scale=alt.Scale(domain=list(styles), range=[colour for colour, _ in styles.values()]),
        legend=alt.Legend(columns=columns) if legend else None,
    )


def _shape(styles: Styles, *, legend: bool = False) -> Any:
    return alt.Shape(
        "backend:N",
        scale=alt.Scale(domain=list(styles), range=[shape for _, shape in styles.values()]),
        legend=alt.Legend(columns=8) if legend else None,
    )


def _log(domain: Sequence[float]) -> Any:
    return alt.Scale(type="log", domain=list(domain), nice=False)


def _axis(ticks: Sequence[float], label: str = "format(datum.value, '~r')") -> Any:
    return alt.Axis(values=list(ticks), labelExpr=label)


def _time(ticks: Sequence[float]) -> Any:
    return _axis(ticks, theme.TIME_LABEL)


def _svg(chart: Chart, label: str) -> str:
    """The chart as an SVG fragment for HTML: no name spaces, no hidden marks, one label.

    The renderer may fetch nothing. The chart's own font is dropped, so that the page's serves.
    """
    spec = chart.configure(**theme.config()).properties(padding=_PADDING).to_dict()
    root = ElementTree.fromstring(vl_convert.vegalite_to_svg(spec, allowed_base_urls=[]))
    _clean(root)
    root.set("role", "img")
    root.set("aria-label", label)
    return ElementTree.tostring(root, encoding="unicode")


def _clean(element: ElementTree.Element) -> None:
    element.tag = element.tag.removeprefix(_SVG)
    element.attrib = {
        name: _LONG_DECIMAL.sub(r"\1", value) if name in ("d", "transform") else value
        for name, value in element.attrib.items()
        if name in _KEPT
    }
    for child in list(element):
        _clean(child)
        unseen = (
            child.get("opacity") == "0" or child.get("d") == "" or child.get("d") == "M0,0h0v0h0Z"
        )
        empty = child.tag in ("g", "text") and not len(child) and not child.text
        if unseen or empty:
            element.remove(child)
