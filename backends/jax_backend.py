"""JAX on the CPU in two modes of use: ``jax`` compiles what it runs often, ``jax-eager`` never."""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np

from backends.asked import asked_of_compiled
from backends.functional_transforms import functional_operators
from backends.jax_namespace import XP
from harness.contract import Array, Backend, Function, Namespace, Operator, Problem, Pullback

__all__ = ["JaxBackend", "JaxEagerBackend"]

Arrays = tuple[Array, ...]

_PROBLEMS_REMEMBERED = 16
"""So many problems of small shapes share their operations' code, in some 20 MB for each problem."""

# Both must be said before the first array exists: without the first, float64 becomes float32.
jax.config.update("jax_enable_x64", True)
jax.config.update("jax_platforms", "cpu")


class JaxEagerBackend(Backend):
    """JAX's transforms without ``jax.jit``: each operation is dispatched on its own."""

    dtypes = frozenset({"float64", "float32"})

    def __init__(self) -> None:
        """Take the library's own operators where it has them."""
        self._problems = 0
        self.native: Mapping[Operator, Callable[..., Any]] = {
            Operator.GRADIENT: _gradient,
            **functional_operators(
                jvp=jax.jvp, grad=jax.grad, jacfwd=jax.jacfwd, jacrev=jax.jacrev
            ),
        }

    @property
    def xp(self) -> Namespace:
        """``jax.numpy``, with ``jax.scipy.special`` as ``special``."""
        return XP

    def asarray(self, x: np.ndarray) -> Array:
        """A JAX array of the same dtype, with memory of its own."""
        return jnp.array(x, copy=True)

    def to_numpy(self, x: Array) -> np.ndarray:
        """The array's memory, read-only, once it is computed."""
        return np.asarray(x)

    def jvp(self, fun: Function, primals: Arrays, tangents: Arrays) -> tuple[Array, Array]:
        """By ``jax.jvp``."""
        y, y_dot = jax.jvp(fun, primals, tangents)
        return y, y_dot

    def vjp(self, fun: Function, primals: Arrays) -> tuple[Array, Pullback]:
        """By ``jax.vjp``; the pullback may be called many times."""
        y, pullback = jax.vjp(fun, *primals)
        return y, pullback

    def vmap(self, call: Callable[..., Any]) -> Callable[..., Any]:
        """By ``jax.vmap``."""
        mapped: Callable[..., Any] = jax.vmap(call)
        return mapped

    def wait(self, result: Any) -> None:
        """JAX returns before it has computed; block until every array in ``result`` is there."""
        jax.block_until_ready(result)

    def set_threads(self, count: int) -> None:
        """Tell XLA how many threads to start; it listens until the first array is made."""
        os.environ["NPROC"] = str(count)

    def threads(self) -> Mapping[str, int]:
        """XLA's pool on the CPU, counted among the threads of this process (Linux only)."""
        names = [task.read_text().strip() for task in Path("/proc/self/task").glob("*/comm")]
        return {"XLA": names.count("tf_XLAEigen")} if names else {}

    def share_compiled(self, folder: Path) -> None:
        """Turn on JAX's persistent compilation cache, for small and quick programs too."""
        jax.config.update("jax_compilation_cache_dir", str(folder))
        jax.config.update("jax_persistent_cache_min_compile_time_secs", 0.0)
        jax.config.update("jax_persistent_cache_min_entry_size_bytes", -1)

    def forget(self) -> None:
        """Clear JAX's caches now and then: they hold the code of every operation of every shape.

        Other problems of the same shapes use it again, and to load it costs more than to run it.
        """
        self._problems += 1
        if self._problems % _PROBLEMS_REMEMBERED == 0:
            jax.clear_caches()

    def versions(self) -> Mapping[str, str]:
        """The versions of JAX, of its compiled half and of NumPy."""
        return {"jax": jax.__version__, "jaxlib": jax.lib.__version__, "numpy": np.__version__}


class JaxBackend(JaxEagerBackend):
    """JAX as it is meant to be used: what runs many times is compiled by ``jax.jit``."""

    def __init__(self) -> None:
        """Start counting traces."""
        super().__init__()
        self._traces = 0

    def supports(self, problem: Problem, operator: Operator) -> bool:
        """Of the catalogue it answers the operators that are asked of a compiling backend."""
        return super().supports(problem, operator) and asked_of_compiled(problem, operator)

    def prepare(self, call: Callable[..., Any], *example: Array) -> Callable[..., Any]:
        """``jax.jit(call)``; it is compiled by its first call, not here."""

        def counted(*operands: Array) -> Any:
            # Python runs this line only while JAX traces; the compiled code does not contain it.
            self._traces += 1
            return call(*operands)

        compiled: Callable[..., Any] = jax.jit(counted)
        return compiled

    def forget(self) -> None:
        """Clear JAX's caches: no other problem runs what was compiled for one."""
        jax.clear_caches()

    def traces(self) -> int:
        """How often JAX has traced a prepared call so far."""
        return self._traces


def _gradient(fun: Function, primals: Arrays) -> Arrays:
    gradient: Arrays = jax.grad(fun, argnums=tuple(range(len(primals))))(*primals)
    return gradient
