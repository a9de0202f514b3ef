"""Manipulation functions of the array API standard 2024.12, and the triangles.

They are linear: their second derivatives are zero, which is asked too.
"""

from __future__ import annotations

import numpy as np

from harness.contract import Written
from harness.problems.catalogue.calls import call, expression
from harness.problems.catalogue.entry import At, Entry, Kind, Variant
from harness.problems.catalogue.points import edge, generic, uniform

__all__ = ["SHAPING"]

_SIGNED = uniform(-2.0, 2.0)
_MATRIX = generic((_SIGNED, (2, 3)))
_STACK = generic((_SIGNED, (2, 2, 3)), count=3)
_TWO = generic((_SIGNED, (2, 3)), (_SIGNED, (2, 3)))
_EMPTY = edge("empty", np.zeros((0, 3)))


def _entry(name: str, *variants: Variant, covers: tuple[str, ...] = ()) -> Entry:
    return Entry(f"array_api.{name}", name, Kind.SMOOTH, "everywhere", variants, covers)


def _of_x(name: str, fun: Written, points: tuple[At, ...] = _MATRIX) -> Variant:
    return Variant(name, fun, points)


def _of_two(name: str, text: str, points: tuple[At, ...] = _TWO) -> Variant:
    return Variant(name, expression("x y", text), points, ("x", "y"))


