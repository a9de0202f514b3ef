"""Indexing, searching and sorting functions of the array API standard 2024.12."""

from __future__ import annotations

from harness.contract import PointKind
from harness.problems.catalogue.calls import call, expression
from harness.problems.catalogue.entry import At, Entry, Kind, Variant
from harness.problems.catalogue.points import edge, generic, integers, uniform

__all__ = ["INDEXING"]

_SIGNED = uniform(-2.0, 2.0)
_MATRIX = generic((_SIGNED, (2, 3)))


def _index(name: str, text: str, points: tuple[At, ...] = _MATRIX) -> Variant:
    return Variant(name, expression("x", text), points, uses=())


_SUBSCRIPTS = Entry(
    "array_api.getitem",
    "",
    Kind.SMOOTH,
    "everywhere",
    (
        _index("integer", "x[1]"),
        _index("negative", "x[-1, -2]"),
        _index("slice", "x[:, 1:]", _MATRIX),
        _index("step", "x[:, ::2]"),
        _index("empty-slice", "x[:, 3:]"),
        _index("newaxis", "x[:, None, 1]"),
        _index("ellipsis", "x[..., 0]"),
        _index("array", "x[xp.asarray([1, 0, 1, 1])]"),
        _index("arrays", "x[xp.asarray([1, 0, 1]), xp.asarray([2, 2, 2])]"),
        _index("array-and-integer", "x[1, xp.asarray([0, 0, 2])]"),
        _index("mask", "x[xp.asarray([[True, False, True], [False, True, True]])]"),
        _index("overlapping", "x[:, 1:] * x[:, :-1]"),
    ),
)

_TAKE = Entry(
    "array_api.take",
    "take",
    Kind.SMOOTH,
    "everywhere",
    (
        Variant(
            "axis=1",
            expression("x i", "xp.take(x, i, axis=1)"),
            generic((_SIGNED, (2, 3)), (integers(2, 0, 0), (3,))),
            ("x", "i"),
            argnums=(0,),
        ),
        Variant(
            "axis=-2",
            expression("x i", "xp.take(x, i, axis=-2)"),
            generic((_SIGNED, (2, 3)), (integers(1, 1), (2,))),
            ("x", "i"),
            argnums=(0,),
        ),
        Variant(
            "",
            expression("x i", "xp.take(x, i)"),
            generic((_SIGNED, (4,)), (integers(3, 0, 3), (3,))),
            ("x", "i"),
            argnums=(0,),
        ),
    ),
)

_TAKE_ALONG_AXIS = Entry(
    "array_api.take_along_axis",
    "take_along_axis",
    Kind.SMOOTH,
    "everywhere",
    (
        Variant(
            "",
            expression("x i", "xp.take_along_axis(x, i)"),
            generic((_SIGNED, (2, 3)), (integers(2, 0, 0, 1), (2, 2))),
            ("x", "i"),
            argnums=(0,),
        ),
        Variant(
            "axis=0",
            expression("x i", "xp.take_along_axis(x, i, axis=0)"),
            generic((_SIGNED, (2, 3)), (integers(1, 1, 0), (1, 3))),
            ("x", "i"),
            argnums=(0,),
        ),
    ),
)

_TIES = (
    edge("tie", [[1.5, 0.25, 1.5], [0.5, 1.25, -2.0]], kind=PointKind.KINK, both=True),
    edge("all-equal", [[1.5, 1.5, 1.5], [-0.5, -0.5, -0.5]], kind=PointKind.KINK, both=True),
    edge("signed-zeros", [[0.0, -0.0, 1.0], [-0.0, 2.0, 0.0]], kind=PointKind.KINK),
)

_SORT = Entry(
    "array_api.sort",
    "sort",
    Kind.KINK,
    "where no two elements that are compared are equal",
    (
        Variant("", call("sort", "x"), (*_MATRIX, *_TIES)),
        Variant("axis=0", call("sort", "x", axis=0), _MATRIX),
        Variant("descending", call("sort", "x", descending=True), (*_MATRIX, *_TIES)),
        Variant("stable=False", call("sort", "x", stable=False), _MATRIX),
    ),
)

_BY_ORDER = Entry(
    "composite.gather_by_argsort",
    "",
    Kind.KINK,
    "where no two elements are equal",
    (
        Variant(
            "",
            expression("x", "xp.take(x, xp.argsort(x)) * xp.asarray([1.0, 2.0, 3.0, 4.0])"),
            generic((_SIGNED, (4,))),
            uses=("take", "argsort"),
        ),
        Variant(
            "argmax",
            expression("x", "x[xp.argmax(x)] ** 2 - x[xp.argmin(x)]"),
            generic((_SIGNED, (4,))),
            uses=("argmax", "argmin"),
        ),
    ),
    covers=("argsort", "argmax", "argmin"),
)

INDEXING: tuple[Entry, ...] = (_SUBSCRIPTS, _TAKE, _TAKE_ALONG_AXIS, _SORT, _BY_ORDER)
