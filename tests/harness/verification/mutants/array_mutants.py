"""Rules of shaping, indexing and transforms with the mistakes that are made in them."""

from __future__ import annotations

import numpy as np

from harness.contract import Operator, VerdictKind
from our_engine.linear_maps import ZERO
from our_engine.linear_maps import Operator as Map

from .engine import entered
from .mutant import with_rule

__all__ = ["MUTANTS"]

Op, Kind = Operator, VerdictKind


def _take(x, i, /, *, axis=None):
    return np.take(x, i, axis=axis)


def _take_next_map(x, i, y, axis=None):
    """Each index is one too large."""
    n = x.shape[axis]
    one = np.eye(n)[(i + 1) % n]
    return Map(
        lambda v: np.moveaxis(np.tensordot(v, one, axes=(axis, 1)), -1, axis),
        lambda u: np.moveaxis(np.tensordot(u, one, axes=(axis, 0)), -1, axis),
    )


def _take_last_map(x, i, y):
    """Of elements that are taken twice the last cotangent stays, the others are overwritten."""

    def pull(u):
        put = np.zeros(x.shape, x.dtype)
        put[i] = u
        return put

    return Map(lambda v: v[i], pull)


def _sort(x, /):
    return np.sort(x)


def _sort_map(x, y):
    """The permutation where its inverse belongs."""
    order = np.argsort(x, axis=-1)
    return Map(
        lambda v: np.take_along_axis(v, order, axis=-1),
        lambda u: np.take_along_axis(u, order, axis=-1),
    )


def _repeat(x, count, /):
    return np.repeat(x, count)


def _repeat_map(x, count, y):
    """Of the copies only the first counts."""
    shape = x.shape
    return Map(lambda v: np.repeat(v, 2), lambda u: u[::2].reshape(shape))


def _roll(x, shift, /):
    return np.roll(x, shift)


def _roll_map(x, shift, y):
    """The pullback shifts on, not back."""
    return Map(lambda v: np.roll(v, 2), lambda u: np.roll(u, 2))


def _tril(x, /, *, k=0):
    return np.tril(x, k=k)


def _tril_map(x, y, k=0):
    return Map(np.tril, np.tril)


def _flip(x, /):
    return np.flip(x)


def _flip_map(x, y):
    return Map(np.flip, lambda u: u.copy())


def _permute(x, axes, /):
    return np.permute_dims(x, axes)


def _permute_map(x, axes, y):
    """The pullback permutes by the same axes again, which fits a cube only."""
    shape = x.shape
    return Map(
        lambda v: np.permute_dims(v, (2, 0, 1)),
        lambda u: np.permute_dims(u, (2, 0, 1)).reshape(shape),
    )


def _broadcast(x, shape, /):
    return np.broadcast_to(x, shape)


def _broadcast_map(x, shape, y):
    """The mean over the new axis, not the sum."""
    return Map(lambda v: np.broadcast_to(v, (2, 2, 3)) + 0.0, lambda u: np.mean(u, axis=0))


def _ifft(x, /):
    return np.fft.ifft(x)


def _ifft_map(x, y):
    """Without 1/n on the way back."""
    return Map(np.fft.ifft, lambda u: np.conj(np.fft.ifft(np.conj(u))) * x.shape[-1])


def _irfft(x, /, *, n=None):
    return np.fft.irfft(x, n=n)


def _irfft_map(x, y, n=None):
    """As of even length: the last frequency counts once, where its conjugate counts too."""
    count = y.shape[-1]

    def pull(u):
        weights = np.full(x.shape[-1], 2.0 / count)
        weights[0] = weights[-1] = 1.0 / count
        return np.fft.rfft(u) * weights

    return Map(lambda v: np.fft.irfft(v, n=n), pull)


MUTANTS = (
    with_rule(
        "index-off-by-one",
        "the element after the one that was taken",
        "take",
        entered(_take, _take_next_map, ZERO),
        "array_api.take/axis=1",
        Op.JVP,
    ),
    with_rule(
        "scatter-overwrites",
        "elements that are taken twice: cotangents overwrite each other",
        "take",
        entered(lambda x, i, /: np.take(x, i), _take_last_map, ZERO),
        "array_api.take",
        Op.VJP,
    ),
    with_rule(
        "sort-permutes-again",
        "the pullback takes the permutation, not its inverse",
        "sort",
        entered(_sort, _sort_map),
        "array_api.sort",
        Op.VJP,
    ),
    with_rule(
        "repeat-keeps-one-copy",
        "the cotangents of the copies are not summed",
        "repeat",
        entered(_repeat, _repeat_map, ZERO),
        "array_api.repeat",
        Op.JACOBIAN_REVERSE,
    ),
    with_rule(
        "roll-on",
        "the pullback shifts in the same direction",
        "roll",
        entered(_roll, _roll_map, ZERO),
        "array_api.roll",
        Op.VJP,
    ),
    with_rule(
        "tril-ignores-its-diagonal",
        "k is taken for 0",
        "tril",
        entered(_tril, _tril_map),
        "array_api.tril/k=1",
    ),
    with_rule(
        "flip-not-flipped-back",
        "the cotangent keeps its order",
        "flip",
        entered(_flip, _flip_map),
        "array_api.flip",
        Op.VJP,
    ),
    with_rule(
        "axes-permuted-again",
        "the pullback permutes the axes forward, not back",
        "permute_dims",
        entered(_permute, _permute_map, ZERO),
        "array_api.permute_dims/axes=(2,0,1)",
        Op.VJP,
    ),
    with_rule(
        "broadcast-averages",
        "the cotangents of a broadcast array are averaged, not summed",
        "broadcast_to",
        entered(_broadcast, _broadcast_map, ZERO),
        "array_api.broadcast_to",
    ),
    with_rule(
        "ifft-without-its-scale",
        "the pullback of the inverse transform lacks 1/n",
        "fft.ifft",
        entered(_ifft, _ifft_map),
        "fft.ifft",
        Op.VJP,
    ),
    with_rule(
        "irfft-of-odd-length",
        "the last frequency is taken for the one that is its own conjugate",
        "fft.irfft",
        entered(_irfft, _irfft_map),
        "fft.irfft/n=5,odd",
        Op.VJP,
    ),
)
