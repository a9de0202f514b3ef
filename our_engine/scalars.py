"""Arithmetic on traced scalars, written out: what a program of many small steps spends its time on.

A scalar float64 is held as a Python float, and its partial derivatives go bare on the tape. Values
are NumPy's to the last bit, infinities and NaN included; only that an operator overflows, or that
its result is not defined, goes without NumPy's RuntimeWarning. What Python refuses with an
exception (a division by zero) takes the way of the rule table, which gives what NumPy gives.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

import numpy as np

from .node import INPUTS, Node

_new = object.__new__

SLOPES: dict[np.ufunc, Callable[[float, float], float]] = {
    np.sin: lambda x, _y: math.cos(x),
    np.cos: lambda x, _y: -math.sin(x),
    np.exp: lambda _x, y: y,
    np.log: lambda x, _y: 1.0 / x if x > 0.0 else math.log(x),  # raises: by the rule
    np.sqrt: lambda _x, y: 0.5 / y,
    np.tanh: lambda x, _y: math.cosh(x) ** -2,
    np.square: lambda x, _y: 2.0 * x,
    np.log1p: lambda x, _y: 1.0 / (1.0 + x) if x > -1.0 else math.log1p(x),
    np.expm1: lambda x, _y: math.exp(x),
}
"""The derivatives f(x, y) of functions of one scalar, by Python's float arithmetic."""


def of_one(x: Node, value: float, slope: float) -> Any:
    """A scalar that depends on x with the derivative `slope`."""
    tape = x.tape
    kind = type(x)
    y = _new(INPUTS.get(kind, kind))
    y.value = value
    y.tape = tape
    y.index = tape.place((x.index, slope))
    return y


def of_two(a: Node, slope_a: float, b: Node, slope_b: float, value: float) -> Any:
    """A scalar that depends on a and on b, of one tape."""
    tape = a.tape
    kind = type(a)
    y = _new(INPUTS.get(kind, kind))
    y.value = value
    y.tape = tape
    y.index = tape.place((a.index, slope_a, b.index, slope_b))
    return y


def by_slope(ufunc: np.ufunc, x: Node) -> Any:
    """A ufunc of a traced Python float, or None if it has to go by the rule table."""
    slope = SLOPES.get(ufunc)
    if slope is None:
        return None
    v = x.value
    value = float(ufunc(v))
    try:
        factor = slope(v, value)
    except (ValueError, ZeroDivisionError, OverflowError):
        return None
    return of_one(x, value, factor)
