"""The report's charts: Vega-Altair specs, drawn to SVG by the bundled renderer, offline.

Each function takes plain rows (the figures of the frames, nothing computed anew) and returns
an SVG fragment that is read without JavaScript and takes the page's colours.
"""

from __future__ import annotations

import altair as alt

from harness.reporting import drawing as draw
from harness.reporting import theme
from harness.reporting.drawing import Rows, Styles
from harness.timing.statistics import MARGIN

__all__ = [
    "curves",
    "error_against_time",
    "first_calls",
    "growth",
    "predicted",
    "profiles",
    "ratios",
]


def ratios(rows: Rows, styles: Styles, baseline: str) -> str:
    """Ratio to the baseline with its interval: one panel for each ``panel``, a row a backend.

    Rows: panel, backend, ratio, low, high, resolved. The band is what counts as equivalent; a
    hollow mark is unresolved; an interval that reaches an edge goes on beyond it.
    """
    styles = draw.present(rows, styles)
    names = list(styles)
    domain, ticks = theme.log_ticks([v for r in rows for v in (r["ratio"], 1)])
    x = alt.X(
        "ratio:Q", scale=draw.log(domain), axis=draw.axis(ticks, "datum.value + '×'"), title=None
    )
    y = alt.Y("backend:N", sort=names, title=None, axis=alt.Axis(domain=False, ticks=False))
    base = alt.Chart()
    band = base.mark_rect(color=theme.GRID, opacity=0.9).encode(
        x=alt.X("band_low:Q", scale=draw.log(domain)), x2="band_high:Q"
    )
    unity = base.mark_rule(color=theme.INK, strokeWidth=1).encode(x="one:Q")
    interval = base.mark_rule(strokeWidth=2).encode(
        x="low:Q", x2="high:Q", y=y, color=draw.hue(styles)
    )
    points = base.mark_point(size=70, strokeWidth=1.8, opacity=1).encode(
        x=x,
        y=y,
        color=draw.hue(styles),
        shape=draw.shape(styles),
        fill=alt.condition("datum.resolved", draw.hue(styles, fill=True), alt.value(theme.PAGE)),
    )
    reference = {"one": 1.0, "band_low": 1 / (1 + MARGIN), "band_high": 1 + MARGIN}
    data = [{**r, **reference} for r in draw.within(domain, rows)]
    layers = alt.layer(band, unity, interval, points).properties(height=19 * len(names))
    return draw.svg(draw.panels(layers, data), f"Ratio of time to {baseline}, with intervals")


def growth(rows: Rows, styles: Styles, unit: str) -> str:
    """Time against size, both logarithmic: one panel for each ``panel``, a line a backend.

    Rows: panel, backend, scale, seconds, low, high. The band is the interval.
    """
    styles = draw.present(rows, styles)
    x_domain, x_ticks = theme.log_ticks([r["scale"] for r in rows], most=5)
    y_domain, y_ticks = theme.log_ticks([r["seconds"] for r in rows])
    base = alt.Chart().encode(
        x=alt.X("scale:Q", scale=draw.log(x_domain), axis=draw.axis(x_ticks), title=unit),
        color=draw.hue(styles, legend=True),
    )
    y = alt.Y("seconds:Q", scale=draw.log(y_domain), axis=draw.time(y_ticks), title=None)
    band = base.mark_area(opacity=0.13).encode(
        y=alt.Y("low:Q", scale=draw.log(y_domain)), y2="high:Q"
    )
    line = base.mark_line(strokeWidth=1.6).encode(y=y)
    points = base.mark_point(size=34, filled=True, opacity=1).encode(
        y=y, shape=draw.shape(styles, legend=True)
    )
    layers = alt.layer(band, line, points).properties(height=210)
    return draw.svg(
        draw.panels(layers, draw.within(y_domain, rows)),
        "Time of one call against the size of the problem",
    )


