"""The rules of functions of whole arrays; importing this module enters them into the table."""

from . import (
    construction,
    cumulative,
    extrema,
    indexing,
    joining,
    ordering,
    products,
    quantiles,
    reductions,
    repeating,
    selection,
    shaping,
    statistics,
)

__all__ = [
    "construction",
    "cumulative",
    "extrema",
    "indexing",
    "joining",
    "ordering",
    "products",
    "quantiles",
    "reductions",
    "repeating",
    "selection",
    "shaping",
    "statistics",
]
