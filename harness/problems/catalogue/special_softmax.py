"""``logsumexp``, ``softmax`` and ``log_softmax`` along axes, under SciPy's names."""

from __future__ import annotations

import math
from collections.abc import Mapping

from harness.contract import PointKind
from harness.problems.catalogue.calls import expression
from harness.problems.catalogue.entry import At, Entry, Kind, Variant
from harness.problems.catalogue.points import edge, generic, uniform
from harness.problems.catalogue.ufuncs import SIGNED

__all__ = ["SOFTMAX"]

_INFINITY = math.inf
_OPERATIONS = 6

_GENERIC = generic((SIGNED, (2, 3)))
_EDGES = (
    edge("equal", [[0.0, 0.0, 0.0], [1.5, 1.5, 1.5]], both=True),
    edge("tie", [[1.0, 1.0, -2.0], [0.5, -0.5, 0.5]]),
    edge("tails", [[20.0, -20.0, 0.0], [40.0, -40.0, 39.0]], both=True),
    edge("far-tails", [[800.0, -800.0, 799.0], [400.0, -400.0, 401.0]]),
    edge("all-low", [[-800.0, -801.0, -802.0], [-400.0, -400.5, -401.0]]),
    edge("large", [[1e300, 1e20, -1e160], [1e8, -1e8, 1e8]]),
)
_MASKED = edge("masked", [[-_INFINITY, 1.0, 2.0], [0.5, -_INFINITY, -_INFINITY]])
_ALL_MASKED = edge(
    "all-masked",
    [[-_INFINITY, -_INFINITY, -_INFINITY], [-_INFINITY, -_INFINITY, -_INFINITY]],
    kind=PointKind.OUTSIDE,
    max_order=1,
)
_ONE = edge("one-element", [1.5])


def _along(
    name: str, keywords: Mapping[str, str], edges: tuple[At, ...], plain: tuple[At, ...]
) -> tuple[Variant, ...]:
    """The plain call has all points, further keywords the generic ones."""
    return tuple(
        Variant(
            variant,
            expression("x", f"xp.special.{name}(x{text})"),
            _GENERIC if variant else (*_GENERIC, *edges, *plain),
            operations=_OPERATIONS,
        )
        for variant, text in keywords.items()
    )


def _normalised(name: str, masked: tuple[At, ...] = ()) -> Entry:
    function = f"special.{name}"
    keywords = {"": "", "axis=0": ", axis=0", "axis=-1": ", axis=-1"}
    return Entry(
        function,
        function,
        Kind.SMOOTH,
        "everywhere; what is -inf does not count",
        _along(name, keywords, _EDGES, (*masked, _ALL_MASKED, _ONE)),
    )


_WEIGHTED = Variant(
    "b",
    expression("x b", "xp.special.logsumexp(x, axis=-1, b=b)"),
    (
        *generic((SIGNED, (2, 3)), (uniform(0.2, 2.0), (2, 3))),
        edge("broadcast", [[0.5, -1.0, 2.0], [1.0, 0.25, -0.5]], [1.0, 0.5, 2.0]),
        edge("negative", [[0.5, -1.0, 2.0]], [[1.0, -0.5, 2.0]]),
        edge("zero", [[0.5, -1.0, 2.0]], [[1.0, 0.0, 2.0]], both=True),
    ),
    ("x", "b"),
    operations=_OPERATIONS,
)

_LOGSUMEXP = Entry(
    "special.logsumexp",
    "special.logsumexp",
    Kind.SMOOTH,
    "everywhere; what is -inf does not count, unless all is",
    (
        *_along(
            "logsumexp",
            {
                "": "",
                "axis=0": ", axis=0",
                "axis=-1,keepdims": ", axis=-1, keepdims=True",
                "axis=(0,1)": ", axis=(0, 1)",
                "axis=(-1,0),keepdims": ", axis=(-1, 0), keepdims=True",
            },
            _EDGES,
            (_MASKED, _ALL_MASKED, _ONE),
        ),
        _WEIGHTED,
    ),
    third=True,
)

SOFTMAX: tuple[Entry, ...] = (
    _LOGSUMEXP,
    _normalised("softmax", (_MASKED,)),
    _normalised("log_softmax"),
)
