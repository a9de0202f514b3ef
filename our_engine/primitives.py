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

`constant(np.shape, ...)` lists functions whose result does not depend on the values smoothly; they
see plain arrays. `composite(np.cov, f)` differentiates through f, written in NumPy.

Users' own primitives use the same calls: any callable can be given to `rule`, which returns the
function to be called in its place (the callable itself if NumPy dispatches it).
"""

from __future__ import annotations

import functools
import inspect
from collections.abc import Callable
from typing import Any

import numpy as np

from .linear_maps import ONE, ZERO, Broadcast, Cast, LinearMap, Scale, Zero
from .types import Array, DifferentiationError, Settings, Shape

Bind = Callable[..., tuple[tuple[Any, ...], Settings]]
TABLE: dict[Any, Primitive] = {}
CONSTANT: set[Any] = set()
COMPOSITE: dict[Any, Callable[..., Any]] = {}

_DEFAULTS: dict[str, tuple[Any, ...]] = {
    "out": (None, (None,)),
    "dtype": (None,),
    "where": (True, np._NoValue),
    "casting": ("same_kind",),
    "order": ("K", None),
    "subok": (True,),
    "optimize": (False, True, "greedy", "optimal"),
    "initial": (np._NoValue,),
    "keepdims": (np._NoValue,),
    "like": (None,),
    "copy": (None, True),
}


def refused(*_: Any, **__: Any) -> LinearMap:
    """Stand in a rule for an argument whose derivative is not known; `record` raises."""
    raise DifferentiationError("this argument has no derivative rule")


class Spec:
    """What is left of an argument that a rule does not keep: shape and dtype."""

    __slots__ = ("dtype", "shape")

    def __init__(self, x: Array) -> None:
        """The shape and dtype of x."""
        self.shape: Shape = np.shape(x) if type(x) is float else x.shape
        self.dtype: np.dtype[Any] = np.result_type(x) if type(x) is float else x.dtype

    @property
    def ndim(self) -> int:
        """The number of axes."""
        return len(self.shape)

    @property
    def size(self) -> int:
        """The number of elements."""
        return int(np.prod(self.shape, dtype=int))


class each:  # noqa: N801 - reads as a word in a rule
    """The local Jacobian of a primitive of many like arguments: f(k, operands, y, **settings)."""

    __slots__ = ("jacobian",)

    def __init__(self, jacobian: Callable[..., Any]) -> None:
        """Hold f."""
        self.jacobian = jacobian


class Primitive:
    """A function with its local Jacobians.

    `jacobians` has one callable, or `ZERO`, per operand, or is a single `each`. `keeps` says
    which of (operands..., output) each of them reads.
    """

    __slots__ = (
        "_bind",
        "_names",
        "accepts",
        "elementwise",
        "evaluate",
        "function",
        "jacobians",
        "keeps",
        "name",
        "sequence",
        "variadic",
    )

    def __init__(
        self,
        function: Any,
        jacobians: tuple[Any, ...],
        *,
        elementwise: bool = False,
        sequence: bool = False,
        bind: Bind | None = None,
        evaluate: Callable[..., Any] | None = None,
        name: str | None = None,
    ) -> None:
        """See `rule`."""
        self.function = function
        self.name = name or getattr(function, "__name__", repr(function))
        self.jacobians = jacobians
        self.elementwise = elementwise
        self.sequence = sequence
        self._bind = bind
        self._names: tuple[str, ...] | None = None
        if evaluate is None:
            evaluate = _on_sequence(function) if sequence else function
        self.evaluate = evaluate
        self.keeps = tuple(_kept(j, len(jacobians)) for j in jacobians)
        accepted: set[str] = set()
        for j in jacobians:
            f = j.jacobian if isinstance(j, each) else j
            if not isinstance(f, Zero):
                accepted.update(_keywords(f))
        self.accepts = frozenset(accepted)
        # Any number of operands, all alike.
        self.variadic = isinstance(jacobians[0], each)

    def bind(self, args: tuple[Any, ...], kwargs: Settings) -> tuple[tuple[Any, ...], Settings]:
        """Sort a call's arguments into array operands and settings; refuse what is not known."""
        operands: tuple[Any, ...]
        if self._bind is not None:
            operands, settings = self._bind(*args, **kwargs)
        elif self.sequence:
            operands, settings = self._bind_names(args, kwargs, 1)
            operands = tuple(operands[0])
        elif self.variadic or (len(args) == len(self.jacobians) and not kwargs):
            operands, settings = args, kwargs
        else:
            operands, settings = self._bind_names(args, kwargs, len(self.jacobians))
        return operands, self.checked(settings) if settings else settings

    def checked(self, settings: Settings) -> Settings:
        """The settings without those that ask for nothing; an error for one not honoured."""
        kept = {}
        for name, value in settings.items():
            if any(value is d or _same(value, d) for d in _DEFAULTS.get(name, ())):
                continue
            if name not in self.accepts:
                raise DifferentiationError(
                    f"our_engine: {self.name} of a traced array does not support {name}={value!r}; "
                    f"{_cure(name)}"
                )
            kept[name] = value
        return kept

    def _bind_names(
        self, args: tuple[Any, ...], kwargs: Settings, count: int
    ) -> tuple[tuple[Any, ...], Settings]:
        names = self._names
        if names is None:
            if isinstance(self.function, np.ufunc):
                names = (*(f"x{i + 1}" for i in range(self.function.nin)), "out")
            else:
                names = tuple(
                    p.name
                    for p in inspect.signature(self.function).parameters.values()
                    if p.kind is not p.VAR_KEYWORD
                )
            self._names = names
        if len(args) > len(names):
            raise TypeError(f"our_engine: {self.name} takes {len(names)} arguments at most")
        settings = dict(kwargs)
        settings.update(zip(names, args, strict=False))
        operands = []
        for name in names[:count]:
            if name not in settings:
                raise TypeError(f"our_engine: {self.name} misses its argument {name!r}")
            operands.append(settings.pop(name))
        return tuple(operands), settings


