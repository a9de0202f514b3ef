"""PyTorch's spelling: its own names and keywords, ``torch.func`` and ``torch.autograd``."""

from __future__ import annotations

from dataclasses import replace

from harness.contract import Dialect, Operator

__all__ = ["PYTORCH", "PYTORCH_AUTOGRAD"]

_SAME = """
    abs acos acosh add all any argmax argmin asarray asin asinh atan atan2 atanh broadcast_to ceil
    clip concat copysign cos cosh cov deg2rad diff divide einsum equal exp exp2 expm1 eye floor
    floor_divide greater greater_equal hypot imag isfinite isinf isnan kron less less_equal log
    log10 log1p log2 logaddexp logical_and logical_not logical_or matmul maximum mean
    minimum moveaxis multiply nan_to_num negative not_equal ones_like positive pow rad2deg real
    reciprocal remainder reshape round sin sinh sqrt square squeeze stack subtract sum tan
    tanh tile trunc where zeros_like bool float32 float64 int64 pi inf nan e
    linalg.cholesky linalg.det linalg.eigh linalg.eigvalsh linalg.inv linalg.matrix_norm
    linalg.matrix_power linalg.pinv linalg.qr linalg.slogdet linalg.solve linalg.svdvals
    linalg.vector_norm linalg.eigvals
    fft.fft fft.fftn fft.fftshift fft.hfft fft.ifft fft.ifftn fft.ifftshift fft.ihfft fft.irfft
    fft.irfftn fft.rfft fft.rfftn
    special.digamma special.entr special.erf special.erfc special.erfcx special.erfinv
    special.expit special.gammainc special.gammaincc special.gammaln special.i0 special.i0e
    special.i1 special.i1e special.log_ndtr special.logit special.multigammaln special.ndtr
    special.ndtri special.polygamma special.sinc special.xlog1py special.xlogy special.zeta
"""

_ALL_KEPT = "lambda x, keepdims: torch.reshape(torch.{name}(x), (1,) * x.ndim)"
_SPREAD = (
    "lambda x, axis=None, correction=0, keepdims=False: "
    "torch.{name}(x, axis, correction=correction, keepdim=keepdims)"
)
_TWO_TENSORS = ("atan2", "fmax", "fmin", "hypot", "logaddexp", "logaddexp2", "maximum", "minimum")

_OTHER = {
    "argsort": "lambda x, axis=-1, descending=False, stable=True: "
    "torch.argsort(x, dim=axis, descending=descending, stable=stable)",
    "astype": "lambda x, dtype, copy=True: x.to(dtype, copy=copy)",
    "broadcast_arrays": "torch.broadcast_tensors",
    "clip(_)": "torch.clone",
    "concat(_, axis)": "lambda xs, axis: torch.concat("
    "[torch.flatten(x) for x in xs] if axis is None else xs, axis or 0)",
    "conj": "torch.conj_physical",
    "copysign(#, _)": "lambda c, x: torch.copysign(torch.asarray(c, dtype=x.dtype), x)",
    "cumulative_prod": "lambda x, axis=0, dtype=None: torch.cumprod(x, axis, dtype=dtype)",
    "cumulative_prod(_, axis, include_initial)": "",
    "cumulative_sum": "lambda x, axis=0, dtype=None: torch.cumsum(x, axis, dtype=dtype)",
    "cumulative_sum(_, axis, include_initial)": "",
    "diag": "lambda x, k=0: torch.diag(x, k)",
    "expand_dims": "lambda x, axis=0: torch.unsqueeze(x, axis)",
    "flip": "lambda x, axis=None: torch.flip(x, tuple(range(x.ndim)) if axis is None else "
    "(axis,) if isinstance(axis, int) else axis)",
    "fmax": "torch.fmax",
    "fmin": "torch.fmin",
    "logaddexp2": "torch.logaddexp2",
    "matrix_transpose": "lambda x: x.mT",
    "max": "torch.amax",
    "mean(_, keepdims)": _ALL_KEPT.format(name="mean"),
    "meshgrid": "lambda *xs, indexing='xy': torch.meshgrid(*xs, indexing=indexing)",
    "min": "torch.amin",
    "permute_dims": "torch.permute",
    "prod(_)": "torch.prod",
    "prod(_, axis)": "torch.prod",
    "prod(_, axis, dtype)": "torch.prod",
    "prod(_, axis, keepdims)": "torch.prod",
    "prod(_, keepdims)": _ALL_KEPT.format(name="prod"),
    "repeat": "lambda x, repeats, axis=None: torch.repeat_interleave(x, repeats, axis)",
    "reshape(_, copy, shape=())": "",
    "roll": "lambda x, shift, axis=None: torch.roll(x, shift, axis)",
    "sign": "lambda x: (s := torch.sign(x), s.__setitem__(torch.isnan(x), torch.nan), s)[-1]",
    "sort": "lambda x, axis=-1, descending=False, stable=True: "
    "torch.sort(x, dim=axis, descending=descending, stable=stable).values",
    "std": _SPREAD.format(name="std"),
    "sum(_, keepdims)": _ALL_KEPT.format(name="sum"),
    "take": "lambda x, indices, axis=0: "
    "torch.index_select(x, axis, torch.where(indices < 0, indices + x.shape[axis], indices))",
    "take_along_axis": "lambda x, indices, axis=-1: torch.take_along_dim(x, indices, axis)",
    "tensordot": "lambda x, y, axes=2: torch.tensordot(x, y, dims=axes)",
    "tril": "lambda x, k=0: torch.tril(x, k)",
    "triu": "lambda x, k=0: torch.triu(x, k)",
    "unstack": "lambda x, axis=0: torch.unbind(x, axis)",
    "var": _SPREAD.format(name="var"),
    "vecdot": "lambda x, y, axis=-1: torch.linalg.vecdot(x, y, dim=axis)",
    **{
        f"{name}(_, #)": f"lambda x, c: torch.{name}(x, torch.asarray(c, dtype=x.dtype))"
        for name in _TWO_TENSORS
    },
    **{
        f"{name}(#, _)": f"lambda c, x: torch.{name}(torch.asarray(c, dtype=x.dtype), x)"
        for name in _TWO_TENSORS
    },
    **{
        f"fft.{name}({form})": f"lambda x, axes, s=None: torch.fft.{name}(x, s, axes)"
        for name in ("fftn", "ifftn", "rfftn", "irfftn")
        for form in ("_, axes=()", "_, axes=(), s=()")
    },
    "fft.fftshift(_, axes=())": "lambda x, axes: torch.fft.fftshift(x, axes)",
    "fft.ifftshift(_, axes=())": "lambda x, axes: torch.fft.ifftshift(x, axes)",
    "linalg.cross": "lambda x, y, axis=-1: torch.linalg.cross(x, y, dim=axis)",
    "linalg.diagonal": "lambda x, offset=0: torch.diagonal(x, offset, -2, -1)",
    "linalg.expm": "torch.linalg.matrix_exp",
    "linalg.matmul": "torch.matmul",
    "linalg.matrix_transpose": "lambda x: x.mT",
    "linalg.outer": "torch.outer",
    "linalg.svd": "torch.linalg.svd",
    "linalg.tensordot": "lambda x, y, axes=2: torch.tensordot(x, y, dims=axes)",
    "linalg.trace": (
        "lambda x, offset=0, dtype=None: "
        "torch.sum(torch.diagonal(x, offset, -2, -1), axis=-1, dtype=dtype)"
    ),
    "linalg.vecdot": "lambda x, y, axis=-1: torch.linalg.vecdot(x, y, dim=axis)",
    "special.j0": "torch.special.bessel_j0",
    "special.j1": "torch.special.bessel_j1",
    "special.log_expit": "torch.nn.functional.logsigmoid",
    "special.log_softmax(_, axis)": "torch.log_softmax",
    "special.logsumexp": "lambda x, axis=None, keepdims=False: torch.logsumexp("
    "x, tuple(range(x.ndim)) if axis is None else axis, keepdim=keepdims)",
    "special.softmax(_, axis)": "torch.softmax",
    "special.y0": "torch.special.bessel_y0",
    "special.y1": "torch.special.bessel_y1",
}


