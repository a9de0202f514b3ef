"""HIPS autograd's spelling: ``autograd.numpy``, and its differential operators."""

from __future__ import annotations

from backends.dialects.words import under
from harness.contract import Dialect, Operator
from harness.contract.namespace import SPECIAL

__all__ = ["AUTOGRAD"]

_OTHERWISE_OR_NOT_AT_ALL = """
    argsort block broadcast_arrays concat corrcoef cov cumulative_prod cumulative_sum einsum fmax
    fmin flip matrix_transpose meshgrid sort std take unstack var
"""
"""What the adapter spells in several steps of its own has no spelling here."""

_SPECIAL_ABSENT = "log_expit log_softmax softmax erfcx"

AUTOGRAD = Dialect(
    setup="import autograd, autograd.numpy as np",
    names={
        **{
            name: spelled
            for name, spelled in under("np").items()
            if name not in _OTHERWISE_OR_NOT_AT_ALL.split()
        },
        "clip": "lambda x, min=None, max=None: np.clip(x, min, max)",
        "concat": "lambda xs, axis=0: np.concatenate("
        "[np.ravel(x) for x in xs] if axis is None else xs, axis or 0)",
        "cumulative_sum": "lambda x, axis=0, **dtype: np.cumsum(x, axis=axis, **dtype)",
        "cumulative_sum(_, axis, include_initial)": "",
        "einsum": "np.einsum",
        "matrix_transpose": "lambda x: np.swapaxes(x, -1, -2)",
        "permute_dims": "np.transpose",
        "sort": "np.sort",
        "sort(_, descending)": "",
        "sort(_, stable)": "",
        "diff(_, append, axis, prepend)": "",
        "take": "lambda x, indices, axis=0: x[(slice(None),) * (axis % x.ndim) + (indices,)]",
        "std": "lambda x, axis=None, correction=0, keepdims=False: "
        "np.std(x, axis=axis, ddof=correction, keepdims=keepdims)",
        "var": "lambda x, axis=None, correction=0, keepdims=False: "
        "np.var(x, axis=axis, ddof=correction, keepdims=keepdims)",
        "linalg.cross": "lambda x, y, axis=-1: np.cross(x, y, axis=axis)",
        "linalg.diagonal": "lambda x, offset=0: np.diagonal(x, -offset, -1, -2)",
        "linalg.matmul": "np.matmul",
        "linalg.matrix_norm": "lambda x, keepdims=False, ord='fro': "
        "np.linalg.norm(x, ord, (x.ndim - 2, x.ndim - 1), keepdims=keepdims)",
        "linalg.matrix_transpose": "lambda x: np.swapaxes(x, -1, -2)",
        "linalg.outer": "np.outer",
        "linalg.tensordot": "np.tensordot",
        "linalg.trace": "lambda x, offset=0, **dtype: "
        "np.trace(x if x.ndim == 2 else np.moveaxis(x, (-2, -1), (0, 1)), offset, **dtype)",
        "linalg.vecdot": "np.vecdot",
        "linalg.vector_norm": "",
        **dict.fromkeys(
            ("linalg.vector_norm(_)", "linalg.vector_norm(_, ord)", "linalg.vector_norm(_, ord=.)"),
            "lambda x, ord=2: np.linalg.norm(np.reshape(x, (-1,)), ord, -1)",
        ),
        "linalg.vector_norm(_, axis)": "lambda x, axis: np.linalg.norm(x, 2, axis)",
        **{
            f"special.{name}": f"autograd.scipy.special.{name}"
            for name in SPECIAL
            if name not in _SPECIAL_ABSENT.split()
        },
        "special.sinc": "np.sinc",
    },
    # What autograd differentiates of SciPy is under the same names there.
    imports={"autograd.scipy.special": "import autograd.scipy.special"},
    array="np.array({values}, dtype=np.{dtype})",
    jvp="autograd.make_jvp({f}, {argnums})({xs})({v})[1]",
    vjp="autograd.make_vjp({f}, {argnums})({xs})[0]({cotangent})",
    grad="autograd.grad({f}, {argnums})",
    native={
        Operator.JACOBIAN: (
            "autograd.jacobian({f})({xs})",
            "[autograd.jacobian({f}, i_)({xs}) for i_ in {argnums}]",
        ),
        Operator.JACOBIAN_REVERSE: (
            "autograd.jacobian({f})({xs})",
            "[autograd.jacobian({f}, i_)({xs}) for i_ in {argnums}]",
        ),
        Operator.HVP: "autograd.make_hvp({f}, {argnums})({xs})[0]({v})",
        Operator.HESSIAN: (
            "autograd.jacobian(autograd.jacobian({f}))({xs})",
            "[[autograd.jacobian(autograd.jacobian({f}, i_), j_)({xs}) for j_ in {argnums}] "
            "for i_ in {argnums}]",
        ),
    },
)
