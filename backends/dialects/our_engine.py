"""our_engine's spelling: NumPy's functions, and the engine's transforms."""

from __future__ import annotations

from backends.dialects.numpy_words import NUMPY_NAMES
from harness.contract import Dialect, Operator
from harness.contract.namespace import SPECIAL

__all__ = ["OUR_ENGINE"]


def _jacobian(mode: str) -> str:
    return f"our_engine.jacobian({{f}}, {{argnums}}, '{mode}')({{xs}})"


OUR_ENGINE = Dialect(
    setup="import our_engine, numpy as np",
    names={
        **NUMPY_NAMES,
        **{f"special.{name}": f"our_engine.scipy_special.{name}" for name in SPECIAL},
        "linalg.expm": "our_engine.scipy_linalg.expm",
        "linalg.solve_triangular": "our_engine.scipy_linalg.solve_triangular",
    },
    imports={
        "our_engine.scipy_special": "import our_engine.scipy_special",
        "our_engine.scipy_linalg": "import our_engine.scipy_linalg",
    },
    array="np.array({values}, dtype=np.{dtype})",
    jvp="our_engine.jvp({f}, {primals}, {tangents})[1]",
    vjp="our_engine.vjp({f}, {primals})[1]({cotangent}){only}",
    grad="our_engine.grad({f}, {argnums})",
    native={
        Operator.JACOBIAN: _jacobian("auto"),
        Operator.JACOBIAN_FORWARD: _jacobian("forward"),
        Operator.JACOBIAN_REVERSE: _jacobian("reverse"),
        Operator.HVP: "our_engine.hvp({f}, {primals}, {tangents})",
        Operator.HESSIAN: (
            "our_engine.jacobian(our_engine.grad({f}, {argnums}), {argnums}, 'forward')({xs})"
        ),
    },
)