SHAPING: tuple[Entry, ...] = (
    _entry(
        "broadcast_to",
        _of_x("", expression("x", "xp.broadcast_to(x, (2, 2, 3))")),
        _of_x(
            "shape=(3,2)",
            expression("x", "xp.broadcast_to(x, (3, 2))"),
            generic((_SIGNED, (3, 1))),
        ),
        _of_x("same", expression("x", "xp.broadcast_to(x, (2, 3))")),
        _of_x(
            "scalar", expression("x", "xp.broadcast_to(x, (2, 2))"), generic((_SIGNED, ()), count=3)
        ),
    ),
    _entry(
        "broadcast_arrays",
        _of_two(
            "",
            "xp.broadcast_arrays(x, y)[0] * xp.broadcast_arrays(x, y)[1]",
            generic((_SIGNED, (2, 1)), (_SIGNED, (3,))),
        ),
    ),
    _entry(
        "concat",
        _of_two("", "xp.concat([x, y])", generic((_SIGNED, (2, 3)), (_SIGNED, (1, 3)))),
        _of_two("axis=-1", "xp.concat([x, y, x], axis=-1)"),
        _of_two("axis=None", "xp.concat([x, y], axis=None)"),
        _of_two(
            "empty", "xp.concat([x, y], axis=0)", (edge("empty", np.zeros((0, 2)), [[1.0, 2.0]]),)
        ),
    ),
    _entry(
        "expand_dims",
        _of_x("axis=1", call("expand_dims", "x", axis=1), (*_MATRIX, _EMPTY)),
        _of_x("axis=-1", call("expand_dims", "x", axis=-1)),
    ),
    _entry(
        "flip",
        _of_x("", call("flip", "x"), (*_MATRIX, _EMPTY)),
        _of_x("axis=-1", call("flip", "x", axis=-1)),
        _of_x("axis=(0,1)", call("flip", "x", axis=(0, 1))),
    ),
    _entry(
        "moveaxis",
        _of_x("", expression("x", "xp.moveaxis(x, 0, -1)"), _STACK),
        _of_x("several", expression("x", "xp.moveaxis(x, (0, -1), (1, 0))"), _STACK),
    ),
    _entry(
        "permute_dims",
        _of_x("", expression("x", "xp.permute_dims(x, (1, 0))"), (*_MATRIX, _EMPTY)),
        _of_x("axes=(2,0,1)", expression("x", "xp.permute_dims(x, (2, 0, 1))"), _STACK),
        _of_x("axes=(-1,0,1)", expression("x", "xp.permute_dims(x, (-1, 0, 1))"), _STACK),
    ),
    _entry(
        "repeat",
        _of_x("", expression("x", "xp.repeat(x, 2)"), _MATRIX),
        _of_x("axis=0", expression("x", "xp.repeat(x, 3, axis=0)"), (*_MATRIX, _EMPTY)),
        _of_x("axis=-1", expression("x", "xp.repeat(x, 2, axis=-1)")),
        _of_x("counts,axis=1", expression("x", "xp.repeat(x, xp.asarray([1, 0, 2]), axis=1)")),
    ),
    _entry(
        "reshape",
        _of_x("", expression("x", "xp.reshape(x, (3, 2))"), _MATRIX),
        _of_x("shape=(-1,)", expression("x", "xp.reshape(x, (-1,))"), (*_MATRIX, _EMPTY)),
        _of_x("copy", call("reshape", "x", shape=(1, 6), copy=True)),
    ),
    _entry(
        "roll",
        _of_x("", expression("x", "xp.roll(x, 2)"), (*_MATRIX, _EMPTY)),
        _of_x("axis=-1", expression("x", "xp.roll(x, -1, axis=-1)")),
        _of_x("axis=(0,1)", expression("x", "xp.roll(x, (1, -2), axis=(0, 1))")),
    ),
    _entry(
        "squeeze",
        _of_x("axis=1", call("squeeze", "x", axis=1), generic((_SIGNED, (2, 1, 3)))),
        _of_x("axis=-1", call("squeeze", "x", axis=-1), generic((_SIGNED, (3, 1)))),
        _of_x("axis=(0,2)", call("squeeze", "x", axis=(0, 2)), generic((_SIGNED, (1, 3, 1)))),
    ),
    _entry(
        "stack",
        _of_two("", "xp.stack([x, y])"),
        _of_two("axis=1", "xp.stack([x, y, x], axis=1)"),
        _of_two("axis=-1", "xp.stack([x, y], axis=-1)"),
    ),
    _entry(
        "tile",
        _of_x("", expression("x", "xp.tile(x, (2, 1))"), (*_MATRIX, _EMPTY)),
        _of_x("more-axes", expression("x", "xp.tile(x, (2, 1, 2))")),
        _of_x("fewer-axes", expression("x", "xp.tile(x, (2,))")),
    ),
    _entry(
        "unstack",
        _of_x("", expression("x", "xp.unstack(x)[1] * xp.unstack(x)[0]")),
        _of_x("axis=-1", expression("x", "xp.unstack(x, axis=-1)[2]")),
    ),
    _entry(
        "tril",
        _of_x("", call("tril", "x"), _MATRIX),
        _of_x("k=1", call("tril", "x", k=1)),
        _of_x("k=-1,stack", call("tril", "x", k=-1), _STACK),
    ),
    _entry(
        "triu",
        _of_x("", call("triu", "x"), _MATRIX),
        _of_x("k=1", call("triu", "x", k=1)),
        _of_x("k=-1,stack", call("triu", "x", k=-1), _STACK),
    ),
    _entry(
        "meshgrid",
        _of_two(
            "",
            "xp.meshgrid(x, y)[0] * xp.meshgrid(x, y)[1]",
            generic((_SIGNED, (2,)), (_SIGNED, (3,))),
        ),
        _of_two(
            "indexing=ij",
            "xp.meshgrid(x, y, indexing='ij')[0] * xp.meshgrid(x, y, indexing='ij')[1]",
            generic((_SIGNED, (2,)), (_SIGNED, (3,))),
        ),
    ),
    _entry(
        "astype",
        _of_x("", expression("x", "xp.astype(x, xp.float64)"), _MATRIX[1:]),
        _of_x("copy=False", expression("x", "xp.astype(x, xp.float64, copy=False)"), _MATRIX[1:]),
        _of_x(
            "through-float32",
            expression("x", "xp.astype(xp.astype(x, xp.float32), xp.float64) * x"),
            _MATRIX[1:],
        ),
    ),
    _entry(
        "asarray",
        _of_x("", expression("x", "xp.asarray(x)")),
        _of_x("copy", expression("x", "xp.asarray(x, copy=True)")),
        _of_x("dtype=float64", expression("x", "xp.asarray(x, dtype=xp.float64)"), _MATRIX[1:]),
    ),
    _entry(
        "matrix_transpose",
        _of_x("", expression("x", "xp.matrix_transpose(x)"), (*_MATRIX, _EMPTY)),
        _of_x("stack", expression("x", "xp.matrix_transpose(x)"), _STACK),
        Variant("mT", expression("x", "x.mT"), _STACK, uses=()),
        Variant("T", expression("x", "x.T"), _MATRIX, uses=()),
    ),
)
