"""The rules of functions of whole arrays; importing this module enters them into the table."""

from . import (
    cumulative,
    extrema,
    indexing,
    ordering,
    products,
    quantiles,
    reductions,
    selection,
    shaping,
    statistics,
)

__all__ = [
    "cumulative",
    "extrema",
    "indexing",
    "ordering",
    "products",
    "quantiles",
    "reductions",
    "selection",
    "shaping",
    "statistics",
]
