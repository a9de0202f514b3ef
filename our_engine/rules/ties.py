"""Second derivatives where a first derivative is not one: equal eigenvalues, norms of zero.

An eigenvalue that meets another, a singular value that meets another or zero, and a norm at the
origin have no derivative of their own, but symmetric functions of eigenvalues and powers of norms
do, of every order. In their gradient stands a divided difference of the cotangent u of the value
y, (u_i - u_j) / (y_i - y_j) or u / y, which at a tie is 0 / 0, and whose limit is the derivative of
u by y. When a gradient is differentiated again, u and y are traced, and the tape between them says
what that derivative is: `response` asks it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import numpy as np

from our_engine.deferred import Deferred
from our_engine.forward import ForwardTape, push_forward
from our_engine.linear_maps import LinearMap, Masked, Pick, plain
from our_engine.linear_maps.diagonal import real_dtype
from our_engine.node import Node, raw
from our_engine.primitives import rule
from our_engine.stand_in import as_array
from our_engine.tape import Tape
from our_engine.types import Array, Cotangent, Shape

from . import elementwise

Probe = Callable[[Array], Array]


def at_zero(values: Array) -> Array:
    """The probe of norms: 1 where they are zero."""
    return as_array(values == 0, float)


# The rules of such values: which output of theirs it is (None: there is one only), and how it is
# moved to see what depends on it.
KINKED: dict[Callable[..., Any], tuple[int | None, Probe]] = dict.fromkeys(
    (
        elementwise.absolute,
        elementwise.branch,
        elementwise.hypot_first,
        elementwise.hypot_second,
        elementwise.nested_hypot_first,
        elementwise.nested_hypot_second,
    ),
    (None, at_zero),
)

Response = tuple[Array, Array]


def response(y: Array, u: Array, probe_of: Probe) -> Response | None:
    """(du, dy): how the cotangent u moves as the traced value y moves; None if it does not.

    On a written tape y is moved along `probe_of(y)`; otherwise it moves as it does. du is NaN if
    it cannot be told: if u also depends on another such value at a tie of its own, of an operand
    that is not known to be the same.
    """
    if not isinstance(y, Node):
        return None
    tape = y.tape
    while isinstance(u, Node) and u.tape.level > tape.level:
        u = u.value
    if not isinstance(u, Node) or u.tape is not tape:
        return None
    if isinstance(tape, ForwardTape):
        if u.index is None or y.index is None:
            return None
        return as_array(raw(u.index)), as_array(raw(y.index))
    total = np.zeros(np.shape(raw(u)))
    own_probe = probe_of(raw(y))
    for node, operands, values, probe in _kinked(tape, u.index):
        if not probe.any():
            continue
        moved = push_forward(tape, [None] * node + [_unboxed(probe)], False)[u.index]
        if moved is None:
            continue
        if operands == _operands(tape, y.index) and np.array_equal(raw(values), raw(y)):
            total = total + raw(moved)
        elif np.any(raw(moved) != 0):
            return np.full(np.shape(raw(u)), np.nan), own_probe
    return total, own_probe


def _kinked(tape: Tape, until: int) -> Iterator[tuple[int, Any, Any, Array]]:
    """(node, operands, values, probe) of all such values on the tape before node `until`."""
    for k in range(until):
        entry = tape[k]
        if len(entry) < 2 or not isinstance(entry[1], Deferred):
            continue
        found = KINKED.get(entry[1].jacobian)
        if found is None:
            continue
        output, probe_of = found
        values = entry[1].args[-1]
        if output is None:
            yield k, entry[::2], values, probe_of(raw(values))
        else:
            for m in range(k + 1, until):
                if tape[m][:1] == (k,) and isinstance(tape[m][1], Pick) and tape[m][1].i == output:
                    yield m, entry[::2], values[output], probe_of(raw(values[output]))
                    break


def _operands(tape: Tape, k: int) -> Any:
    """The nodes that the value k was computed from."""
    entry = tape[k]
    return (tape[entry[0]] if isinstance(entry[1], Pick) else entry)[::2]


def _unboxed(probe: Array) -> Any:
    return float(probe) if np.ndim(probe) == 0 else probe


def clusters(w: Array, tolerance: float) -> Array:
    """For sorted values (..., n) a label for each: neighbours nearer than `tolerance` share it.

    The tolerance is relative to the largest magnitude of each row.
    """
    scale = np.max(np.abs(w), axis=-1, keepdims=True, initial=0)
    apart = np.abs(np.diff(w, axis=-1)) > tolerance * scale
    first = np.zeros((*w.shape[:-1], min(1, w.shape[-1])), int)
    return np.concatenate((first, np.cumsum(apart, axis=-1)), axis=-1)


def rounding(w: Array) -> float:
    """The relative distance below which two computed eigenvalues are the same."""
    return float(max(w.shape[-1], 1) * np.finfo(w.dtype).eps)


def nearness(w: Array) -> float:
    """The one below which the limit is more accurate than the quotient, whose error is eps/gap."""
    return max(rounding(w), float(np.finfo(w.dtype).eps ** 0.5))


def infinitesimal(dtype: np.dtype[Any]) -> Any:
    """A number that is lost in every sum but not in a ratio: a zero with a memory."""
    return dtype.type(2.0) ** (np.finfo(dtype).minexp // 2)


def together(labels: Array) -> Array:
    """True at (..., i, j) where i and j have the same label."""
    return as_array(labels[..., :, None] == labels[..., None, :])


def tied(labels: Array) -> Array:
    """The same without the diagonal."""
    return together(labels) & ~np.eye(labels.shape[-1], dtype=bool)


def distinct_probe(labels: Array) -> Array:
    """1, 2, 3, ... in each cluster of two or more, and 0 elsewhere."""
    same = together(labels)
    rank = np.sum(np.tril(same), axis=-1)
    return np.where(same.sum(axis=-1) > 1, rank, 0).astype(float)


def slopes(y: Array, u: Array, moved: Response | None, labels: Array, even: Any = False) -> Array:
    """d(u_i - u_j) / d(y_i - y_j) for the pairs of a cluster, (..., n, n); 0 elsewhere.

    Within a cluster a symmetric function's Hessian is a I + b 1 1^T, and a is asked for. In the
    clusters of the boolean array `even` the function is even in each y_i, and b is 0. NaN if the
    Hessian is not of that form, by more than its rounding.
    """
    same = together(labels)
    if moved is None:
        return np.zeros(same.shape)
    du, dy = (np.broadcast_to(m, labels.shape).astype(float) for m in moved)
    size = same.sum(axis=-1)
    du = du - np.where(even, 0.0, _over(same, du) / size)
    dy = dy - np.where(even, 0.0, _over(same, dy) / size)
    square = _over(same, dy * dy)
    a = _quotient(_over(same, du * dy), square)
    misfit = np.sqrt(_over(same, (du - a * dy) ** 2))
    allowed = 1e-3 * np.sqrt(_over(same, du * du)) + 1e-6 * _typical(y, u) * np.sqrt(square)
    return np.where(same, np.where(misfit > allowed, np.nan, a)[..., :, None], 0.0)


def _typical(y: Array, u: Array) -> Array:
    """The size of a slope of u by y: |u| / |y|, over each row."""
    rise = np.max(np.abs(raw(u)), axis=-1, keepdims=True, initial=0).astype(float)
    run = np.max(np.abs(raw(y)), axis=-1, keepdims=True, initial=0)
    return _quotient(rise, run)


def _quotient(a: Array, b: Array) -> Array:
    """a / b for b >= 0, and 0 where b is 0."""
    return np.where(b > 0, a / np.where(b > 0, b, 1), 0.0)


def _over(same: Array, v: Array) -> Array:
    """The sum of v over each element's cluster."""
    return np.matmul(same.astype(float), v[..., None])[..., 0]


class Unknown(LinearMap):
    """A map of which only the zeros are known: NaN for the outputs of a boolean mask, else 0."""

    __slots__ = ("in_shape", "mask")
    takes_masked = True

    def __init__(self, in_shape: Shape, mask: Array) -> None:
        """From arrays of `in_shape` to arrays of the mask's shape."""
        self.in_shape = in_shape
        self.mask = mask

    def apply(self, v: Array) -> Array:
        """NaN where the mask is True, whatever v."""
        return np.where(self.mask, np.nan, 0.0).astype(real_dtype(v.dtype))

    def pull(self, u: Cotangent) -> Cotangent:
        """NaN, unless u is zero by structure wherever the mask is True."""
        asked = self.mask & u.mask if type(u) is Masked else self.mask
        value = np.nan if np.any(asked) else 0.0
        return np.full(self.in_shape, value, plain(u).dtype)


def _unknown(x: Array, mask: Any = None) -> Array:
    """Zeros of the shape of the mask, whose derivative by x is not known where it is True."""
    return np.zeros(np.shape(mask), real_dtype(x.dtype))


unknown = rule(_unknown, lambda _x, _y, mask=None: Unknown(_x.shape, mask), name="a tie")
