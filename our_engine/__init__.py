"""our_engine: derivatives of plain NumPy code, forward and reverse, nested to any order.

import numpy as np
import our_engine
our_engine.grad(lambda x: np.sum(np.sin(x) * x))(np.array([1.0, 2.0]))
"""

from importlib import import_module as _import_module
from typing import TYPE_CHECKING as _TYPE_CHECKING
from typing import Any as _Any

from . import rules as _rules  # enters the table
from .checkpointing import checkpoint
from .jacobians import hessian, hvp, jacobian
from .linearized import Linearized
from .primitives import composite, constant, each, elementwise, refused, rule
from .recording import raw as stop_gradient
from .traces import trace
from .transforms import grad, jvp, linearize, value_and_grad, vjp
from .types import DifferentiationError

if _TYPE_CHECKING:
    from .accumulation import SparseMatrix, sparse_hessian, sparse_jacobian

__all__ = [
    "DifferentiationError",
    "Linearized",
    "SparseMatrix",
    "checkpoint",
    "composite",
    "constant",
    "each",
    "elementwise",
    "grad",
    "hessian",
    "hvp",
    "jacobian",
    "jvp",
    "linearize",
    "refused",
    "rule",
    "sparse_hessian",
    "sparse_jacobian",
    "stop_gradient",
    "trace",
    "value_and_grad",
    "vjp",
]


def __getattr__(name: str) -> _Any:
    """The names that are loaded when they are first asked for, to keep the import short."""
    if name in ("SparseMatrix", "sparse_hessian", "sparse_jacobian"):
        from . import accumulation

        return getattr(accumulation, name)
    if name in ("scipy_linalg", "scipy_special"):
        return _import_module(f"{__name__}.{name}")
    raise AttributeError(f"module 'our_engine' has no attribute {name!r}")


del _rules
