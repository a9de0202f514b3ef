"""Primitives, and THE rule table: for each function one local Jacobian per array argument.

Both modes read the same rule: forward mode applies the map, reverse mode its transpose. A rule is
written in NumPy on values that may themselves be traced, so that derivatives nest to any order.

How to add a rule
-----------------

Element by element. One function per argument; it gets the arguments and then the output, and
returns the derivative as a number or array of the OUTPUT's shape (or a map such as `ONE`, or
`ZERO`). Broadcasting and mixed dtypes are handled for you::

    elementwise(np.exp, lambda _x, y: y)
    elementwise(np.multiply, lambda _a, b, _y: b, lambda a, _b, _y: a)

A parameter whose name begins with an underscore is not kept until the sweep, which saves its
memory. In an elementwise rule it is None; in the others it is a `Spec`, which still has `shape`,
`ndim`, `size` and `dtype`.

With keywords. `rule` takes functions that return a linear map (a bare array scales). Keywords are
parameters with defaults after the output; one that the rule does not name is refused by name, not
ignored (`out=None`, `dtype=None` and the like are no request). They may be given by position::

    rule(np.sum, lambda _x, _y, axis=None, keepdims=False: Sum(_x.shape, axis, keepdims))

A function of a list of arrays, or of any number of them: `each`. Its function gets the number k of
the argument, the tuple of all arguments, and the output. `sequence=True` says that they come as
one list; `bind` (below) can produce them from any other signature::

    rule(np.stack, each(lambda k, _xs, _y, axis=0: ...), sequence=True)

Many outputs. The map's tangents and cotangents are tuples, one place for each output, with None
for zero. If the outputs are independent, `Outputs(J_1, ..., J_n)` makes that map::

    rule(np.linalg.slogdet, lambda x, _y: Outputs(ZERO, ...))

An argument that has derivative zero (a condition, the divisor of floor_divide) is written `ZERO`
in place of a function; one that has none yet is `refused`, an error that names it.

Any other signature: `bind(*args, **kwargs) -> (operands, settings)` sorts a call's arguments into
the array operands and the keyword settings, and `evaluate(*operands, **settings)` computes.

A map that is nothing but its operands (a product) is better built at once than deferred: with
`eager=True`. Its function must hold on to no more of an underscored argument than its shape.

`constant(np.shape, ...)` lists functions whose result does not depend on the values smoothly; they
see plain arrays. `composite(np.cov, f)` differentiates through f, written in NumPy.

Users' own primitives use the same calls: any callable can be given to `rule`, which returns the
function to be called in its place (the callable itself if NumPy dispatches it).
"""

from __future__ import annotations

import functools
from collections.abc import Callable
from typing import Any

import numpy as np

from .deferred import Deferred, DeferredBroadcast, Spec
from .primitive import Bind, Primitive, each, refused
from .stand_in import one_operation

TABLE: dict[Any, Primitive] = {}
CONSTANT: set[Any] = set()
COMPOSITE: dict[Any, Callable[..., Any]] = {}


def rule(
    function: Any,
    *jacobians: Any,
    sequence: bool = False,
    eager: bool = False,
    bind: Bind | None = None,
    evaluate: Callable[..., Any] | None = None,
    name: str | None = None,
    nested: tuple[Any, ...] = (),
    casts: bool = False,
) -> Callable[..., Any]:
    """Enter the local Jacobians of a function into the table; see the module's docstring.

    Each of `jacobians` is f(x_1, ..., x_n, y, *, settings) -> LinearMap, or `ZERO`, or there is
    one `each(f)`. With `casts` the function has a dtype to which it casts its argument first;
    `nested` is as in `elementwise`. Returns the function to call: `function` itself if NumPy
    dispatches it, else a wrapper that looks for traced arguments.
    """
    if not jacobians:
        raise TypeError("our_engine.rule: give one local Jacobian for each array argument")
    primitive = Primitive(
        function,
        jacobians,
        sequence=sequence,
        eager=eager,
        bind=bind,
        evaluate=evaluate,
        name=name,
    )
    if casts:
        primitive.cast = np.astype
        primitive.accepts |= {"dtype"}
    if nested:
        primitive.nested = Primitive(function, nested, bind=bind, evaluate=evaluate, name=name)
    TABLE[function] = primitive
    return _callable(primitive)


def elementwise(
    function: Callable[..., Any],
    *factors: Any,
    nested: tuple[Callable[..., Any], ...] = (),
    bind: Bind | None = None,
) -> Callable[..., Any]:
    """Enter the partial derivatives of a function that acts element by element with broadcasting.

    Each of `factors` is f(x_1, ..., x_n, y) -> the partial derivative, of the output's shape. At a
    kink `nested` are those of the values which an inner derivative works on (see `rules.moduli`).
    `bind` sorts the calls that have another number of arguments.
    """
    primitive = Primitive(function, factors, elementwise=True, bind=bind)
    if nested:
        primitive.nested = Primitive(function, nested, elementwise=True)
    TABLE[function] = primitive
    return _callable(primitive)


def constant(*functions: Any) -> None:
    """List functions that see the plain arrays and return results that are not traced."""
    CONSTANT.update(functions)


def composite(function: Any, implementation: Callable[..., Any]) -> None:
    """Differentiate `function` by running `implementation`, written in NumPy, on tracers."""
    COMPOSITE[function] = implementation


def _callable(primitive: Primitive) -> Callable[..., Any]:
    function: Callable[..., Any] = primitive.function
    if isinstance(function, np.ufunc) or hasattr(function, "_implementation"):
        return function
    from .recording import call

    if not str(getattr(function, "__module__", "")).startswith("our_engine."):
        # What it does with an array is not known, and not to be taken apart.
        primitive.evaluate = one_operation(primitive.evaluate)

    @functools.wraps(function)
    def differentiable(*args: Any, **kwargs: Any) -> Any:
        return call(primitive, args, kwargs)

    TABLE[differentiable] = primitive
    return differentiable


__all__ = [
    "COMPOSITE",
    "CONSTANT",
    "TABLE",
    "Deferred",
    "DeferredBroadcast",
    "Primitive",
    "Spec",
    "composite",
    "constant",
    "each",
    "elementwise",
    "refused",
    "rule",
]
