"""The array API's names over JAX: ``jax.numpy`` has them; its special functions are in two places.

Nothing is computed here that JAX does not compute: names and the order of arguments become
NumPy's and SciPy's, no more.
"""

from __future__ import annotations

from types import SimpleNamespace
from typing import Literal

import jax.numpy as jnp

from harness.contract import Array
from harness.contract.library_namespace import LibraryNamespace, public_names

__all__ = ["XP"]


def _broadcast_arrays(*arrays: Array) -> tuple[Array, ...]:
    """JAX returns a list."""
    return tuple(jnp.broadcast_arrays(*arrays))


def _meshgrid(*arrays: Array, indexing: Literal["xy", "ij"] = "xy") -> tuple[Array, ...]:
    """JAX returns a list."""
    return tuple(jnp.meshgrid(*arrays, indexing=indexing))


def _special() -> LibraryNamespace:
    """``jax.scipy.special``, and what JAX has elsewhere."""
    import jax.scipy.special

    def jn(n: int, x: Array) -> Array:
        """JAX gives all orders up to ``n`` at once."""
        return jax.scipy.special.bessel_jn(x, v=n)[n]

    names = {
        "j0": lambda x: jn(0, x),
        "j1": lambda x: jn(1, x),
        "jn": jn,
        "log_expit": jax.nn.log_sigmoid,
        "sinc": jnp.sinc,
    }
    return LibraryNamespace({**public_names(jax.scipy.special), **names}, path="special")


def _from_scipy(name: str) -> object:
    import jax.scipy.linalg

    return getattr(jax.scipy.linalg, name)


XP = LibraryNamespace(
    {
        **public_names(jnp),
        "broadcast_arrays": _broadcast_arrays,
        "meshgrid": _meshgrid,
        "fft": SimpleNamespace(**public_names(jnp.fft)),
        "linalg": LibraryNamespace(
            public_names(jnp.linalg),
            later={
                "expm": lambda: _from_scipy("expm"),
                "solve_triangular": lambda: _from_scipy("solve_triangular"),
            },
            path="linalg",
        ),
    },
    later={"special": _special},
)
"""The namespace of the JAX backends."""
