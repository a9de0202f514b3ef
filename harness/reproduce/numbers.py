"""Arrays as Python text that gives back the same bits, and truths as a person reads them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

__all__ = ["Nested", "array_text", "nested", "told"]

Nested = np.ndarray | np.generic | Sequence["Nested"]
"""An array, or lists of arrays: how several results are shown together."""


def array_text(template: str, x: np.ndarray) -> str:
    """``x`` by a dialect's ``array``: nested lists whose floats round to the same bits again."""
    values = _list(x) if x.size else "[]"
    made = template.format(values=values, dtype=x.dtype.name)
    return made if x.size else f"{made}.reshape({x.shape})"


def nested(results: Nested) -> Any:
    """``results`` as lists of Python numbers, as ``tolist`` gives them."""
    if isinstance(results, np.ndarray | np.generic):
        return results.tolist()
    return [nested(r) for r in results]


def told(results: Nested, digits: int = 17) -> str:
    """``results`` as nested lists in ``digits`` significant digits, for a comment."""
    if isinstance(results, np.ndarray | np.generic):
        return _list(np.asarray(results), digits)
    return f"[{', '.join(told(r, digits) for r in results)}]"


def _list(x: np.ndarray, digits: int | None = None) -> str:
    if x.ndim:
        return f"[{', '.join(_list(np.asarray(row), digits) for row in x)}]"
    if x.dtype.kind != "f":
        return repr(x.item())
    number = float(x)
    if not np.isfinite(number):
        return f"float('{number}')" if digits is None else str(number)
    return _shortest(x) if digits is None else f"{number:.{digits}g}"


def _shortest(x: np.ndarray) -> str:
    """As few digits as give the number back through float64, whatever its own precision."""
    short = str(x[()])
    return short if x.dtype.type(float(short)) == x else repr(float(x))
