"""Rules of convolution and correlation of sequences."""

from __future__ import annotations

import numpy as np

from our_engine.linear_maps import LinearMap, Operator
from our_engine.primitives import Spec, rule
from our_engine.types import Array

from .arguments import cast


def _cut(n: int, m: int, mode: str, inverted: bool) -> tuple[int, int]:
    """Where the result lies in the full convolution of lengths n and m: start and length.

    For "same" and an even shorter length the middle is not unique; NumPy's correlate takes the
    other one if the first sequence is the shorter.
    """
    short, long = min(n, m), max(n, m)
    if mode == "full":
        return 0, n + m - 1
    if mode == "valid":
        return short - 1, long - short + 1
    return short // 2 if inverted else (short - 1) // 2, long


def _full(u: Array, start: int, length: int) -> Array:
    """The cotangent of the full convolution, zero where nothing was taken."""
    before = np.zeros(start, u.dtype)
    after = np.zeros(length - start - len(u), u.dtype)
    return np.concatenate([before, u, after])


def _by_a(_a: Spec, v: Array, _y: Spec, mode: str = "full") -> LinearMap:
    return _with_kernel(_a, v, _y, mode, False)


def _by_v(a: Array, _v: Spec, _y: Spec, mode: str = "full") -> LinearMap:
    return _with_kernel(_v, a, _y, mode, False)


def _with_kernel(x: Spec, kernel: Array, y: Spec, mode: str, inverted: bool) -> LinearMap:
    """The convolution of x with a kernel; its transpose is one with the kernel turned."""
    n, m = x.size, kernel.size
    start, length = _cut(n, m, mode, inverted)

    def push(v: Array) -> Array:
        return np.convolve(v, kernel, "full")[start : start + length] + 0.0

    def pull(u: Array) -> Array:
        return np.convolve(_full(u, start, n + m - 1), kernel[::-1], "valid")

    return Operator(push, pull, x.shape, n * m) @ cast(x, y)


def _correlate_a(_a: Spec, v: Array, _y: Spec, mode: str = "valid") -> LinearMap:
    """It is the convolution with conj(v) turned."""
    return _with_kernel(_a, np.conj(v)[::-1], _y, mode, _a.size < v.size)


def _correlate_v(a: Array, _v: Spec, _y: Spec, mode: str = "valid") -> LinearMap:
    J = _with_kernel(_v, a, _y, mode, a.size < _v.size)

    def push(v: Array) -> Array:
        return J.apply(np.conj(v)[::-1])

    def pull(u: Array) -> Array:
        return np.conj(J.pull(u))[::-1] + 0.0

    return Operator(push, pull, _v.shape, a.size * _v.size)


rule(np.convolve, _by_a, _by_v)
rule(np.correlate, _correlate_a, _correlate_v)
