"""Accumulating Jacobians: chains in the cheapest bracketing, sparse ones by colouring."""

from .bracketing import (
    Bracketing,
    Factor,
    dense,
    forward_bracketing,
    optimal_bracketing,
    reverse_bracketing,
)
from .sparse import SparseMatrix, sparse_hessian, sparse_jacobian

__all__ = [
    "Bracketing",
    "Factor",
    "SparseMatrix",
    "dense",
    "forward_bracketing",
    "optimal_bracketing",
    "reverse_bracketing",
    "sparse_hessian",
    "sparse_jacobian",
]
