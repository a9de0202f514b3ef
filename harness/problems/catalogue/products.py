"""Products of arrays: matmul, tensordot, vecdot, outer, cross, einsum; and diagonals."""

from __future__ import annotations

from typing import Any

import numpy as np

from harness.problems.catalogue.calls import call, expression
from harness.problems.catalogue.entry import At, Entry, Kind, Shape, Variant
from harness.problems.catalogue.points import edge, generic, uniform

__all__ = ["PRODUCTS"]

_SIGNED = uniform(-2.0, 2.0)
_ZEROS = edge("zeros", np.zeros((2, 3)), np.zeros((3, 2)))
_RANGE = edge(
    "large-and-small",
    [[1e160, -2.0, 1e-160], [1e8, 1e-8, 3.0]],
    [[1e-160, 2.0], [0.5, 1e20], [1e160, -1e-20]],
)


def _pair(left: Shape, right: Shape) -> tuple[At, ...]:
    return generic((_SIGNED, left), (_SIGNED, right))


def _empty(left: Shape, right: Shape) -> At:
    return edge("empty", np.zeros(left), np.zeros(right))


def _product(name: str, text: str, *points: At, uses: tuple[str, ...] | None = None) -> Variant:
    return Variant(name, expression("a b", text), points, ("a", "b"), uses=uses, operations=3)


_MATMUL = Entry(
    "array_api.matmul",
    "matmul",
    Kind.SMOOTH,
    "everywhere",
    (
        _product("", "xp.matmul(a, b)", *_pair((2, 3), (3, 2)), _ZEROS, _RANGE),
        _product("vectors", "xp.matmul(a, b)", *_pair((3,), (3,))),
        _product("by-vector", "xp.matmul(a, b)", *_pair((2, 3), (3,))),
        _product("vector-by", "xp.matmul(a, b)", *_pair((2,), (2, 3))),
        _product("stacks", "xp.matmul(a, b)", *_pair((2, 1, 2), (2, 2, 1))),
        _product("stack-broadcast", "xp.matmul(a, b)", *_pair((2, 1, 2), (2, 2))),
        _product("stack-by-vector", "xp.matmul(a, b)", *_pair((2, 2, 2), (2,))),
        _product("empty-sum", "xp.matmul(a, b)", _empty((2, 0), (0, 2))),
        _product("operator", "a @ b", *_pair((2, 3), (3, 2)), uses=()),
        Variant("itself", expression("a", "xp.matmul(a, a)"), generic((_SIGNED, (2, 2)))),
    ),
)

_TENSORDOT = Entry(
    "array_api.tensordot",
    "tensordot",
    Kind.SMOOTH,
    "everywhere",
    (
        _product("", "xp.tensordot(a, b)", *_pair((2, 1, 2), (1, 2, 2))),
        _product("axes=0", "xp.tensordot(a, b, axes=0)", *_pair((2,), (2, 2))),
        _product("axes=1", "xp.tensordot(a, b, axes=1)", *_pair((2, 3), (3, 2)), _ZEROS),
        _product(
            "axes=((1,),(0,))", "xp.tensordot(a, b, axes=((1,), (0,)))", *_pair((2, 3), (3, 2))
        ),
        _product(
            "axes=((0,1),(1,0))",
            "xp.tensordot(a, b, axes=((0, 1), (1, 0)))",
            *_pair((2, 3), (3, 2)),
        ),
    ),
)

_VECDOT = Entry(
    "array_api.vecdot",
    "vecdot",
    Kind.SMOOTH,
    "everywhere",
    (
        _product("", "xp.vecdot(a, b)", *_pair((2, 3), (2, 3))),
        _product("axis=-2", "xp.vecdot(a, b, axis=-2)", *_pair((3, 2), (3, 2))),
        _product("broadcast", "xp.vecdot(a, b)", *_pair((2, 3), (3,))),
        _product(
            "linalg", "xp.linalg.vecdot(a, b)", *_pair((2, 3), (2, 3)), uses=("linalg.vecdot",)
        ),
        _product(
            "linalg,axis=-2",
            "xp.linalg.vecdot(a, b, axis=-2)",
            *_pair((3, 2), (3, 2)),
            uses=("linalg.vecdot",),
        ),
    ),
    covers=("linalg.vecdot",),
)

