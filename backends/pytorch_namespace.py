"""The array API's names over PyTorch: ``array_api_compat.torch``, special and other functions.

Nothing is computed here that PyTorch does not compute: ``dim`` becomes ``axis``, names and the
order of arguments become NumPy's and SciPy's, no more. What PyTorch has under a name of NumPy's
with another meaning (``median`` is the lower one) is left out.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import array_api_compat.torch as compat
import torch

from harness.contract import Array, UnsupportedOperatorError
from harness.contract.library_namespace import LibraryNamespace, public_names

__all__ = ["XP"]

Axis = int | tuple[int, ...] | None


def _every(x: Array, axis: Axis) -> int | tuple[int, ...]:
    """PyTorch's ``dim`` for ``axis``; None means all of them."""
    return tuple(range(x.ndim)) if axis is None else axis


def _two_tensors(function: Callable[[Array, Array], Array]) -> Callable[..., Array]:
    """``function`` of two arrays, either of which may be a Python number."""

    def call(x: Array, y: Array) -> Array:
        like = x if isinstance(x, torch.Tensor) else y
        return function(
            torch.as_tensor(x, dtype=like.dtype, device=like.device),
            torch.as_tensor(y, dtype=like.dtype, device=like.device),
        )

    return call


def _unstack(x: Array, /, *, axis: int = 0) -> tuple[Array, ...]:
    parts: tuple[Array, ...] = torch.unbind(x, axis)
    return parts


def _vecdot(x: Array, y: Array, /, *, axis: int = -1) -> Array:
    return torch.linalg.vecdot(x, y, dim=axis)


def _nansum(x: Array, /, *, axis: Axis = None, keepdims: bool = False) -> Array:
    return torch.nansum(x, _every(x, axis), keepdim=keepdims)


def _nanmean(x: Array, /, *, axis: Axis = None, keepdims: bool = False) -> Array:
    return torch.nanmean(x, _every(x, axis), keepdim=keepdims)


def _quantile(
    x: Array,
    q: Array | float,
    /,
    *,
    axis: int | None = None,
    keepdims: bool = False,
    method: str = "linear",
) -> Array:
    return torch.quantile(x, q, axis, keepdims, interpolation=method)


def _trapezoid(y: Array, x: Array | None = None, *, dx: float = 1.0, axis: int = -1) -> Array:
    return torch.trapezoid(y, dx=dx, dim=axis) if x is None else torch.trapezoid(y, x, dim=axis)


def _cov(m: Array, /) -> Array:
    return torch.cov(m)


def _diag(x: Array, /, k: int = 0) -> Array:
    return torch.diag(x, k)


def _std(
    x: Array, /, *, axis: Axis = None, correction: float = 0.0, keepdims: bool = False
) -> Array:
    """PyTorch's takes any number for a correction, which ``array_api_compat`` refuses."""
    if axis == ():
        return compat.std(x, axis=axis, keepdims=keepdims)
    return torch.std(x, _every(x, axis), correction=correction, keepdim=keepdims)


def _logsumexp(
    a: Array, axis: Axis = None, b: Array | None = None, *, keepdims: bool = False
) -> Array:
    """PyTorch's takes no weights."""
    if b is not None:
        raise UnsupportedOperatorError("special.logsumexp of this backend takes no weights b")
    return torch.logsumexp(a, _every(a, axis), keepdim=keepdims)


def _along(function: Callable[[Array, int], Array]) -> Callable[..., Array]:
    """A softmax over one axis, or over all elements."""

    def call(x: Array, axis: int | None = None) -> Array:
        if axis is None:
            return torch.reshape(function(torch.reshape(x, (-1,)), 0), x.shape)
        return function(x, axis)

    return call


def _solve_triangular(a: Array, b: Array, *, lower: bool = False) -> Array:
    """PyTorch's takes no vector."""
    if b.ndim > 1:
        return torch.linalg.solve_triangular(a, b, upper=not lower)
    return torch.linalg.solve_triangular(a, b[:, None], upper=not lower)[:, 0]


_AS_IN_SCIPY = """
    digamma entr erf erfc erfcx erfinv expit gammainc gammaincc gammaln i0 i0e i1 i1e log_ndtr logit
    multigammaln ndtr ndtri polygamma sinc xlog1py xlogy zeta
"""
_SPECIAL: dict[str, Callable[..., Array]] = {
    **{name: getattr(torch.special, name) for name in _AS_IN_SCIPY.split()},
    "j0": torch.special.bessel_j0,
    "j1": torch.special.bessel_j1,
    "log_expit": torch.nn.functional.logsigmoid,
    "log_softmax": _along(torch.log_softmax),
    "logsumexp": _logsumexp,
    "softmax": _along(torch.softmax),
    "y0": torch.special.bessel_y0,
    "y1": torch.special.bessel_y1,
}
# PyTorch's own, which its vmap knows; the forms of array_api_compat are made of what it does not.
_OWN: dict[str, Callable[..., Any]] = {
    "sign": torch.sign,
    "std": _std,
    "unstack": _unstack,
    "vecdot": _vecdot,
}
_EXTRA: dict[str, Callable[..., Any]] = {
    "cov": _cov,
    "diag": _diag,
    "fmax": _two_tensors(torch.fmax),
    "fmin": _two_tensors(torch.fmin),
    "logaddexp2": _two_tensors(torch.logaddexp2),
    "nanmean": _nanmean,
    "nansum": _nansum,
    "quantile": _quantile,
    "trapezoid": _trapezoid,
}
_EXTRA_LINALG: dict[str, Callable[..., Any]] = {
    "expm": torch.linalg.matrix_exp,
    "solve_triangular": _solve_triangular,
}

XP = LibraryNamespace(
    {
        **public_names(compat, without=("median", "nanmedian")),
        **_OWN,
        **_EXTRA,
        "linalg": LibraryNamespace({**public_names(compat.linalg), **_EXTRA_LINALG}, path="linalg"),
        "special": LibraryNamespace(_SPECIAL, path="special"),
    }
)
"""The namespace of the PyTorch backends."""
