"""our_engine: derivatives of plain NumPy code, forward and reverse, nested to any order.

import numpy as np
import our_engine
our_engine.grad(lambda x: np.sum(np.sin(x) * x))(np.array([1.0, 2.0]))
"""

from . import rules as _rules  # enters the table
from .jacobians import hessian, hvp, jacobian
from .linearized import Linearized
from .primitives import composite, constant, each, elementwise, refused, rule
from .recording import raw as stop_gradient
from .traces import trace
from .transforms import grad, jvp, linearize, value_and_grad, vjp
from .types import DifferentiationError

__all__ = [
    "DifferentiationError",
    "Linearized",
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
    "stop_gradient",
    "trace",
    "value_and_grad",
    "vjp",
]

del _rules
