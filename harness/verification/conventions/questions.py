"""The questions of the matrix of conventions: where mathematics leaves a choice, or libraries do.

None of them is a case of a suite: nothing here is right or wrong. The derivative of a value that is
not a single number is that of its weighted sum (``harness.contract.weighting``).
"""

from __future__ import annotations

from typing import Any

import numpy as np

from harness.contract import Operator, weights
from harness.verification.conventions.convention import Convention
from harness.verification.conventions.naming import among, as_number, as_triangle, as_value

__all__ = ["CONVENTIONS"]

Op = Operator


def _lower_and_upper() -> dict[str, tuple[np.ndarray, ...]]:
    """The symmetric matrices that a function of a symmetric matrix may take ``_RAW`` for."""
    a = np.array(_RAW)
    return {
        "lower_triangle": np.tril(a) + np.tril(a, -1).T,
        "upper_triangle": np.triu(a) + np.triu(a, 1).T,
        "symmetric_part": (a + a.T) / 2,
    }


_RAW = [[4.0, 1.0], [2.0, 5.0]]
"""Not symmetric; each of the symmetric matrices that it may be taken for is positive definite."""

_Z = 1.0 + 2.0j

_FIRST, _SECOND = weights((2,))


def _pair(name: str, group: str, where: str, text: str, at: tuple[float, float]) -> Convention:
    """Of two arguments, or of two elements, which are tied."""
    args = dict(zip(("x", "y"), at, strict=True)) if "y" in text else {"x": list(at)}
    namer = among(
        shared=(0.5, 0.5),
        the_first=(1.0, 0.0),
        the_second=(0.0, 1.0),
        both=(1.0, 1.0),
        neither=(0.0, 0.0),
    )
    return Convention(name, group, where, text, args, namer)


def _number(name: str, group: str, where: str, text: str, **args: Any) -> Convention:
    return Convention(name, group, where, text, args, as_number)


