"""The local Jacobian of one node by one parent: as a formula, as a number, and as its two uses."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any

import numpy as np

from our_engine.linear_maps import LinearMap, One, Scale
from our_engine.primitives import Primitive
from our_engine.types import Array, Settings, Shape

from .algebra import added, product, transposed, with_accent
from .expressions import Call, Diagonal, Equation, Expr, Identity, Number, Partial, Transpose, Word
from .structure import broadcast_formula, map_formula, matmul_formulas, nonzeros
from .symbols import factor


@dataclass(frozen=True)
class LocalJacobian:
    """∂x_k/∂x_l.

    `partial` is that symbol itself, `symbol` what it is. `maps` are added; there is one for each
    time that x_l is an operand of x_k. `shape` is (n_k, n_l), `nonzeros` counts the entries that
    are not zero by structure (None: not known), `number` is the value if x_k and x_l have one
    element each. `push` and `pull` are its terms in the equations of ẋ_k and of x̄_l.
    """

    parent: int
    child: int
    partial: Expr
    symbol: Expr
    push: Expr
    pull: Expr
    maps: tuple[Any, ...]
    shape: tuple[int, int]
    nonzeros: int | None
    number: Any
    in_shape: Shape

    def equation(self) -> Equation:
        """∂x_3/∂x_1 = 1/x_1 = 0.5; of arrays the structure, shape and count of nonzeros."""
        sides = [self.partial]
        if self.symbol != self.partial:
            sides.append(self.symbol)
        if self.number is None:
            rows, columns = self.shape
            some = "" if self.nonzeros is None else f", {self.nonzeros} nonzeros"
            some = some.removesuffix("s") if self.nonzeros == 1 else some
            return Equation(tuple(sides), f"shape ({rows}, {columns}){some}; never formed")
        if not isinstance(self.symbol, Number):
            sides.append(Number(self.number))
        return Equation(tuple(sides))

    def matrix(self) -> Array:
        """The matrix, formed, of shape (n_k, n_l), flattened by rows."""
        total = np.zeros(self.shape)
        for J in self.maps:
            if isinstance(J, LinearMap):
                columns = J.matrix(self.in_shape)
                total = total + np.reshape(columns, self.shape)
            else:
                total = total + np.diag(np.broadcast_to(J, self.in_shape).reshape(-1))
        return total


@dataclass(frozen=True)
class Operands:
    """A call by the names, values and settings that its local Jacobians are written with."""

    primitive: Primitive
    formulas: tuple[Expr, ...]
    values: tuple[Any, ...]
    settings: Settings
    name: Expr
    value: Any


def local_jacobian(
    call: Operands | None,
    parent: int,
    child: int,
    positions: list[int],
    maps: list[Any],
    x_name: Expr,
    x_value: Any,
    y_name: Expr,
    y_value: Any,
) -> LocalJacobian:
    """Write ∂y/∂x of a call in which x stands at `positions`, with one map for each."""
    tuples = isinstance(x_value, tuple) or isinstance(y_value, tuple)
    x_shape, y_shape = _shape(x_value), _shape(y_value)
    scalar = not tuples and _size(x_value) == _size(y_value) == 1
    forms = None if call is None or tuples else _forms(call, positions, maps, x_name)
    if forms is None:
        unknown = Partial(y_name, x_name)
        x_dot, y_bar = with_accent(x_name, "dot"), with_accent(y_name, "bar")
        backward = product(y_bar, unknown) if scalar else product(Transpose(unknown), y_bar)
        forms = unknown, product(unknown, x_dot), backward
        structure = None if tuples else _of_maps(maps, x_shape)
        if structure is not None:
            backward = product(transposed(structure), y_bar)
            if isinstance(structure, Identity):
                backward = _moved(y_bar, x_shape, y_shape)
                structure = Number(1) if scalar else structure
            forms = structure, product(structure, x_dot), backward
    symbol, push, pull = forms
    counts = [None if tuples else nonzeros(J, x_shape, y_shape) for J in maps]
    known = [n for n in counts if n is not None]
    return LocalJacobian(
        parent,
        child,
        Partial(y_name, x_name),
        symbol,
        push,
        pull,
        tuple(maps),
        (_size(y_value), _size(x_value)),
        max(known) if known and len(known) == len(counts) else None,
        _number(maps, x_value) if scalar else None,
        x_shape,
    )


def _forms(
    call: Operands, positions: list[int], maps: list[Any], x_name: Expr
) -> tuple[Expr, Expr, Expr] | None:
    """The symbol, the term of ẏ and the term of x̄, for the primitives that are known by name."""
    function = call.primitive.function
    x_dot, y_bar = with_accent(x_name, "dot"), with_accent(call.name, "bar")
    if function is np.matmul:
        return _matmul(call, positions, x_dot, y_bar)
    if not call.primitive.elementwise or call.settings:
        return None
    factors = [factor(function, i, call.formulas, call.values, call.name) for i in positions]
    if any(f is None for f in factors):
        return None
    f = added([f for f in factors if f is not None])
    x_shape, y_shape = _shape(call.values[positions[0]]), _shape(call.value)
    if math.prod(x_shape) == math.prod(y_shape) == 1:
        return f, product(f, x_dot), product(y_bar, f)
    uniform = isinstance(f, Number) or all(np.ndim(_bare(J)) == 0 for J in maps)
    sign = "" if uniform else "⊙"
    size = math.prod(y_shape)
    diagonal = product(f, Identity(size)) if uniform else Diagonal(_spread(f, maps, y_shape))
    push, pull = product(f, x_dot, sign=sign), product(y_bar, f, sign=sign)
    if x_shape == y_shape:
        return diagonal, push, pull
    spread = broadcast_formula(x_shape, y_shape)
    symbol = product(f, spread) if uniform else product(diagonal, spread)
    return symbol, push, _summed(pull, x_shape, y_shape)


def _matmul(
    call: Operands, positions: list[int], x_dot: Expr, y_bar: Expr
) -> tuple[Expr, Expr, Expr] | None:
    """(I ⊗ bᵀ, ȧ b, ȳ bᵀ) and (a ⊗ I, a ḃ, aᵀ ȳ); a vector is a row on the left, else a column."""
    a, b = call.formulas
    a_shape, b_shape = (_shape(v) for v in call.values)
    jacobians = matmul_formulas(a, b, a_shape, b_shape)
    if jacobians is None:
        return None
    row, column = len(a_shape) == 1, len(b_shape) == 1
    pushes = (
        product(transposed(x_dot) if row else x_dot, b),
        product(transposed(a) if row else a, x_dot),
    )
    by_a = product(b, y_bar) if row else product(y_bar, transposed(b))
    by_b = product(a, transposed(y_bar)) if row and not column else product(transposed(a), y_bar)
    if row and column:
        by_a, by_b = product(y_bar, b), product(y_bar, a)
    pulls = (by_a, by_b)
    return (
        added([jacobians[i] for i in positions]),
        added([pushes[i] for i in positions]),
        added([pulls[i] for i in positions]),
    )


def _spread(f: Expr, maps: list[Any], y_shape: Shape) -> Expr:
    """A factor that is itself broadcast to the output, as all of its elements."""
    shape = np.broadcast_shapes(*(np.shape(_bare(J)) for J in maps))
    return f if shape == y_shape else product(broadcast_formula(shape, y_shape), f)


def _summed(pull: Expr, x_shape: Shape, y_shape: Shape) -> Expr:
    """The sum of a cotangent over the axes along which x was repeated."""
    if not x_shape:
        return Call("sum", (pull,))
    lead = len(y_shape) - len(x_shape)
    axes = [
        axis
        for axis in range(len(y_shape))
        if axis < lead or (x_shape[axis - lead] == 1 and y_shape[axis] != 1)
    ]
    return Call("sum", (pull,), (("axis", str(axes[0] if len(axes) == 1 else tuple(axes))),))


def _moved(y_bar: Expr, x_shape: Shape, y_shape: Shape) -> Expr:
    """The same numbers in the shape of x."""
    return y_bar if x_shape == y_shape else Call("reshape", (y_bar, Word(str(x_shape))))


def _of_maps(maps: list[Any], x_shape: Shape) -> Expr | None:
    formulas = [map_formula(J, x_shape) if isinstance(J, LinearMap) else None for J in maps]
    return None if any(f is None for f in formulas) else added([f for f in formulas if f])


def _bare(J: Any) -> Any:
    """The factor of an elementwise map, without the broadcast or the cast that come before it."""
    if isinstance(J, LinearMap):
        first = J.maps[0] if hasattr(J, "maps") else J
        return first.d if hasattr(first, "d") else getattr(first, "mask", 1.0)
    return J


def _number(maps: list[Any], x: Any) -> Any:
    """The one entry of the matrix; None for a map of complex numbers that is not one's product."""
    total: Any = 0.0
    for J in maps:
        if isinstance(J, LinearMap) and np.iscomplexobj(x) and not isinstance(J, (One, Scale)):
            return None
        term = J.apply(np.ones(np.shape(x))) if isinstance(J, LinearMap) else J
        total = total + (0.0 if term is None else np.reshape(term, ()))
    return np.asarray(total)[()]


def _shape(value: Any) -> Shape:
    return () if isinstance(value, tuple) else np.shape(value)


def _size(value: Any) -> int:
    if isinstance(value, tuple):
        return sum(_size(v) for v in value)
    return int(np.size(value))
