"""The rules, one module for each family; importing this package enters them into the table."""

from . import arrays, elementwise, fft, linalg, matrices, smooth

__all__ = ["arrays", "elementwise", "fft", "linalg", "matrices", "smooth"]