def rule(
    function: Any,
    *jacobians: Any,
    sequence: bool = False,
    bind: Bind | None = None,
    evaluate: Callable[..., Any] | None = None,
    name: str | None = None,
) -> Callable[..., Any]:
    """Enter the local Jacobians of a function into the table; see the module's docstring.

    Each of `jacobians` is f(x_1, ..., x_n, y, *, settings) -> LinearMap, or `ZERO`, or there is
    one `each(f)`. Returns the function to call: `function` itself if NumPy dispatches it, else a
    wrapper that looks for traced arguments.
    """
    if not jacobians:
        raise TypeError("our_engine.rule: give one local Jacobian for each array argument")
    primitive = Primitive(
        function, jacobians, sequence=sequence, bind=bind, evaluate=evaluate, name=name
    )
    TABLE[function] = primitive
    return _callable(primitive)


def elementwise(function: Callable[..., Any], *factors: Any) -> Callable[..., Any]:
    """Enter the partial derivatives of a function that acts element by element with broadcasting.

    Each of `factors` is f(x_1, ..., x_n, y) -> the partial derivative, of the output's shape.
    """
    primitive = Primitive(function, factors, elementwise=True)
    TABLE[function] = primitive
    return _callable(primitive)


def constant(*functions: Any) -> None:
    """List functions that see the plain arrays and return results that are not traced."""
    CONSTANT.update(functions)


def composite(function: Any, implementation: Callable[..., Any]) -> None:
    """Differentiate `function` by running `implementation`, written in NumPy, on tracers."""
    COMPOSITE[function] = implementation


class Deferred:
    """A local Jacobian not yet computed: it is built when a sweep needs it, and only then."""

    __slots__ = ("args", "jacobian", "settings")

    def __init__(self, jacobian: Callable[..., Any], args: Any, settings: Settings) -> None:
        """To call jacobian(*args, **settings)."""
        self.jacobian = jacobian
        self.args = args
        self.settings = settings

    def force(self) -> Any:
        """The map, or a bare factor."""
        return self.jacobian(*self.args, **self.settings)


class DeferredBroadcast(Deferred):
    """The same for an elementwise factor where shapes or dtypes of input and output differ."""

    __slots__ = ("dtypes", "shapes")

    def __init__(self, jacobian: Any, args: Any, settings: Settings, x: Array, y: Array) -> None:
        """Hold shape and dtype of x and y, not their data."""
        super().__init__(jacobian, args, settings)
        x, y = Spec(x), Spec(y)
        self.shapes = (x.shape, y.shape)
        self.dtypes = (x.dtype, y.dtype)

    def force(self) -> Any:
        """The factor after the broadcast after the cast."""
        factor = self.jacobian(*self.args, **self.settings)
        if factor is ZERO:
            return ZERO
        shapes, dtypes = self.shapes, self.dtypes
        chain: LinearMap = ONE
        if not isinstance(factor, LinearMap):
            factor = Scale(factor)
            if dtypes[0] != dtypes[1]:
                chain = Cast(*dtypes)
        elif factor is ONE and dtypes[0] != dtypes[1]:
            chain = Cast(*dtypes)
        if shapes[0] != shapes[1]:
            chain = Broadcast(*shapes) @ chain
        return factor @ chain


def _kept(jacobian: Any, operands: int) -> tuple[bool, ...]:
    if isinstance(jacobian, Zero):
        return ()
    if isinstance(jacobian, each):
        code = getattr(jacobian.jacobian, "__code__", None)
        names = code.co_varnames[1:3] if code else ("xs", "y")
        return tuple(not n.startswith("_") for n in names)
    code = getattr(jacobian, "__code__", None)
    if code is None or code.co_argcount <= operands:
        return (True,) * (operands + 1)
    return tuple(not n.startswith("_") for n in code.co_varnames[: operands + 1])


def _keywords(f: Any) -> tuple[str, ...]:
    code = getattr(f, "__code__", None)
    if code is None:
        return ()
    count = code.co_argcount
    defaults = len(f.__defaults__ or ())
    names: tuple[str, ...] = code.co_varnames[count - defaults : count + code.co_kwonlyargcount]
    return names


def _on_sequence(function: Callable[..., Any]) -> Callable[..., Any]:
    def evaluate(*operands: Any, **settings: Any) -> Any:
        return function(operands, **settings)

    return evaluate


def _callable(primitive: Primitive) -> Callable[..., Any]:
    function: Callable[..., Any] = primitive.function
    if isinstance(function, np.ufunc) or hasattr(function, "_implementation"):
        return function
    from .recording import call

    @functools.wraps(function)
    def differentiable(*args: Any, **kwargs: Any) -> Any:
        return call(primitive, args, kwargs)

    TABLE[differentiable] = primitive
    return differentiable


def _same(value: Any, default: Any) -> bool:
    return (
        isinstance(value, (str, tuple, bool))
        and type(value) is type(default)
        and (bool(value == default))
    )


def _cure(name: str) -> str:
    if name == "out":
        return "write z = f(x) in place of f(x, out=z)"
    if name == "where":
        return "write np.where(mask, f(x), other)"
    if name == "dtype":
        return "write f(x.astype(dtype))"
    return "write it without that argument, or give a rule that takes it: our_engine.rule"
