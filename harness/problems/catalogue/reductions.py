"""Statistical functions of the array API standard 2024.12, and ``diff``."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np

from harness.contract import PointKind, Written
from harness.problems.catalogue.calls import Name, call
from harness.problems.catalogue.entry import At, Entry, Kind, Variant
from harness.problems.catalogue.points import edge, generic, uniform

__all__ = ["REDUCTIONS"]

_MATRIX = (2, 3)
_SIGNED = uniform(-2.0, 2.0)

_AXES: Mapping[str, Mapping[str, Any]] = {
    "": {},
    "axis=0": {"axis": 0},
    "axis=-1": {"axis": -1},
    "axis=(0,1)": {"axis": (0, 1)},
    "axis=(-1,0),keepdims": {"axis": (-1, 0), "keepdims": True},
    "axis=-1,keepdims": {"axis": -1, "keepdims": True},
    "keepdims": {"keepdims": True},
}


def _calls(
    name: str,
    keywords: Mapping[str, Mapping[str, Any]],
    points: tuple[At, ...],
    also: Mapping[str, tuple[At, ...]] | None = None,
) -> tuple[Variant, ...]:
    """A variant for each set of keywords, at ``points`` and at what ``also`` has for it."""
    return tuple(
        Variant(
            variant,
            call(name, "x", **given),
            points + (also or {}).get(variant, ()),
            operations=6,
        )
        for variant, given in keywords.items()
    )


def _in_float64(name: str) -> Variant:
    """With ``dtype``, which every backend takes as its own dtype object."""
    text = f"xp.{name}(x, axis=0, dtype=xp.float64)"
    return Variant("axis=0,dtype=float64", Written(("x",), text), _GENERIC[1:], operations=6)


_GENERIC = generic((_SIGNED, _MATRIX))
_EMPTY = edge("empty", np.zeros((0,)))
_EMPTY_ROWS = edge("empty-rows", np.zeros((0, 3)))
_EMPTY_COLUMNS = edge("empty-columns", np.zeros((2, 0)))
_ONE = edge("one-element", [[1.5]])
_RANGE = (
    edge("large", [[1e160, -2e160, 3e160], [1e20, 1e8, -1e8]]),
    edge("small", [[1e-160, -2e-160, 3e-160], [1e-20, 1e-8, -1e-8]]),
)
_CONSTANT = edge("constant", [[0.75, 0.75, 0.75], [0.75, 0.75, 0.75]], both=True)

_SUM = Entry(
    "array_api.sum",
    "sum",
    Kind.SMOOTH,
    "everywhere",
    (
        *_calls("sum", _AXES, (*_GENERIC, *_RANGE), {"": (_EMPTY, _ONE), "axis=0": (_EMPTY_ROWS,)}),
        _in_float64("sum"),
    ),
)

_MEAN = Entry(
    "array_api.mean",
    "mean",
    Kind.SMOOTH,
    "everywhere",
    _calls("mean", _AXES, (*_GENERIC, *_RANGE, _CONSTANT), {"": (_ONE,)}),
)

_ZEROS = (
    edge("one-zero", [[0.0, 1.5, -2.0], [0.5, 3.0, 1.25]], both=True),
    edge("two-zeros", [[0.0, 1.5, -2.0], [0.5, 0.0, 1.25]], both=True),
    edge("two-zeros-in-a-row", [[0.0, 0.0, -2.0], [0.5, 3.0, 1.25]], both=True),
    edge("three-zeros", [[0.0, 0.0, 0.0], [0.5, 3.0, 1.25]], both=True),
    edge("negative-zero", [[-0.0, 1.5, -2.0], [0.5, 3.0, 1.25]]),
)
_LARGE_AND_SMALL = [[1e160, 1e-160, 2.0], [1e-160, 3.0, 1e160]]
_ALL_ONES = edge("ones", [[1.0, 1.0, 1.0], [1.0, 1.0, 1.0]])
_PRODUCT_AXES = {name: _AXES[name] for name in ("axis=0", "axis=-1", "axis=-1,keepdims")}
_PRODUCT_OF_ALL = {name: _AXES[name] for name in ("", "axis=(0,1)")}

_PROD = Entry(
    "array_api.prod",
    "prod",
    Kind.SMOOTH,
    "everywhere, zeros among them",
    (
        *_calls(
            "prod",
            _PRODUCT_OF_ALL,
            # Without both of the small factors the product is 6e320, out of range.
            (*_GENERIC, *_ZEROS, _ALL_ONES, edge("large-and-small", _LARGE_AND_SMALL, max_order=1)),
            {"": (_EMPTY, _ONE)},
        ),
        *_calls(
            "prod",
            _PRODUCT_AXES,
            (*_GENERIC, *_ZEROS, _ALL_ONES, edge("large-and-small", _LARGE_AND_SMALL)),
            {"axis=0": (_EMPTY_ROWS,)},
        ),
        _in_float64("prod"),
    ),
    third=True,
)

_SPREAD_AXES: Mapping[str, Mapping[str, Any]] = {
    "": {},
    "axis=0": {"axis": 0},
    "axis=-1,keepdims": {"axis": -1, "keepdims": True},
    "axis=(0,1)": {"axis": (0, 1)},
    "correction=1": {"correction": 1},
    "axis=1,correction=1": {"axis": 1, "correction": 1},
    "axis=-1,correction=0.5": {"axis": -1, "correction": 0.5},
}
_NEARLY_CONSTANT = [[1.0, 1.0 + 2**-20, 1.0], [1.0, 1.0 - 2**-20, 1.0 + 2**-22]]
_CLOSE = edge("nearly-constant", _NEARLY_CONSTANT)
_FAR = [[1e8, 1e8 + 1, 1e8 + 3], [1e8 + 2, 1e8 - 4, 1e8 + 7]]
_SHIFTED = edge("far-from-zero", _FAR)

_VAR = Entry(
    "array_api.var",
    "var",
    Kind.SMOOTH,
    "everywhere, constants among them",
    _calls("var", _SPREAD_AXES, (*_GENERIC, _CONSTANT, _CLOSE, _SHIFTED)),
)

_STD_CONSTANT = edge(
    "constant", [[0.75, 0.75, 0.75], [0.75, 0.75, 0.75]], kind=PointKind.KINK, both=True
)

_STD = Entry(
    "array_api.std",
    "std",
    Kind.KINK,
    "where the elements are not all equal; at a constant it has a kink, as |x| at 0",
    (
        *_calls(
            "std",
            {name: keywords for name, keywords in _SPREAD_AXES.items() if name != "axis=0"},
            (*_GENERIC, _CLOSE, _SHIFTED, _STD_CONSTANT),
        ),
        # Of two elements it is |a - b|/2: there is no second derivative to lose digits in, and
        # the first column of what is nearly constant is constant.
        *_calls(
            "std",
            {"axis=0": {"axis": 0}},
            (
                *_GENERIC,
                edge("nearly-constant", _NEARLY_CONSTANT, kind=PointKind.KINK),
                edge("far-from-zero", _FAR, max_order=1),
                _STD_CONSTANT,
            ),
        ),
    ),
)

_TIES = (
    edge("tie", [[1.5, 0.25, 1.5], [0.5, 1.25, -2.0]], kind=PointKind.KINK, both=True),
    edge("all-equal", [[1.5, 1.5, 1.5], [1.5, 1.5, 1.5]], kind=PointKind.KINK, both=True),
    edge("signed-zeros", [[0.0, -0.0, 0.0], [-0.0, 0.0, -0.0]], kind=PointKind.KINK),
)
_EXTREME_AXES = {
    name: _AXES[name]
    for name in ("", "axis=0", "axis=-1", "axis=(0,1)", "axis=-1,keepdims", "keepdims")
}


def _extreme(name: str, which: str, infinity: float) -> Entry:
    apart = (edge("infinite-among-others", [[1.5, infinity, 2.5], [infinity, 1.0, 0.5]]), _ONE)
    return Entry(
        f"array_api.{name}",
        name,
        Kind.KINK,
        f"where the {which} element is one alone; ties are kinks",
        _calls(name, _EXTREME_AXES, (*_GENERIC, *_RANGE, *_TIES), {"": apart}),
    )


_RUNNING_AXES: Mapping[str, Mapping[str, Any]] = {
    "axis=0": {"axis": 0},
    "axis=-1": {"axis": -1},
    "axis=1,include_initial": {"axis": 1, "include_initial": True},
}
_VECTORS = generic((_SIGNED, (4,)))

_CUMULATIVE_SUM = Entry(
    "array_api.cumulative_sum",
    "cumulative_sum",
    Kind.SMOOTH,
    "everywhere",
    (
        *_calls("cumulative_sum", {"": {}}, (*_VECTORS, _EMPTY, edge("one-element", [1.5]))),
        *_calls("cumulative_sum", _RUNNING_AXES, (*_GENERIC, *_RANGE)),
        _in_float64("cumulative_sum"),
    ),
)

_CUMULATIVE_PROD = Entry(
    "array_api.cumulative_prod",
    "cumulative_prod",
    Kind.SMOOTH,
    "everywhere, zeros among them",
    (
        *_calls(
            "cumulative_prod",
            {"": {}},
            (
                *_VECTORS,
                edge("zero-first", [0.0, 1.5, -2.0, 0.5], both=True),
                edge("zero-inside", [1.5, 0.0, -2.0, 0.5], both=True),
                edge("zero-last", [1.5, -2.0, 0.5, 0.0], both=True),
                edge("two-zeros", [1.5, 0.0, -2.0, 0.0], both=True),
                edge("three-zeros", [0.0, 1.5, 0.0, 0.0], both=True),
                _EMPTY,
                edge("one-element", [1.5]),
            ),
        ),
        *_calls("cumulative_prod", _RUNNING_AXES, (*_GENERIC, *_ZEROS)),
        _in_float64("cumulative_prod"),
    ),
)


_DIFF = Entry(
    "array_api.diff",
    "diff",
    Kind.SMOOTH,
    "everywhere",
    (
        *_calls(
            "diff",
            {"": {}, "axis=0": {"axis": 0}, "axis=-1,n=2": {"axis": -1, "n": 2}, "n=0": {"n": 0}},
            (*_GENERIC, *_RANGE),
        ),
        Variant(
            "axis=1,prepend,append",
            call("diff", "x", axis=1, prepend=Name("before"), append=Name("after")),
            generic((_SIGNED, _MATRIX), (_SIGNED, (2, 1)), (_SIGNED, (2, 2))),
            ("x", "before", "after"),
            operations=6,
        ),
    ),
)

REDUCTIONS: tuple[Entry, ...] = (
    _SUM,
    _MEAN,
    _PROD,
    _VAR,
    _STD,
    _extreme("max", "largest", -np.inf),
    _extreme("min", "smallest", np.inf),
    _CUMULATIVE_SUM,
    _CUMULATIVE_PROD,
    _DIFF,
)
