"""When two calls compute the same, so that the trace has one row for both."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np

from .noting import Noted, Ref


def call_key(noted: Noted | None, row_of: Mapping[int, int]) -> Any:
    """What two calls share that compute the same; None for one that is not compared."""
    if noted is None:
        return None
    operands = tuple(
        ("row", row_of[e.index]) if isinstance(e, Ref) else (type(v), e)
        for e, v in zip(noted.operands, noted.values, strict=True)
    )
    try:
        key = id(noted.primitive), operands, _hashable(noted.settings)
        hash(key)
    except TypeError:
        return None
    return key


def _hashable(setting: Any) -> Any:
    if isinstance(setting, dict):
        return tuple((name, _hashable(setting[name])) for name in sorted(setting))
    if isinstance(setting, (tuple, list)):
        return (type(setting).__name__, *(_hashable(s) for s in setting))
    if isinstance(setting, slice):
        return ("slice", setting.start, setting.stop, setting.step)
    if isinstance(setting, np.ndarray):
        return setting.shape, setting.dtype.str, setting.tobytes()
    return type(setting), setting


def same_value(a: Any, b: Any) -> bool:
    """Whether two values, or tuples of them, are the same bit by bit."""
    if isinstance(a, tuple):
        return all(same_value(x, y) for x, y in zip(a, b, strict=True))
    return np.asarray(a).tobytes() == np.asarray(b).tobytes()
