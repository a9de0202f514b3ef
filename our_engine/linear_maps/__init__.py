"""Linear maps as data: what a primitive's rule gives for each of its arguments."""

from .base import NEGATIVE, ONE, ZERO, LinearMap, One, Zero
from .combined import Add, Compose, Operator
from .diagonal import Cast, Conj, Real, Scale, Select
from .gathering import Gather, Scatter
from .masked import Masked, plain
from .outputs import Outputs, Pick
from .products import Einsum, LeftMul, RightMul
from .shaping import Broadcast, Permute, Reshape, Sum

__all__ = [
    "NEGATIVE",
    "ONE",
    "ZERO",
    "Add",
    "Broadcast",
    "Cast",
    "Compose",
    "Conj",
    "Einsum",
    "Gather",
    "LeftMul",
    "LinearMap",
    "Masked",
    "One",
    "Operator",
    "Outputs",
    "Permute",
    "Pick",
    "Real",
    "Reshape",
    "RightMul",
    "Scale",
    "Scatter",
    "Select",
    "Sum",
    "Zero",
    "plain",
]
