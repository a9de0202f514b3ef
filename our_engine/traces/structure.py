"""Local Jacobians of arrays as formulas of matrices: I_16 ⊗ x_0ᵀ, diag(1[x_1 > 0]), 1_8ᵀ.

Arrays are flattened by rows, so that broadcasting along axes is a Kronecker product of identities
(the axes that are kept) and columns of ones (those that are repeated), in the order of the axes.
"""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from our_engine.linear_maps import (
    Broadcast,
    Cast,
    Compose,
    Gather,
    LeftMul,
    LinearMap,
    One,
    Permute,
    Reshape,
    RightMul,
    Scale,
    Scatter,
    Select,
    Sum,
    Zero,
)
from our_engine.linear_maps.base import Negative as NegativeMap
from our_engine.types import Shape

from .algebra import kronecker, negated, product, transposed
from .calls import index_text
from .expressions import Call, Expr, Identity, Index, Number, Ones, Word


def broadcast_formula(in_shape: Shape, to_shape: Shape) -> Expr:
    """The matrix of NumPy's broadcasting: (3,) to (2, 3) is 1_2 ⊗ I_3."""
    lead = len(to_shape) - len(in_shape)
    factors: list[Expr] = []
    for axis, n in enumerate(to_shape):
        repeated = axis < lead or in_shape[axis - lead] != n
        kind = Ones if repeated else Identity
        # Neighbours of one kind are one: I_2 ⊗ I_3 = I_6.
        if factors and isinstance(factors[-1], kind):
            n *= factors.pop().n  # type: ignore[attr-defined]
        factors.append(kind(n))
    return kronecker(*factors)


def matmul_formulas(a: Expr, b: Expr, a_shape: Shape, b_shape: Shape) -> tuple[Expr, Expr] | None:
    """The local Jacobians of a @ b by a, I_m ⊗ bᵀ, and by b, a ⊗ I_n; None for stacks of them."""
    if len(a_shape) > 2 or len(b_shape) > 2:
        return None
    rows = a_shape[0] if len(a_shape) == 2 else 1
    columns = b_shape[1] if len(b_shape) == 2 else 1
    left = transposed(a) if len(a_shape) == 1 else a
    return kronecker(Identity(rows), transposed(b)), kronecker(left, Identity(columns))


def map_formula(J: LinearMap, in_shape: Shape) -> Expr | None:
    """The matrix of a map that moves, adds or scales numbers; None for one of unknown kind."""
    match J:
        case One() | Cast() | Reshape():
            return Identity(math.prod(in_shape))
        case NegativeMap():
            return negated(Identity(math.prod(in_shape)))
        case Scale():
            if np.ndim(J.d):
                return None
            return product(Number(J.d), Identity(math.prod(in_shape)))
        case Broadcast():
            return broadcast_formula(J.in_shape, J.to_shape)
        case Sum():
            kept = tuple(1 if i in J.axes else n for i, n in enumerate(J.in_shape))
            return transposed(broadcast_formula(kept, J.in_shape))
        case Permute():
            if sorted(J.axes) == list(J.axes):
                return Identity(math.prod(in_shape))
            return Call("perm", tuple(Word(str(axis)) for axis in J.axes))
        case Gather():
            return Index(Identity(math.prod(J.in_shape)), index_text(J.index))
        case Scatter():
            selected = Identity(math.prod(J.out_shape()))
            return transposed(Index(selected, index_text(J.gather.index)))
        case Compose():
            return _composed(J, in_shape)
    return None


def _composed(J: Compose, in_shape: Shape) -> Expr | None:
    factors: list[Expr] = []
    shape = in_shape
    for m in reversed(J.maps):
        number = m.d if isinstance(m, Scale) and not np.ndim(m.d) else None
        formula = map_formula(m, shape) if number is None else Number(number)
        if formula is None:
            return None
        shape = m.out_shape(shape)
        factors.insert(0, formula)
    moving = [f for f in factors if not isinstance(f, Identity)]
    return product(*moving) if moving else factors[0]


def nonzeros(J: Any, in_shape: Shape, out_shape: Shape) -> int | None:
    """How many entries of the matrix may differ from zero by its structure; None if not known."""
    if isinstance(J, Zero):
        return 0
    if not isinstance(J, LinearMap) or isinstance(
        J, (One, NegativeMap, Scale, Select, Cast, Reshape, Permute, Broadcast, Gather)
    ):
        return math.prod(out_shape)
    if isinstance(J, (Sum, Scatter)):
        return math.prod(in_shape)
    if isinstance(J, (LeftMul, RightMul)):
        return J.flops(in_shape)
    if isinstance(J, Compose):
        counts = []
        shape = in_shape
        for m in reversed(J.maps):
            after = m.out_shape(shape)
            # Maps that keep the count of numbers, one to one, change no count of nonzeros.
            if not isinstance(m, (One, NegativeMap, Scale, Select, Cast, Reshape, Permute)):
                counts.append(nonzeros(m, shape, after))
            shape = after
        return math.prod(out_shape) if not counts else counts[0] if len(counts) == 1 else None
    return None