CONVENTIONS: tuple[Convention, ...] = (
    _number("abs", "Kinks", "|x| at 0", "xp.abs(x)", x=0.0),
    _number("abs-minus-zero", "Kinks", "|x| at -0", "xp.abs(x)", x=-0.0),
    _number("relu", "Kinks", "relu at 0, maximum(x, 0)", "xp.maximum(x, xp.zeros_like(x))", x=0.0),
    _number(
        "relu-where",
        "Kinks",
        "relu at 0, where(x > 0, x, 0)",
        "xp.where(x > 0, x, xp.zeros_like(x))",
        x=0.0,
    ),
    _number(
        "clip-min", "Kinks", "clip at its lower bound", "xp.clip(x, min=-1.0, max=2.0)", x=-1.0
    ),
    _number("clip-max", "Kinks", "clip at its upper bound", "xp.clip(x, min=-1.0, max=2.0)", x=2.0),
    _number("sign", "Kinks", "sign at 0", "xp.sign(x)", x=0.0),
    _number("floor", "Kinks", "floor at an integer", "xp.floor(x)", x=1.0),
    Convention(
        "norm",
        "Kinks",
        "2-norm of a zero vector",
        "xp.linalg.vector_norm(x)",
        {"x": [0.0, 0.0]},
        among(zero=(0.0, 0.0), shared=(0.5**0.5,) * 2),
    ),
    Convention(
        "norm-written-out",
        "Kinks",
        "sqrt(sum(x²)) at a zero vector",
        "xp.sqrt(xp.sum(x * x))",
        {"x": [0.0, 0.0]},
        among(zero=(0.0, 0.0)),
    ),
    Convention(
        "std",
        "Kinks",
        "std of a constant vector",
        "xp.std(x)",
        {"x": [3.0, 3.0, 3.0]},
        among(zero=(0.0, 0.0, 0.0)),
    ),
    Convention(
        "hypot",
        "Kinks",
        "hypot at (0, 0)",
        "xp.hypot(x, y)",
        {"x": 0.0, "y": 0.0},
        among(zero=(0.0, 0.0), shared=(0.5**0.5,) * 2),
    ),
    _pair("maximum", "Ties", "maximum of equal numbers", "xp.maximum(x, y)", (1.0, 1.0)),
    _pair("minimum", "Ties", "minimum of equal numbers", "xp.minimum(x, y)", (1.0, 1.0)),
    _pair("max", "Ties", "max of a vector with equal elements", "xp.max(x)", (3.0, 3.0)),
    _pair("min", "Ties", "min of a vector with equal elements", "xp.min(x)", (3.0, 3.0)),
    Convention(
        "sort",
        "Ties",
        "sort of equal elements",
        "xp.sort(x)",
        {"x": [1.0, 1.0]},
        among(
            in_their_order=(_FIRST, _SECOND),
            exchanged=(_SECOND, _FIRST),
            shared=((_FIRST + _SECOND) / 2,) * 2,
        ),
    ),
    Convention(
        "median",
        "Ties",
        "median of three equal elements, sort(x)[1]",
        "xp.sort(x)[1]",
        {"x": [1.0, 1.0, 1.0]},
        among(
            shared=(1 / 3,) * 3,
            the_first=(1.0, 0.0, 0.0),
            the_second=(0.0, 1.0, 0.0),
            the_last=(0.0, 0.0, 1.0),
        ),
    ),
    _number("sqrt", "Borders", "sqrt at 0", "xp.sqrt(x)", x=0.0),
    _number("power-zero", "Borders", "x**0.0 at 0", "x**0.0", x=0.0),
    _number(
        "pow-zero", "Borders", "pow(x, y) at (0, 0), by x and by y", "xp.pow(x, y)", x=0.0, y=0.0
    ),
    _number(
        "where-nan",
        "Borders",
        "where(x > 0, sqrt(x), 0) at -1",
        "xp.where(x > 0, xp.sqrt(x), xp.zeros_like(x))",
        x=-1.0,
    ),
    _number(
        "where-infinite",
        "Borders",
        "where(x > 0, sqrt(x), 0) at 0",
        "xp.where(x > 0, xp.sqrt(x), xp.zeros_like(x))",
        x=0.0,
    ),
    Convention(
        "cholesky-value",
        "Matrices",
        "cholesky of a matrix that is not symmetric: what it reads",
        "xp.linalg.cholesky(a)",
        {"a": _RAW},
        among(**{k: np.linalg.cholesky(m).ravel() for k, m in _lower_and_upper().items()}),
        Op.VALUE,
    ),
    Convention(
        "cholesky-gradient",
        "Matrices",
        "cholesky of a matrix that is not symmetric: its gradient",
        "xp.linalg.cholesky(a)",
        {"a": _RAW},
        as_triangle,
    ),
    Convention(
        "eigvalsh-value",
        "Matrices",
        "eigvalsh of a matrix that is not symmetric: what it reads",
        "xp.linalg.eigvalsh(a)",
        {"a": _RAW},
        among(**{k: np.linalg.eigvalsh(m) for k, m in _lower_and_upper().items()}),
        Op.VALUE,
    ),
    Convention(
        "eigvalsh-gradient",
        "Matrices",
        "eigvalsh of a matrix that is not symmetric: its gradient",
        "xp.linalg.eigvalsh(a)",
        {"a": _RAW},
        as_triangle,
    ),
    Convention(
        "complex-modulus",
        "Complex numbers",
        "gradient of |z|² at z = 1 + 2i",
        "xp.real(z) ** 2 + xp.imag(z) ** 2",
        {"z": _Z},
        among(**{"2z": (2 * _Z,), "2z̄": (2 * _Z.conjugate(),), "z": (_Z,)}),
    ),
    Convention(
        "complex-holomorphic",
        "Complex numbers",
        "vjp of z² at z = 1 + 2i, cotangent 1",
        "z * z",
        {"z": _Z},
        among(**{"2z": (2 * _Z,), "2z̄": (2 * _Z.conjugate(),)}),
        Op.VJP,
        1.0 + 0.0j,
    ),
    Convention(
        "complex-cotangent",
        "Complex numbers",
        "vjp of z² at z = 1 + 2i, cotangent i",
        "z * z",
        {"z": _Z},
        among(
            **{
                "2z i": (2 * _Z * 1j,),
                "2z̄ i": (2 * _Z.conjugate() * 1j,),
                "-2z i": (-2 * _Z * 1j,),
                "-2z̄ i": (-2 * _Z.conjugate() * 1j,),
            }
        ),
        Op.VJP,
        1.0j,
    ),
    Convention("complex-abs", "Complex numbers", "|z| at 0", "xp.abs(z)", {"z": 0.0j}, as_number),
    Convention(
        "empty-sum", "No elements", "sum of nothing", "xp.sum(x)", {"x": np.zeros(0)}, as_value
    ),
    Convention(
        "empty-prod", "No elements", "prod of nothing", "xp.prod(x)", {"x": np.zeros(0)}, as_value
    ),
    Convention(
        "empty-max", "No elements", "max of nothing", "xp.max(x)", {"x": np.zeros(0)}, as_value
    ),
    Convention(
        "integer",
        "Arguments",
        "sum(x²) by integers",
        "xp.sum(x * x)",
        {"x": np.array([1, 2])},
        among(**{"2x": (2, 4), "zero": (0, 0)}),
    ),
    Convention(
        "constant",
        "Arguments",
        "a constant function of two elements",
        "xp.sum(xp.ones_like(x))",
        {"x": [1.0, 2.0]},
        among(zero=(0.0, 0.0)),
    ),
    Convention(
        "unused",
        "Arguments",
        "sin(x) by x and by an argument y that it ignores",
        "xp.sin(x)",
        {"x": 0.0, "y": 1.0},
        among(**{"1 and 0": (1.0, 0.0)}),
    ),
)
