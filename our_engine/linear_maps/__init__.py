"""Linear maps as data: what a primitive's rule gives for each of its arguments.

Those of few families are loaded when they are asked for, to keep the import of the engine short.
"""

from importlib import import_module as _import_module
from typing import TYPE_CHECKING as _TYPE_CHECKING
from typing import Any as _Any

from .base import NEGATIVE, ONE, ZERO, LinearMap, One, Zero
from .combined import Add, Compose, Operator
from .contractions import Einsum
from .diagonal import Cast, Conj, Real, Scale, Select
from .gathering import Gather, Scatter
from .masked import Masked, plain
from .outputs import Outputs, Pick
from .products import LeftMul, RightMul
from .shaping import Broadcast, Permute, Reshape, Sum

if _TYPE_CHECKING:
    from .fourier import Fourier, InverseRealFourier, RealFourier
    from .hermitian import Adjoint, Hermitian
    from .quotient import Quotient
    from .solving import LeftSolve, RightSolve

_LATER = {
    "Adjoint": "hermitian",
    "Fourier": "fourier",
    "Hermitian": "hermitian",
    "InverseRealFourier": "fourier",
    "LeftSolve": "solving",
    "Quotient": "quotient",
    "RealFourier": "fourier",
    "RightSolve": "solving",
}

__all__ = [
    "NEGATIVE",
    "ONE",
    "ZERO",
    "Add",
    "Adjoint",
    "Broadcast",
    "Cast",
    "Compose",
    "Conj",
    "Einsum",
    "Fourier",
    "Gather",
    "Hermitian",
    "InverseRealFourier",
    "LeftMul",
    "LeftSolve",
    "LinearMap",
    "Masked",
    "One",
    "Operator",
    "Outputs",
    "Permute",
    "Pick",
    "Quotient",
    "Real",
    "RealFourier",
    "Reshape",
    "RightMul",
    "RightSolve",
    "Scale",
    "Scatter",
    "Select",
    "Sum",
    "Zero",
    "plain",
]


def __getattr__(name: str) -> _Any:
    """A map of a family that is loaded now."""
    if name in _LATER:
        return getattr(_import_module(f"{__name__}.{_LATER[name]}"), name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