def profiles(rows: Rows, styles: Styles) -> str:
    """The share of cells within a factor τ of the fastest: a step line a backend, in its band.

    Rows: backend, tau, share, low, high, marked (with the backend's shape); τ from 1 on,
    logarithmic.
    """
    styles = draw.present(rows, styles)
    domain, ticks = theme.log_ticks([r["tau"] for r in rows])
    domain = [1.0, domain[1]]
    base = alt.Chart(alt.Data(values=list(rows)))
    x = alt.X(
        "tau:Q",
        scale=draw.log(domain),
        axis=draw.axis([t for t in ticks if t >= 1], "datum.value + '×'"),
        title="τ: times as long as the fastest",
    )
    whole = alt.Scale(domain=[0, 1])
    axis = alt.Axis(values=[0, 0.25, 0.5, 0.75, 1], format=".0%")
    band = base.mark_area(opacity=0.12, interpolate="step-after").encode(
        x=x,
        y=alt.Y("low:Q", scale=whole, axis=axis, title=None),
        y2="high:Q",
        color=draw.hue(styles, legend=True, columns=4),
    )
    line = base.mark_line(strokeWidth=1.8, interpolate="step-after").encode(
        x=x,
        y=alt.Y("share:Q", scale=whole, axis=axis, title=None),
        color=draw.hue(styles, legend=True, columns=4),
    )
    points = (
        base.transform_filter("datum.marked")
        .mark_point(size=60, filled=True, opacity=1)
        .encode(
            x=x,
            y=alt.Y("share:Q", scale=whole, axis=axis, title=None),
            color=draw.hue(styles, legend=True, columns=4),
            shape=draw.shape(styles, legend=True, columns=4),
        )
    )
    chart = alt.layer(band, line, points).properties(width=640, height=300)
    return draw.svg(chart, "Share of cells within a factor of the fastest")


def predicted(rows: Rows, styles: Styles, axes: tuple[str, str]) -> str:
    """Measured ratio of times against predicted ratio of multiplications, both logarithmic.

    Rows: backend, predicted, measured, low, high. Where the dashed lines cross, neither
    accumulation is better; a point in a shaded quadrant was foretold rightly.
    """
    styles = draw.present(rows, styles)
    x_domain, x_ticks = theme.log_ticks([v for r in rows for v in (r["predicted"], 1)])
    y_domain, y_ticks = theme.log_ticks([v for r in rows for v in (r["measured"], 1)])
    base = alt.Chart(alt.Data(values=draw.within(y_domain, rows)))
    x = alt.X("predicted:Q", scale=draw.log(x_domain), axis=draw.axis(x_ticks, "datum.value + '×'"))
    y = alt.Y("measured:Q", scale=draw.log(y_domain), axis=draw.axis(y_ticks, "datum.value + '×'"))
    quadrants = alt.Chart(
        alt.Data(
            values=[
                {"x": x_domain[0], "x2": 1, "y": y_domain[0], "y2": 1},
                {"x": 1, "x2": x_domain[1], "y": 1, "y2": y_domain[1]},
            ]
        )
    )
    shade = quadrants.mark_rect(color=theme.GRID, opacity=0.55).encode(
        x=alt.X("x:Q", scale=draw.log(x_domain)),
        x2="x2:Q",
        y=alt.Y("y:Q", scale=draw.log(y_domain)),
        y2="y2:Q",
    )
    lines = [
        alt.Chart(alt.Data(values=[{"one": 1}]))
        .mark_rule(color=theme.MUTED, strokeDash=[4, 3])
        .encode(**{axis: "one:Q"})
        for axis in ("x", "y")
    ]
    interval = base.mark_rule(strokeWidth=1.2).encode(
        x=x, y=alt.Y("low:Q"), y2="high:Q", color=draw.hue(styles, legend=True)
    )
    points = base.mark_point(size=46, filled=True, opacity=1).encode(
        x=x.title(axes[0]),
        y=y.title(axes[1]),
        color=draw.hue(styles, legend=True),
        shape=draw.shape(styles, legend=True),
    )
    chart = alt.layer(shade, *lines, interval, points).properties(width=520, height=320)
    return draw.svg(chart, "Measured against predicted: forward and reverse accumulation")


