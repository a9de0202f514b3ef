"""This project's engine: it differentiates plain NumPy code."""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Mapping, Sequence
from importlib import metadata
from typing import Any, Literal

import numpy as np

import our_engine
from backends.numpy_arrays import NumPyArrays
from harness.contract import Array, Function, Namespace, Operator, Problem, Pullback, Trace
from harness.contract.derivation import function_of_primals
from harness.contract.numpy_namespace import numpy_namespace
from our_engine.stand_in import StandIn
from our_engine.tracer import Tracer

__all__ = ["CompiledOurEngineBackend", "OurEngineBackend"]

Arrays = tuple[Array, ...]


def _asarray(
    x: Any, /, *, dtype: Any = None, device: Any = None, copy: bool | None = None
) -> Array:
    """``np.asarray``; of a tracer, which NumPy does not show it to, a cast, a copy or itself."""
    if not isinstance(x, (Tracer, StandIn)):
        return np.asarray(x, dtype=dtype, device=device, copy=copy)
    if dtype is None or x.dtype == dtype:
        return np.copy(x) if copy else x
    return x.astype(dtype)


_XP = numpy_namespace("our_engine.scipy_special", "our_engine.scipy_linalg", asarray=_asarray)


class OurEngineBackend(NumPyArrays):
    """``our_engine``: tracers pass through NumPy's own functions, on the CPU."""

    dtypes = frozenset({"float64", "float32"})

    def __init__(self) -> None:
        """Take the engine's own operators where it has them."""
        self.native: Mapping[Operator, Callable[..., Any]] = {
            Operator.GRADIENT: _gradient,
            Operator.JACOBIAN: _jacobian("auto"),
            Operator.JACOBIAN_FORWARD: _jacobian("forward"),
            Operator.JACOBIAN_REVERSE: _jacobian("reverse"),
            Operator.HVP: _hvp,
            Operator.HESSIAN: _hessian,
        }

    @property
    def xp(self) -> Namespace:
        """NumPy itself; of SciPy's functions those that take a tracer, under SciPy's names."""
        return _XP

    def jvp(self, fun: Function, primals: Arrays, tangents: Arrays) -> tuple[Array, Array]:
        """By ``our_engine.jvp``."""
        y, y_dot = our_engine.jvp(fun, primals, tangents)
        return y, y_dot

    def vjp(self, fun: Function, primals: Arrays) -> tuple[Array, Pullback]:
        """By ``our_engine.vjp``; the pullback may be called many times."""
        y, pullback = our_engine.vjp(fun, primals)
        return y, pullback

    def trace(
        self,
        problem: Problem,
        args: Sequence[np.ndarray],
        mode: Literal["forward", "reverse"],
    ) -> Trace | None:
        """The lecture's table, by ``our_engine.trace``; the other arguments are constants."""
        names = problem.arguments
        return our_engine.trace(
            function_of_primals(self, problem, args),
            *(args[i] for i in problem.argnums),
            mode=mode,
            names=[names[i] for i in problem.argnums],
            constants={names[i]: a for i, a in enumerate(args) if i not in problem.argnums},
        )

    def versions(self) -> Mapping[str, str]:
        """The version of this distribution, which the engine is a part of, and NumPy's."""
        return {"adjudge": metadata.version("adjudge"), "numpy": np.__version__}


class CompiledOurEngineBackend(OurEngineBackend):
    """``our_engine`` as one uses it for what runs many times: through ``our_engine.compile``."""

    def __init__(self) -> None:
        """Start counting recordings."""
        super().__init__()
        self._traces = 0

    def prepare(self, call: Callable[..., Any], *example: Array) -> Callable[..., Any]:
        """``our_engine.compile(call)``, recorded near the example and not at it.

        What a recording took for a constant that is none shows in the first call.
        """

        def counted(*operands: Array) -> Any:
            self._traces += 1
            return call(*operands)

        compiled: Callable[..., Any] = our_engine.compile(counted)
        with contextlib.suppress(Exception), np.errstate(all="ignore"):
            compiled(*map(_beside, example))
        return compiled

    def traces(self) -> int:
        """How often a prepared call has run as it stands, to be recorded or for good."""
        return self._traces


def _beside(x: Array) -> Array:
    """Other numbers of the same signs, each a little nearer to zero; other things as they are."""
    if not (isinstance(x, (np.ndarray, np.generic)) and x.dtype.kind in "fc"):
        return x
    factors = np.random.default_rng(0).uniform(0.98, 0.995, np.shape(x))
    moved = np.multiply(x, factors).astype(x.dtype)
    return np.asarray(moved) if isinstance(x, np.ndarray) else moved


def _gradient(fun: Function, primals: Arrays) -> Arrays:
    gradient: Arrays = our_engine.grad(fun, tuple(range(len(primals))))(*primals)
    return gradient


def _jacobian(mode: str) -> Callable[[Function, Arrays], Arrays]:
    def jacobian(fun: Function, primals: Arrays) -> Arrays:
        blocks: Arrays = our_engine.jacobian(fun, tuple(range(len(primals))), mode)(*primals)
        return blocks

    return jacobian


def _hvp(fun: Function, primals: Arrays, tangents: Arrays) -> Arrays:
    products = our_engine.hvp(fun, primals, tangents)
    return products if isinstance(products, tuple) else (products,)


def _hessian(fun: Function, primals: Arrays) -> Arrays:
    """The Jacobian of the gradient, by forward sweeps over the recorded reverse pass."""
    argnums = tuple(range(len(primals)))
    rows = our_engine.jacobian(our_engine.grad(fun, argnums), argnums, "forward")(*primals)
    return tuple(block for row in rows for block in row)
