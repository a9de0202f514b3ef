"""Linear maps as data: what a primitive's rule gives for each of its arguments."""

from .base import NEGATIVE, ONE, ZERO, LinearMap, One, Zero
from .combined import Add, Compose, Operator
from .diagonal import Cast, Conj, Real, Scale, Select
from .fourier import Fourier, InverseRealFourier, RealFourier
from .gathering import Gather, Scatter
from .hermitian import Adjoint, Hermitian
from .masked import Masked, plain
from .outputs import Outputs, Pick
from .products import Einsum, LeftMul, RightMul
from .quotient import Quotient
from .shaping import Broadcast, Permute, Reshape, Sum
from .solving import LeftSolve, RightSolve

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
