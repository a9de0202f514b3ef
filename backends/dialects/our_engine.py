"""our_engine's spelling: NumPy's functions, and the engine's transforms."""

from __future__ import annotations

from dataclasses import replace

from backends.dialects.words import under
from harness.contract import Dialect, Operator
from harness.contract.namespace import SPECIAL

__all__ = ["OUR_ENGINE", "OUR_ENGINE_COMPILED"]

_SORT = "lambda x, axis=-1, descending=False, stable=True: "


def _jacobian(mode: str) -> str:
    return f"our_engine.jacobian({{f}}, {{argnums}}, '{mode}')({{xs}})"


OUR_ENGINE = Dialect(
    setup="import our_engine, numpy as np",
    names={
        **under("np"),
        "argsort": f"{_SORT}np.argsort(x, axis) if not descending else np.argsort(-x, axis)",
        "asarray": "lambda x, dtype=None, copy=None: np.asarray(x, dtype) "
        "if isinstance(x, (list, np.ndarray)) else np.astype(x, dtype or x.dtype)",
        "sort": f"{_SORT}np.flip(np.sort(x, axis), axis) if descending else np.sort(x, axis)",
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

OUR_ENGINE_COMPILED = replace(
    OUR_ENGINE, call="our_engine.compile(lambda {operands}: {expression})({operands})"
)
