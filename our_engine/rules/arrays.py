"""The rules of functions of whole arrays; importing this module enters them into the table."""

from . import cumulative, extrema, indexing, products, reductions, shaping, statistics

__all__ = ["cumulative", "extrema", "indexing", "products", "reductions", "shaping", "statistics"]
