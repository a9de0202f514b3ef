"""The rules, one module for each family; importing this package enters them into the table."""

from . import (
    cumulative,
    elementwise,
    extrema,
    indexing,
    linalg,
    products,
    reductions,
    shaping,
    smooth,
)

__all__ = [
    "cumulative",
    "elementwise",
    "extrema",
    "indexing",
    "linalg",
    "products",
    "reductions",
    "shaping",
    "smooth",
]
