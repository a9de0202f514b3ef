"""The lecture's exhibits: evaluation traces, the graph, and the Jacobians that are never formed.

They are made by the engine that shows traces, as ``adjudge trace`` makes them, for the problems of
the run that are the lecture's.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Literal
from xml.etree import ElementTree

import numpy as np

from harness.contract import Case, Operator, Problem
from harness.plugins import Registry
from harness.problems.inputs import case_inputs
from harness.reporting import text

__all__ = ["Exhibit", "exhibits", "parsed_trace"]

Mode = Literal["forward", "reverse"]

_ENGINE = "our_engine"
_TAGS = frozenset(
    {"section", "table", "caption", "thead", "tbody", "tr", "th", "td", "ul", "li", "i", "b"}
    | {"sub", "sup", "br", "h4", "span", "em", "p"}
)
_ATTRIBUTES = frozenset({"scope", "colspan", "rowspan"})
_GRAPH_ATTRIBUTES = frozenset(
    {"viewBox", "width", "height", "d", "x", "y", "cx", "cy", "r", "rx", "ry", "fill", "stroke"}
    | {"stroke-opacity", "stroke-width", "fill-opacity", "font-size", "font-weight", "font-style"}
    | {"text-anchor", "transform", "marker-end", "id", "refX", "refY", "markerWidth"}
    | {"markerHeight", "orient", "points", "x1", "x2", "y1", "y2", "baseline-shift", "dy", "dx"}
)
_SVG = "{http://www.w3.org/2000/svg}"


@dataclass(frozen=True, slots=True)
class Exhibit:
    """A traced evaluation: prose, tables as HTML fragments, the graph as SVG or empty."""

    title: str
    told: str
    tables: Sequence[str]
    svg: str
    caption: str
    command: str


@dataclass(frozen=True, slots=True)
class _Wanted:
    problem: str
    size: str
    at: tuple[float, ...]
    modes: tuple[Mode, ...]
    graph: bool
    title: str
    told: str


_WANTED = (
    _Wanted(
        "lecture.log_sqrt",
        "scalar",
        (2.0, 5.0),
        ("forward", "reverse"),
        True,
        "A trace, forward and in reverse",
        "Every intermediate value of the lecture's function at (2, 5) with its local derivatives: "
        "forward accumulation carries tangents down the table, one sweep for each input; reverse "
        "accumulation carries cotangents up, one sweep for the one output.",
    ),
    _Wanted(
        "lecture.perceptron",
        "batch=1,hidden=16",
        (),
        ("reverse",),
        True,
        "The perceptron's structured Jacobians",
        "The local Jacobians of a layer are Kronecker products, diagonals and rows. Reverse "
        "accumulation applies them without forming one: the shapes and numbers of nonzeros in the "
        "table are what a matrix would have taken.",
    ),
)


def exhibits(registry: Registry, problems: Iterable[str]) -> list[Exhibit]:
    """The exhibits for those of ``problems`` that have one; none without the engine.

    What cannot be traced is left out with the reason in its place.
    """
    asked = set(problems)
    if _ENGINE not in registry.backends:
        return []
    return [
        _exhibit(registry, wanted)
        for wanted in _WANTED
        if wanted.problem in asked and wanted.problem in registry.problems
    ]


def _exhibit(registry: Registry, wanted: _Wanted) -> Exhibit:
    where = (
        f"--at {','.join(f'{x:g}' for x in wanted.at)}" if wanted.at else f"--size {wanted.size}"
    )
    command = f"adjudge trace {wanted.problem} --mode {wanted.modes[0]} {where}"
    try:
        adapter = registry.backend(_ENGINE).create()
        problem = registry.problem(wanted.problem)
        args = _arguments(problem, wanted)
        shown = [adapter.trace(problem, args, mode) for mode in wanted.modes]
        made = [trace for trace in shown if trace is not None]
        tables = [table_html(trace.html()) for trace in made]
        svg = graph_svg(made[0].svg()) if wanted.graph and made else ""
    except Exception as error:  # noqa: BLE001 - a page without its exhibit is a page all the same
        told = f"{wanted.told} It could not be shown: {text.clip(error, 200)}"
        return Exhibit(wanted.title, told, (), "", "", command)
    caption = f"The graph of {wanted.problem}, with its local Jacobians on the edges."
    return Exhibit(wanted.title, wanted.told, tables, svg, caption, command)


def _arguments(problem: Problem, wanted: _Wanted) -> tuple[np.ndarray, ...]:
    if wanted.at:
        return tuple(np.asarray(x) for x in wanted.at)
    point = problem.points[0].name
    case = Case(problem.name, Operator.VALUE, wanted.size, "float64", point)
    return case_inputs(problem, case).args


def table_html(fragment: str) -> str:
    """A trace's HTML with the tags that a table needs and no attribute that acts.

    ValueError when it is no well-formed fragment or holds anything else.
    """
    root = parsed_trace(fragment)
    for element in root.iter():
        if element.tag == "h3":
            element.tag = "h4"
        if element.tag not in _TAGS:
            raise ValueError(f"a trace's table holds <{element.tag}>")
        element.attrib = {k: v for k, v in element.attrib.items() if k in _ATTRIBUTES}
    return ElementTree.tostring(root, encoding="unicode", method="html")


def graph_svg(fragment: str) -> str:
    """A trace's SVG for the page: no name space, no style, labelled, its arrow its own."""
    root = parsed_trace(fragment)
    title = root.find(f"{_SVG}title")
    label = title.text if title is not None and title.text else "Computational graph"
    arrow = f"arrow-{abs(hash_of(fragment)):x}"
    for element in root.iter():
        element.tag = element.tag.removeprefix(_SVG)
        kept = {k: v for k, v in element.attrib.items() if k in _GRAPH_ATTRIBUTES}
        if "marker-end" in kept:
            kept["marker-end"] = f"url(#{arrow})"
        if "id" in kept:
            kept["id"] = arrow
        element.attrib = kept
    root.set("role", "img")
    root.set("aria-label", label)
    root.set("fill", "currentColor")
    return ElementTree.tostring(root, encoding="unicode")


def hash_of(fragment: str) -> int:
    """A number that tells one graph from another, the same in every process."""
    return sum((i + 1) * ord(c) for i, c in enumerate(fragment)) % (1 << 32)


def parsed_trace(fragment: str) -> ElementTree.Element:
    """A trace's HTML or SVG as a tree; ValueError when it is not well-formed."""
    try:
        return ElementTree.fromstring(re.sub(r"&(nbsp|middot);", " ", fragment))
    except ElementTree.ParseError as error:
        raise ValueError(f"a trace that is not well-formed: {error}") from error
