"""The charts of several runs: ratios and verdicts by the number of the run, changes ringed."""

from __future__ import annotations

from typing import Any

import altair as alt

from harness.reporting import drawing as draw
from harness.reporting import theme
from harness.reporting.drawing import Rows, Styles

__all__ = ["ratios_over_runs", "verdicts_over_runs"]


def ratios_over_runs(rows: Rows, styles: Styles) -> str:
    """A ratio run after run: one panel for each ``panel``, a line a backend, a ring a change.

    Rows: panel, backend, run (its number), ratio, low, high, changed.
    """
    styles = draw.present(rows, styles)
    domain, ticks = theme.log_ticks([v for r in rows for v in (r["ratio"], 1)])
    numbers = sorted({r["run"] for r in rows})
    base = alt.Chart().encode(x=_by_number(numbers), color=draw.hue(styles, legend=True))
    scale = draw.log(domain)
    y = alt.Y("ratio:Q", scale=scale, axis=draw.axis(ticks, "datum.value + '×'"), title=None)
    layers = alt.layer(
        base.mark_rule(strokeWidth=1, opacity=0.6).encode(
            y=alt.Y("low:Q", scale=scale), y2="high:Q"
        ),
        base.mark_line(strokeWidth=1.4).encode(y=y),
        base.mark_point(size=34, filled=True, opacity=1).encode(
            y=y, shape=draw.shape(styles, legend=True)
        ),
        base.transform_filter("datum.changed")
        .mark_point(size=170, strokeWidth=1.6, opacity=1, shape="circle")
        .encode(y=y),
    ).properties(height=150)
    return draw.svg(draw.panels(layers, draw.within(domain, rows)), "Ratios run after run")


def verdicts_over_runs(rows: Rows, runs: int) -> str:
    """How many verdicts are not ok, run after run: one panel a backend, a line a verdict.

    Where there is none, the line is at the bottom without a mark.

    Rows: panel, run (its number of ``runs``), verdict, symbol, tone, n, changed (a ring), renewed
    (a dashed line: the backend's libraries are other versions than before).
    """
    most = max(r["n"] for r in rows)
    ticks = [t for t in (0, 1, 3, 10, 30, 100, 300, 1000, 3000, 10_000, 100_000) if t <= most]
    verdicts = {r["verdict"]: r["tone"] for r in rows}
    colour = alt.Color(
        "verdict:N",
        scale=alt.Scale(domain=list(verdicts), range=[theme.TONES[t] for t in verdicts.values()]),
        legend=None,
    )
    base = alt.Chart().encode(x=_by_number(list(range(1, runs + 1))))
    y = alt.Y(
        "n:Q",
        scale=alt.Scale(type="symlog", domain=[0, most * 1.3 + 1], nice=False),
        axis=draw.axis(ticks, "format(datum.value, 'd')"),
        title=None,
    )
    marked = base.transform_filter("datum.n > 0 || datum.changed")
    layers = alt.layer(
        base.transform_filter("datum.renewed").mark_rule(color=theme.MUTED, strokeDash=[3, 3]),
        base.mark_line(strokeWidth=1.2, opacity=0.7).encode(y=y, color=colour),
        marked.mark_point(
            size=190, filled=True, opacity=1, shape="circle", color=theme.PAGE
        ).encode(y=y),
        marked.mark_text(size=13, fontWeight="bold").encode(y=y, text="symbol:N", color=colour),
        base.transform_filter("datum.changed")
        .mark_point(size=260, strokeWidth=1.6, opacity=1, shape="circle")
        .encode(y=y, color=colour),
    ).properties(height=150)
    return draw.svg(draw.panels(layers, rows, by="verdict"), "Verdicts run after run")


def _by_number(numbers: list[int]) -> Any:
    """The axis of runs, by their number."""
    return alt.X(
        "run:Q",
        scale=alt.Scale(domain=[numbers[0] - 0.3, numbers[-1] + 0.3], nice=False),
        axis=alt.Axis(values=numbers[:: max(len(numbers) // 10, 1)], format="d", grid=False),
        title="run",
    )
