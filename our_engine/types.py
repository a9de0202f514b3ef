"""Names for the values that flow through the engine.

A traced program handles arrays, NumPy scalars, Python floats and tracers of older levels by the
same operators. No static type covers these, so that they are `Any`, under a name that tells a
reader what is meant.
"""

from typing import Any, TypeAlias

Array: TypeAlias = Any
"""An array, a NumPy scalar, a Python float, or a tracer of an older level."""

Cotangent: TypeAlias = Any
"""An `Array`, a tuple of them (of a node with many outputs), `Masked`, or None for zero."""

Tree: TypeAlias = Any
"""An `Array`, or a tuple, list or dict of trees."""

Shape: TypeAlias = tuple[int, ...]
Settings: TypeAlias = dict[str, Any]


class DifferentiationError(TypeError):
    """The derivative cannot be had this way; the message names the way out."""