def first_calls(rows: Rows, styles: Styles) -> str:
    """First call (hollow) and steady state (filled) of each backend, joined by a line.

    Rows: panel, backend, first, steady; seconds.
    """
    styles = draw.present(rows, styles)
    names = list(styles)
    domain, ticks = theme.log_ticks([v for r in rows for v in (r["first"], r["steady"])], most=5)
    y = alt.Y("backend:N", sort=names, title=None, axis=alt.Axis(domain=False, ticks=False))
    base = alt.Chart().encode(y=y, color=draw.hue(styles))
    steady = alt.X("steady:Q", scale=draw.log(domain), axis=draw.time(ticks), title=None)
    layers = alt.layer(
        base.mark_rule(strokeWidth=1.4).encode(x=steady, x2="first:Q"),
        base.mark_point(size=60, filled=True, opacity=1).encode(x=steady, shape=draw.shape(styles)),
        base.mark_point(size=60, opacity=1, strokeWidth=1.6, fill=theme.PAGE).encode(
            x=alt.X("first:Q"), shape=draw.shape(styles)
        ),
    ).properties(height=19 * len(names))
    return draw.svg(draw.panels(layers, rows), "First call and steady state")


def error_against_time(rows: Rows, styles: Styles) -> str:
    """Relative error against time: one panel for each ``panel``, one point a backend and case.

    Rows: panel, backend, seconds, error. An exact result stands at the floor, 1e-18.
    """
    styles = draw.present(rows, styles)
    x_domain, x_ticks = theme.log_ticks([r["seconds"] for r in rows], most=4)
    y_domain, y_ticks = theme.log_ticks([r["error"] for r in rows])
    points = (
        alt.Chart()
        .mark_point(size=40, strokeWidth=1.6, opacity=0.9)
        .encode(
            x=alt.X("seconds:Q", scale=draw.log(x_domain), axis=draw.time(x_ticks), title="time"),
            y=alt.Y(
                "error:Q",
                scale=draw.log(y_domain),
                axis=draw.axis(
                    y_ticks, "datum.value <= 1.01e-18 ? 'exact' : format(datum.value, '.0e')"
                ),
                title=None,
            ),
            color=draw.hue(styles, legend=True),
            shape=draw.shape(styles, legend=True),
        )
        .properties(height=190)
    )
    return draw.svg(draw.panels(points, rows), "Relative error against time")


def curves(rows: Rows, styles: Styles, title: str, logarithmic: bool) -> str:
    """A quantity for each step of a descent: a line a backend.

    Rows: backend, step, value, marked (with the backend's shape).
    """
    styles = draw.present(rows, styles)
    domain, ticks = theme.log_ticks([r["value"] for r in rows])
    scale = draw.log(domain) if logarithmic else alt.Scale(zero=False)
    axis = (
        draw.axis(ticks, "format(datum.value, '.0e')")
        if logarithmic
        else alt.Axis(tickCount=5, format="~r")
    )
    base = alt.Chart(alt.Data(values=list(rows))).encode(
        x=alt.X("step:Q", title="step", axis=alt.Axis(tickCount=5, grid=False)),
        y=alt.Y("value:Q", scale=scale, axis=axis, title=None),
        color=draw.hue(styles, legend=True, columns=4),
    )
    line = base.mark_line(strokeWidth=1.5).encode(
        strokeDash=alt.condition(
            alt.FieldEqualPredicate(equal=draw.baseline(styles), field="backend"),
            alt.value([4, 3]),
            alt.value([1, 0]),
        )
    )
    points = (
        base.transform_filter("datum.marked")
        .mark_point(size=40, filled=True, opacity=1)
        .encode(shape=draw.shape(styles, legend=True, columns=4))
    )
    return draw.svg(alt.layer(line, points).properties(width=400, height=220), title)
