"""What stands for a plain value while a program is recorded to be compiled."""

from __future__ import annotations

import functools
from collections.abc import Callable
from typing import Any

import numpy as np


class StandIn:
    """An array or scalar whose operations are written down; `compilation.staged` has its kind.

    To the engine it is a plain value, not a tracer: `isinstance(x, np.ndarray)` is True of one
    that stands for an array. `type(x)` is not that of an array, and what NumPy reads in C it does
    not give away: code that needs an array in C or writes into one goes `through` it.
    """

    __slots__ = ()
    shape: Any
    dtype: Any
    astype: Any

    @property
    def weak(self) -> bool:
        """Whether it stands for a Python float, which yields to the dtypes of others."""
        raise NotImplementedError

    def __array__(self, dtype: Any = None, copy: Any = None) -> Any:
        """A plain copy, of which the recording then is."""
        raise NotImplementedError

    def operand(self) -> Any:
        """As the value of an input on a tape: of an array of no axes the scalar in it."""
        raise NotImplementedError

    def anew(self) -> Any:
        """The same value for a part of the program that is run again.

        What is computed from it is computed again, where else equal operations are done once.
        """
        raise NotImplementedError

    def as_derivative(self, dtype: np.dtype[Any], is_array: bool) -> Any:
        """In the dtype of an input, and an array or a scalar as that is."""
        raise NotImplementedError

    def through(self, function: Callable[..., Any], *args: Any, **kwargs: Any) -> Any:
        """The result of a function of arrays, written down as one operation.

        It must depend on nothing else, and neither change nor keep its arguments.
        """
        raise NotImplementedError


def one_operation(function: Callable[..., Any]) -> Callable[..., Any]:
    """`function`, written down as one operation where an argument is a stand-in.

    For what works in C, writes into arrays of its own, or goes on for long.
    """

    @functools.wraps(function)
    def call(*args: Any, **kwargs: Any) -> Any:
        stood = stand_in(*args, *kwargs.values())
        if stood is None:
            return function(*args, **kwargs)
        return stood.through(of_numpy, *args, **kwargs)

    @functools.wraps(function)
    def of_numpy(*args: Any, **kwargs: Any) -> Any:
        y = function(*args, **kwargs)
        return np.asarray(y)[()] if isinstance(y, (float, complex, int)) else y

    return call


def stand_in(*args: Any) -> StandIn | None:
    """The first stand-in among the arguments and in tuples among them."""
    for x in args:
        found = stand_in(*x) if type(x) is tuple else x
        if isinstance(found, StandIn):
            return found
    return None


def as_array(x: Any, dtype: Any = None) -> Any:
    """np.asarray, of a stand-in too."""
    if isinstance(x, StandIn):
        kept: Any = x
        return kept if dtype is None or kept.dtype == dtype else kept.astype(dtype)
    return np.asarray(x, dtype)
