"""Shorter paths draw the same: every point within half a tenth of where it was, and no drift."""

from __future__ import annotations

import math
import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from harness.reporting.svg_paths import moved, shortened
from harness.reporting.svg_text import fragment


def points(path: str) -> list[tuple[float, float]]:
    """Where the corners of a path of M, L, H, V and Z are, whatever way it is written."""
    found, x, y, start, command = [], 0.0, 0.0, (0.0, 0.0), ""
    tokens = re.findall(r"[a-zA-Z]|-?\d*\.?\d+", path)
    while tokens:
        if tokens[0].isalpha():
            command = tokens.pop(0)
        if command in "zZ":
            x, y = start
            continue
        kind, relative = command.upper(), command.islower()
        if kind in "ML":
            dx, dy = float(tokens.pop(0)), float(tokens.pop(0))
            x, y = (x + dx, y + dy) if relative else (dx, dy)
        elif kind == "H":
            x = float(tokens.pop(0)) + (x if relative else 0)
        else:
            y = float(tokens.pop(0)) + (y if relative else 0)
        if kind == "M":
            start, command = (x, y), {"M": "L", "m": "l"}[command]
        found.append((x, y))
    return found


coordinate = st.floats(-500, 500).map(lambda x: round(x, 4))


@given(st.lists(st.tuples(coordinate, coordinate), min_size=2, max_size=60), coordinate)
def test_every_corner_stays_where_it_is_however_many_come_before_it(corners, by):
    path = "M" + "L".join(f"{x},{y}" for x, y in corners)
    found = points(shortened(path, (by, -by)))
    rounded = [(round((x + by) * 10) / 10, round((y - by) * 10) / 10) for x, y in corners]
    # Corners that fall on one another, or on a straight way along an axis, are not said.
    assert all(min(math.dist(p, q) for q in rounded) < 1e-6 for p in found)
    for i, corner in enumerate(rounded):
        turns = 0 < i < len(rounded) - 1 and all(
            len({rounded[j][axis] for j in (i - 1, i, i + 1)}) > 1 for axis in (0, 1)
        )
        if turns and len(found) > 1:
            assert min(math.dist(corner, q) for q in found) < 1e-6


@pytest.mark.parametrize(
    ("path", "short"),
    [
        ("M0,0L10,0L20,0L20,5", "M0 0h20v5"),  # a stop on the way
        ("M0,0L10,0L4,0", "M0 0h10-6"),  # there and back is no way on
        ("M1.04,0L1.06,0", "M1 0h.1"),
        ("M1,1L1.01,1.01", ""),  # nothing to see
        ("M5,0A5,5,0,1,1,-5,0A5,5,0,1,1,5,0", "M5 0a5 5 0 1 1-10 0 5 5 0 1 1 10 0"),
        ("M-2,-2h4v4h-4Z", "M-2-2h4v4h-4z"),
        ("M0,0C1,2,3,4,5,6L6,6", "M0 0c1 2 3 4 5 6h1"),
        ("m1,1l1,1 1,0", "M1 1l1 1h1"),
    ],
)
def test_a_path_is_said_in_short(path, short):
    assert shortened(path) == short


def test_what_is_no_path_is_refused():
    with pytest.raises(ValueError, match="cannot be shortened"):
        shortened("M0,0X1,1")


def test_only_a_translation_moves():
    assert moved("") == (0, 0)
    assert moved("translate(1.5,-2)") == (1.5, -2)
    assert moved("translate(3)") == (3, 0)
    assert moved("rotate(45) translate(1,1)") is None


def test_marks_of_one_look_are_one_path_and_one_place_is_one_mark():
    drawn = (
        '<svg xmlns="http://www.w3.org/2000/svg"><g>'
        '<line transform="translate(1,0)" x2="0" y2="9" stroke="#111"/>'
        '<line transform="translate(5,0)" x2="0" y2="9" stroke="#111"/>'
        '<line transform="translate(5,0)" x2="0" y2="9" stroke="#222"/>'
        '<line transform="translate(5,0)" x2="0" y2="9" stroke="#222"/>'
        '<path transform="rotate(9)" d="M0,0L1.23,2" stroke="#222"/>'
        '<text transform="translate(0,9)">a</text></g></svg>'
    )
    assert re.sub(r"^<svg[^>]*>|</svg>$", "", fragment(drawn, "x")) == (
        '<path stroke="#111" d="M1 0v9M5 0v9"/><path stroke="#222" d="M5 0v9"/>'
        '<path transform="rotate(9)" d="M0,0L1.2,2" stroke="#222"/><text y="9">a</text>'
    )