def _hessian(outer: str, inner: str) -> str:
    return f"torch.func.{outer}(torch.func.{inner}({{f}}, {{argnums}}), {{argnums}})({{xs}})"


PYTORCH = Dialect(
    setup="import torch",
    names={**{name: f"torch.{name}" for name in _SAME.split()}, **_OTHER},
    array="torch.tensor({values}, dtype=torch.{dtype})",
    jvp="torch.func.jvp({f}, {primals}, {tangents})[1]",
    vjp="torch.func.vjp({f}, {xs})[1]({cotangent}){only}",
    grad="torch.func.grad({f}, {argnums})",
    native={
        Operator.GRADIENT: (
            "torch.autograd.grad({f}({xs}.requires_grad_()), {xs})[0]",
            "torch.autograd.grad({f}(*[x_.requires_grad_() for x_ in {primals}]), {primals})",
        ),
        Operator.JACOBIAN: "torch.func.jacrev({f}, {argnums})({xs})",
        Operator.JACOBIAN_FORWARD: "torch.func.jacfwd({f}, {argnums})({xs})",
        Operator.JACOBIAN_REVERSE: "torch.func.jacrev({f}, {argnums})({xs})",
        Operator.HVP: "torch.func.jvp(torch.func.grad({f}, {argnums}), {primals}, {tangents})[1]",
        Operator.HVP_FORWARD_OVER_FORWARD: (
            "torch.func.jacfwd(lambda {xs}: torch.func.jvp({f}, {primals}, {tangents})[1], "
            "{argnums})({xs})"
        ),
        Operator.HESSIAN: _hessian("jacfwd", "jacrev"),
        Operator.HESSIAN_FORWARD_OVER_REVERSE: _hessian("jacfwd", "jacrev"),
        Operator.HESSIAN_REVERSE_OVER_FORWARD: _hessian("jacrev", "jacfwd"),
        Operator.HESSIAN_REVERSE_OVER_REVERSE: _hessian("jacrev", "jacrev"),
        Operator.HESSIAN_FORWARD_OVER_FORWARD: _hessian("jacfwd", "jacfwd"),
    },
    vmap="torch.func.vmap({f})",
    # A clone of its symbolic zeros has memory, which tolist needs.
    shown="{array}.clone().tolist()",
)

_LEAVES = "{f}(*[x_.requires_grad_() for x_ in {primals}])"

PYTORCH_AUTOGRAD = replace(
    PYTORCH,
    jvp="",
    vjp=f"torch.autograd.grad({_LEAVES}, {{primals}}, {{cotangent}}){{only}}",
    grad="(lambda *p_: torch.autograd.grad({f}(*[x_.requires_grad_() for x_ in p_]), p_, "
    "create_graph=True, materialize_grads=True){only})",
    native={},
    vmap="",
)
