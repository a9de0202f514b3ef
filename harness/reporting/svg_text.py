"""The renderer's SVG as a short fragment: what is not seen or said twice is left out."""

from __future__ import annotations

import re
from itertools import pairwise
from xml.etree import ElementTree

from harness.reporting.svg_paths import moved, shortened

__all__ = ["fragment"]

_SVG = "{http://www.w3.org/2000/svg}"
_KEPT = frozenset(
    {"d", "x", "y", "x1", "x2", "y1", "y2", "cx", "cy", "r", "width", "height", "viewBox"}
    | {"transform", "fill", "fill-opacity", "opacity", "text-anchor", "font-size", "font-weight"}
    | {"stroke", "stroke-width", "stroke-dasharray", "stroke-opacity"}
)
_DEFAULTS = {
    ("opacity", "1"), ("fill-opacity", "1"), ("stroke-width", "1"), ("stroke-dasharray", "1,0"),
    ("text-anchor", "start"),
}  # fmt: skip
# What children inherit, and what most of those of one parent have in common.
_INHERITED = ("fill", "font-size", "font-weight", "text-anchor", "stroke", "stroke-width")

_LONG_DECIMAL = re.compile(r"(\d\.\d)\d+")
"""Coordinates need no more than a tenth of a pixel."""

_ROUND = re.compile(r"(\d)\.0(?!\d)")
_POINT = re.compile(r"M(-?[\d.]+),(-?[\d.]+)h-?0v[\d.]+h-?0Z|M0,0h-?[\d.]+v0h-?[\d.]+Z")


def fragment(svg: str, label: str) -> str:
    """``svg`` without name spaces, hidden marks and repetitions, labelled for a screen reader.

    The chart's own font is dropped, so that the page's serves.
    """
    root = ElementTree.fromstring(svg)
    _clean(root)
    _place(root)
    _merge(root)
    _inherit(root)
    _unwrap(root)
    root.set("role", "img")
    root.set("aria-label", label)
    return ElementTree.tostring(root, encoding="unicode").replace(" />", "/>")


def _clean(element: ElementTree.Element) -> None:
    """Keep what is seen: known attributes, and no shape that is empty or has no colour."""
    element.tag = element.tag.removeprefix(_SVG)
    element.attrib = {
        name: _short(name, value)
        for name, value in element.attrib.items()
        if name in _KEPT and (name, value) not in _DEFAULTS
    }
    if element.get("transform") == "":
        del element.attrib["transform"]
    if element.get("stroke", "none") == "none":
        element.attrib.pop("stroke-width", None)
    for child in element:
        _clean(child)
    element[:] = [child for child in element if not _unseen(child)]


def _short(name: str, value: str) -> str:
    if name in ("d", "transform"):
        value = _ROUND.sub(r"\1", _LONG_DECIMAL.sub(r"\1", value))
    return "" if name == "transform" and value == "translate(0,0)" else value.removesuffix("px")


def _unseen(element: ElementTree.Element) -> bool:
    if element.tag in ("g", "text") and not len(element) and not element.text:
        return True
    path = element.get("d")
    empty = path is not None and (path == "" or _POINT.fullmatch(path) is not None)
    # The renderer gives each mark its colours; what surrounds them all has none.
    shape = element.tag in ("path", "line", "rect", "circle")
    plain = shape and {element.get("fill", "none"), element.get("stroke", "none")} == {"none"}
    return empty or plain or element.get("opacity") == "0"


def _place(element: ElementTree.Element) -> None:
    """Put marks where they stand, by their own coordinates; a line becomes a path."""
    for child in element:
        _place(child)
        by = moved(child.get("transform", ""))
        if by is None:
            continue
        if child.tag == "line":
            ends = [float(child.attrib.pop(name, "0")) for name in ("x1", "y1", "x2", "y2")]
            child.tag = "path"
            child.set("d", "M{},{}L{},{}".format(*ends))
        if child.tag == "path":
            child.set("d", shortened(child.get("d", ""), by))
            child.attrib.pop("transform", None)
        elif (
            child.tag == "text"
            and "transform" in child.attrib
            and not {"x", "y"} & set(child.keys())
        ):
            del child.attrib["transform"]
            child.attrib |= {
                n: v for n, at in zip("xy", by, strict=True) if (v := f"{at:g}") != "0"
            }
    element[:] = [child for child in element if child.get("d") != ""]


def _merge(element: ElementTree.Element) -> None:
    """Marks that differ in their place alone become one path; those in one place one mark."""
    for child in element:
        _merge(child)
    for before, after in pairwise(list(element)):
        if before.tag == after.tag == "path" and _look(before) == _look(after):
            paths = [before.get("d", "")] + [after.get("d", "")] * (
                after.get("d") != before.get("d")
            )
            after.set("d", "".join(paths))
            element.remove(before)


def _look(element: ElementTree.Element) -> dict[str, str]:
    return {name: value for name, value in element.items() if name != "d"}


def _inherit(element: ElementTree.Element) -> None:
    """Say once, in a group, what all of its texts or all of its lines say."""
    for child in element:
        _inherit(child)
    if element.tag != "g" or len(element) < 2:
        return
    tags = {child.tag for child in element}
    if len(tags) > 1 or not tags <= {"text", "line", "path"}:
        return
    for name in _INHERITED:
        values = {child.get(name) for child in element}
        if len(values) == 1 and None not in values:
            element.set(name, values.pop() or "")
            for child in element:
                del child.attrib[name]


def _unwrap(element: ElementTree.Element) -> None:
    """Put the children of groups that only wrap into the place of their group."""
    kept: list[ElementTree.Element] = []
    for child in element:
        _unwrap(child)
        kept += list(child) if child.tag == "g" and not child.attrib else [child]
    element[:] = kept
