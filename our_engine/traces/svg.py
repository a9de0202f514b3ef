"""The computational graph as a picture: inputs left, local Jacobians on the edges.

Everything is drawn in `currentColor`, so that it is readable on a light and on a dark page, and
nothing is fetched from anywhere.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from html import escape

import numpy as np

from .expressions import Equation, Expr, Number
from .layout import Edge, Layout, layered
from .local import LocalJacobian
from .numerals import shape_text
from .rows import Recorded
from .writer import Writer

FONT = 13.0
SMALL = 11.0
CHARACTER = 0.6  # of the font's size: a generous mean over a proportional font
NODE_HEIGHT = 44.0
APART = 84.0
MARGIN = 16.0
BEND = 36.0
LONGEST = 34
_SUBSCRIPTS = str.maketrans("0123456789", "₀₁₂₃₄₅₆₇₈₉")


class SvgWriter(Writer):
    """Writes formulas as text with small digits: x₃ = log x₁."""

    def name(self, base: str, subscript: str, accent: str) -> str:
        """A name with its subscript in small digits."""
        if not subscript.isdigit():
            return super().name(base, subscript, accent)
        return super().name(base, "", accent) + subscript.translate(_SUBSCRIPTS)

    def subscripted(self, base: str, subscript: str) -> str:
        """base with a subscript in small digits."""
        return base + subscript.translate(_SUBSCRIPTS)


@dataclass(frozen=True)
class _Node:
    title: str
    detail: str

    @property
    def width(self) -> float:
        return max(_width(self.title, FONT), _width(self.detail, SMALL)) + 20


@dataclass(frozen=True)
class _Columns:
    """Left sides and widths of the columns, and the width of the whole."""

    lefts: list[float]
    widths: list[float]
    total: float


def render(recorded: Recorded, title: str, digits: int, limit: int) -> str:
    """The graph; of more than `limit` rows the first and last, and one node for those between."""
    writer = SvgWriter(digits)
    place, left_out = _shown(len(recorded.rows), limit)
    nodes = _nodes(recorded, place, left_out, writer)
    edges: dict[Edge, LocalJacobian] = {}
    merged: set[Edge] = set()
    for row in recorded.rows:
        for J in row.local_jacobians:
            a, b = place[J.parent], place[J.child]
            if a != b:
                merged |= {(a, b)} if (a, b) in edges else set()
                edges[a, b] = J
    layout = layered(len(nodes), list(edges), APART)
    labels = {e: ("", "") if e in merged else _label(J, writer) for e, J in edges.items()}
    columns = _columns(nodes, layout, labels)
    total = columns.total
    height = layout.bottom + NODE_HEIGHT + 2 * MARGIN + FONT
    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {total:.0f} {height:.0f}" '
        f'width="{total:.0f}" height="{height:.0f}" role="img" '
        'font-family="system-ui, sans-serif" fill="currentColor" style="max-width:100%">',
        f"<title>{escape(title)}</title>",
        '<defs><marker id="trace-arrow" viewBox="0 0 8 8" refX="8" refY="4" markerWidth="8" '
        'markerHeight="8" orient="auto"><path d="M0 0 L8 4 L0 8 z"/></marker></defs>',
    ]
    styles = _styles(layout.paths)
    for edge, path in layout.paths.items():
        full = "" if edge in merged else writer.write(edges[edge].equation())
        parts.append(_edge(edge, path, nodes, columns, labels[edge], full, styles[edge]))
    for n, node in enumerate(nodes):
        i = layout.column[n]
        x = columns.lefts[i] + (columns.widths[i] - node.width) / 2
        parts.append(_box(node, x, _top(layout.height[n]), i == 0))
    return "\n".join([*parts, "</svg>"])


def _shown(rows: int, limit: int) -> tuple[list[int], int]:
    """The node of each row, and how many rows share the one for those that are left out."""
    if rows <= limit:
        return list(range(rows)), 0
    head, tail = limit - limit // 2, limit // 2
    left_out = rows - head - tail
    return [
        k if k < head else head if k < rows - tail else k - left_out + 1 for k in range(rows)
    ], left_out


def _nodes(recorded: Recorded, place: list[int], left_out: int, writer: SvgWriter) -> list[_Node]:
    nodes: dict[int, _Node] = {}
    for row, n in zip(recorded.rows, place, strict=True):
        sides: tuple[Expr, ...] = (row.name,)
        if row.expression is not None:
            sides = (row.name, row.expression)
        if np.ndim(row.value) and not isinstance(row.value, tuple):
            detail = f"shape {shape_text(np.shape(row.value))}"
        else:
            detail = writer.values(row.value)
        nodes.setdefault(n, _Node(_cut(writer.write(Equation(sides))), _cut(detail)))
    if left_out:
        middle = next(n for n in range(len(nodes)) if place.count(n) == left_out)
        nodes[middle] = _Node("…", f"{left_out} steps left out")
    return [nodes[n] for n in range(len(nodes))]


def _label(J: LocalJacobian, writer: SvgWriter) -> tuple[str, str]:
    """The local Jacobian above the edge and, of arrays, its shape below."""
    if J.number is None:
        return _cut(writer.write(J.symbol)), shape_text(J.shape)
    if isinstance(J.symbol, Number) or J.symbol == J.partial:
        return writer.write(Number(J.number)), ""
    return _cut(writer.write(Equation((J.symbol, Number(J.number))))), ""


def _columns(nodes: list[_Node], layout: Layout, labels: dict[Edge, tuple[str, str]]) -> _Columns:
    """The columns so far apart that the labels fit between."""
    count = max(layout.column, default=0) + 1
    widths = [0.0] * count
    gaps = [BEND + 16] * count
    for node, column in zip(nodes, layout.column, strict=True):
        widths[column] = max(widths[column], node.width)
    for (_, b), texts in labels.items():
        gap = layout.column[b] - 1
        gaps[gap] = max(gaps[gap], max(_width(t, SMALL) for t in texts) + BEND + 16)
    lefts = [MARGIN]
    for width, space in zip(widths, gaps, strict=True):
        lefts.append(lefts[-1] + width + space)
    return _Columns(lefts[:count], widths, lefts[count - 1] + widths[-1] + MARGIN)


def _edge(
    edge: Edge,
    path: list[tuple[int, float]],
    nodes: list[_Node],
    columns: _Columns,
    label: tuple[str, str],
    full: str,
    style: str,
) -> str:
    """A curve that leaves and arrives level, and passes level through every column between."""
    a, b = edge
    (column, h), *between, (last, h_last) = path
    x, y = columns.lefts[column] + (columns.widths[column] + nodes[a].width) / 2, _middle(h)
    d = f"M{x:.1f} {y:.1f}"
    for column, h in between:
        d += _curve(x, y, columns.lefts[column], _middle(h))
        x, y = columns.lefts[column] + columns.widths[column], _middle(h)
        d += f" H{x:.1f}"
    x_end = columns.lefts[last] + (columns.widths[last] - nodes[b].width) / 2 - 1
    y_end = _middle(h_last)
    if style == "level, then curved":
        x_label, y_label = (x + x_end - BEND) / 2, y
        d += f" H{x_end - BEND:.1f}" + _curve(x_end - BEND, y, x_end, y_end)
    elif style == "curved, then level":
        x_label, y_label = (x + BEND + x_end) / 2, y_end
        d += _curve(x, y, x + BEND, y_end) + f" H{x_end:.1f}"
    else:
        # After the middle, so that the labels of two edges that cross lie apart.
        x_label, y_label = x + 0.6 * (x_end - x), y + 0.648 * (y_end - y)
        d += _curve(x, y, x_end, y_end)
    above, below = (escape(text) for text in label)
    font = f'font-size="{SMALL:g}" text-anchor="middle"'
    texts = f'<text x="{x_label:.1f}" y="{y_label - 6:.1f}" {font}>{above}</text>'
    if below:
        texts += f'<text x="{x_label:.1f}" y="{y_label + 14:.1f}" {font}>{below}</text>'
    line = 'fill="none" stroke="currentColor" stroke-opacity="0.55"'
    return (
        f"<g><title>{escape(full)}</title>"
        f'<path d="{d}" {line} marker-end="url(#trace-arrow)"/>{texts}</g>'
    )


def _styles(paths: dict[Edge, list[tuple[int, float]]]) -> dict[Edge, str]:
    """Where each edge is level, for its label to stand on: where no other edge is."""
    arriving = Counter(b for _, b in paths)
    leaving = Counter(a for (a, _), path in paths.items() if len(path) == 2)
    styles = {}
    for (a, b), path in paths.items():
        alone = len(path) > 2 or leaving[a] == 1
        first = "level, then curved" if alone else "curved"
        styles[a, b] = "curved, then level" if arriving[b] == 1 else first
    return styles


def _curve(x: float, y: float, x_end: float, y_end: float) -> str:
    half = (x_end - x) / 2
    return f" C{x + half:.1f} {y:.1f} {x_end - half:.1f} {y_end:.1f} {x_end:.1f} {y_end:.1f}"


def _box(node: _Node, x: float, y: float, is_input: bool) -> str:
    dash = "" if is_input else ' stroke-opacity="0.6"'
    middle = x + node.width / 2
    return (
        f'<rect x="{x:.1f}" y="{y:.1f}" width="{node.width:.1f}" height="{NODE_HEIGHT:g}" rx="8" '
        f'fill="none" stroke="currentColor"{dash}/>'
        f'<text x="{middle:.1f}" y="{y + 18:.1f}" font-size="{FONT:g}" '
        f'text-anchor="middle">{escape(node.title)}</text>'
        f'<text x="{middle:.1f}" y="{y + 35:.1f}" font-size="{SMALL:g}" fill-opacity="0.8" '
        f'text-anchor="middle">{escape(node.detail)}</text>'
    )


def _top(height: float) -> float:
    return MARGIN + FONT + height


def _middle(height: float) -> float:
    return _top(height) + NODE_HEIGHT / 2


def _width(text: str, size: float) -> float:
    return len(text) * size * CHARACTER


def _cut(text: str) -> str:
    return text if len(text) <= LONGEST else text[: LONGEST - 1] + "…"
