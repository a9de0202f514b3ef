"""our_engine: derivatives of plain NumPy code, forward and reverse, nested to any order.

import numpy as np
import our_engine
our_engine.grad(lambda x: np.sum(np.sin(x) * x))(np.array([1.0, 2.0]))
"""

from importlib import import_module as _import_module
from typing import TYPE_CHECKING as _TYPE_CHECKING
from typing import Any as _Any

from . import rules as _rules  # enters the table
from .gradients import grad, value_and_grad
from .jacobians import hessian, hvp, jacobian
from .linearized import Linearized
from .node import stop_gradient
from .primitives import composite, constant, each, elementwise, refused, rule
from .transforms import jvp, linearize, vjp
from .types import DifferentiationError

if _TYPE_CHECKING:
    from .accumulation import SparseMatrix, sparse_hessian, sparse_jacobian
    from .checkpointing import checkpoint
    from .compilation import compile  # noqa: A004 - as re.compile, torch.compile
    from .traces import trace

_LATER = {
    "SparseMatrix": "accumulation",
    "sparse_hessian": "accumulation",
    "sparse_jacobian": "accumulation",
    "checkpoint": "checkpointing",
    "compile": "compilation",
    "trace": "traces",
}

__all__ = [
    "DifferentiationError",
    "Linearized",
    "SparseMatrix",
    "checkpoint",
    "compile",
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
    if name in _LATER:
        found = getattr(_import_module(f"{__name__}.{_LATER[name]}"), name)
        globals()[name] = found
        return found
    if name in ("scipy_linalg", "scipy_special"):
        return _import_module(f"{__name__}.{name}")
    raise AttributeError(f"module 'our_engine' has no attribute {name!r}")


def __dir__() -> list[str]:
    """All public names, loaded or not."""
    return sorted([*__all__, "scipy_linalg", "scipy_special"])


del _rules
