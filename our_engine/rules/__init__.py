"""The rules, one module for each family; importing this package enters them into the table."""

from . import elementwise, indexing, linalg, reductions, shaping, smooth

__all__ = ["elementwise", "indexing", "linalg", "reductions", "shaping", "smooth"]