_LINALG_TWINS = Entry(
    "linalg.matmul",
    "linalg.matmul",
    Kind.SMOOTH,
    "everywhere",
    (
        _product("", "xp.linalg.matmul(a, b)", *_pair((2, 3), (3, 2))),
        _product(
            "tensordot",
            "xp.linalg.tensordot(a, b, axes=1)",
            *_pair((2, 3), (3, 2)),
            uses=("linalg.tensordot",),
        ),
        Variant(
            "transpose",
            expression("a", "xp.linalg.matrix_transpose(a)"),
            generic((_SIGNED, (2, 3))),
            ("a",),
            uses=("linalg.matrix_transpose",),
        ),
    ),
    covers=("linalg.tensordot", "linalg.matrix_transpose"),
)

_OUTER = Entry(
    "linalg.outer",
    "linalg.outer",
    Kind.SMOOTH,
    "everywhere",
    (_product("", "xp.linalg.outer(a, b)", *_pair((2,), (3,)), _empty((0,), (2,))),),
)

_PARALLEL = edge("parallel", [1.0, -2.0, 0.5], [2.0, -4.0, 1.0])

_CROSS = Entry(
    "linalg.cross",
    "linalg.cross",
    Kind.SMOOTH,
    "everywhere",
    (
        _product("", "xp.linalg.cross(a, b)", *_pair((3,), (3,)), _PARALLEL),
        _product("axis=0", "xp.linalg.cross(a, b, axis=0)", *_pair((3, 2), (3, 2))),
        _product("stack", "xp.linalg.cross(a, b)", *_pair((2, 3), (2, 3))),
    ),
)

_EINSUM = Entry(
    "extra.einsum",
    "einsum",
    Kind.SMOOTH,
    "everywhere",
    (
        _product("matmul", "xp.einsum('ij,jk->ik', a, b)", *_pair((2, 3), (3, 2))),
        _product("implicit", "xp.einsum('ij,jk', a, b)", *_pair((2, 3), (3, 2))),
        _product("scalar", "xp.einsum('ij,ji->', a, b)", *_pair((2, 3), (3, 2))),
        _product("outer", "xp.einsum('i,j->ji', a, b)", *_pair((2,), (3,))),
        _product("summed-alone", "xp.einsum('ij,k->k', a, b)", *_pair((2, 3), (2,))),
        _product("broadcast", "xp.einsum('...i,...i->...', a, b)", *_pair((2, 3), (3,))),
        Variant(
            "diagonal",
            expression("a", "xp.einsum('ii->i', a)"),
            generic((_SIGNED, (3, 3))),
            ("a",),
        ),
        Variant("trace", expression("a", "xp.einsum('ii', a)"), generic((_SIGNED, (3, 3))), ("a",)),
        Variant(
            "transpose",
            expression("a", "xp.einsum('ijk->kji', a)"),
            generic((_SIGNED, (2, 1, 3))),
            ("a",),
        ),
        Variant(
            "three",
            expression("a b c", "xp.einsum('i,ij,j->', a, b, c)"),
            generic((_SIGNED, (2,)), (_SIGNED, (2, 2)), (_SIGNED, (2,))),
            ("a", "b", "c"),
        ),
    ),
)

_DIAGONALS: tuple[tuple[str, dict[str, Any], Shape], ...] = (
    ("", {}, (3,)),
    ("k=1", {"k": 1}, (2,)),
    ("of-a-matrix", {}, (3, 3)),
    ("of-a-tall-matrix", {}, (3, 2)),
    ("of-a-wide-matrix", {}, (2, 3)),
    ("of-a-wide-matrix,k=1", {"k": 1}, (2, 3)),
    ("of-a-tall-matrix,k=-1", {"k": -1}, (3, 2)),
)

_DIAG = Entry(
    "extra.diag",
    "diag",
    Kind.SMOOTH,
    "everywhere",
    tuple(
        Variant(name, call("diag", "x", **keywords), generic((_SIGNED, shape)), operations=1)
        for name, keywords, shape in _DIAGONALS
    ),
)

PRODUCTS: tuple[Entry, ...] = (
    _MATMUL,
    _TENSORDOT,
    _VECDOT,
    _LINALG_TWINS,
    _OUTER,
    _CROSS,
    _EINSUM,
    _DIAG,
)
