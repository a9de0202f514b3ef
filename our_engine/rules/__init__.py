"""The rules, one module for each family; importing this package enters them into the table."""

from . import arrays, elementwise, linalg, smooth

__all__ = ["arrays", "elementwise", "linalg", "smooth"]
