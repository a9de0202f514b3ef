"""The names of ``xp`` that a problem may use: the array API standard 2024.12, and a few more.

``DIFFERENTIABLE``, ``DIFFERENTIABLE_LINALG`` and ``DIFFERENTIABLE_FFT`` are the functions of the
standard that have a derivative (that of a step function is zero); ``CONSTANT`` names make arrays
and dtypes, or answer questions whose answer does not vary with their input, as do
``CONSTANT_LINALG`` and ``CONSTANT_FFT``. ``SPECIAL`` are functions under ``xp.special``, with the
names and order of arguments that SciPy gives them; ``EXTRA`` and ``EXTRA_LINALG`` are functions
beyond the standard that two or more libraries share, with NumPy's names and arguments (SciPy's for
``expm`` and ``solve_triangular``). All of these have a derivative, but not by an integer argument.

A backend has each name that its library has, under whatever name that is there, and no other: what
a library lacks is absent, and a problem that uses it is not supported there. A test differentiates
each name on each of the built-in AD backends, and lists what they lack.

Beside the names there are the operators of an array, its ``shape``, ``ndim``, ``dtype`` and ``T``,
and indexing by integers, slices, ``None`` and arrays. ``meshgrid``, ``broadcast_arrays`` and
``unstack`` return tuples.
"""

from __future__ import annotations

__all__ = [
    "CONSTANT",
    "CONSTANT_FFT",
    "CONSTANT_LINALG",
    "DIFFERENTIABLE",
    "DIFFERENTIABLE_FFT",
    "DIFFERENTIABLE_LINALG",
    "EXTRA",
    "EXTRA_LINALG",
    "SPECIAL",
]

_ONE_ARGUMENT = """
    abs acos acosh asin asinh atan atanh ceil conj cos cosh exp expm1 floor imag log log10 log1p
    log2 negative positive real reciprocal round sign sin sinh sqrt square tan tanh trunc
"""
_MORE_ARGUMENTS = """
    add atan2 clip copysign divide floor_divide hypot logaddexp maximum minimum multiply pow
    remainder subtract where
"""
_REDUCTIONS = "cumulative_prod cumulative_sum max mean min prod std sum var"
_SHAPE = """
    astype broadcast_arrays broadcast_to concat diff expand_dims flip matrix_transpose meshgrid
    moveaxis permute_dims repeat reshape roll sort squeeze stack take take_along_axis tile tril triu
    unstack
"""
_PRODUCTS = "matmul tensordot vecdot"
_LINALG = """
    cholesky cross det diagonal eigh eigvalsh inv matmul matrix_norm matrix_power matrix_transpose
    outer pinv qr slogdet solve svd svdvals tensordot trace vecdot vector_norm
"""
_FFT = "fft fftn fftshift hfft ifft ifftn ifftshift ihfft irfft irfftn rfft rfftn"

_CREATION = """
    arange asarray empty empty_like eye from_dlpack full full_like linspace ones ones_like zeros
    zeros_like
"""
_QUESTIONS = """
    all any argmax argmin argsort count_nonzero equal greater greater_equal isfinite isinf isnan
    less less_equal logical_and logical_not logical_or logical_xor nextafter nonzero not_equal
    searchsorted signbit unique_all unique_counts unique_inverse unique_values
"""
_OF_INTEGERS = """
    bitwise_and bitwise_invert bitwise_left_shift bitwise_or bitwise_right_shift bitwise_xor
"""
_DTYPES = """
    bool can_cast complex128 complex64 finfo float32 float64 iinfo int16 int32 int64 int8 isdtype
    result_type uint16 uint32 uint64 uint8
"""
_CONSTANTS = "e inf nan newaxis pi"

_ERROR_FUNCTIONS = "erf erfc erfcinv erfcx erfinv log_ndtr ndtr ndtri"
_GAMMA = """
    beta betainc betaln digamma gamma gammainc gammaincc gammaln multigammaln poch polygamma zeta
"""
_BESSEL = "i0 i0e i1 i1e j0 j1 jn y0 y1"
_LOGISTIC = "expit log_expit log_softmax logit logsumexp softmax"
_ENTROPY = "entr kl_div rel_entr xlog1py xlogy"
_INTEGRALS = "exp1 expi expn spence"

DIFFERENTIABLE: tuple[str, ...] = tuple(
    " ".join((_ONE_ARGUMENT, _MORE_ARGUMENTS, _REDUCTIONS, _SHAPE, _PRODUCTS)).split()
)

DIFFERENTIABLE_LINALG: tuple[str, ...] = tuple(_LINALG.split())
"""Names under ``xp.linalg``."""

DIFFERENTIABLE_FFT: tuple[str, ...] = tuple(_FFT.split())
"""Names under ``xp.fft``."""

CONSTANT: tuple[str, ...] = tuple(
    " ".join((_CREATION, _QUESTIONS, _OF_INTEGERS, _DTYPES, _CONSTANTS)).split()
)

CONSTANT_LINALG: tuple[str, ...] = ("matrix_rank",)
"""Names under ``xp.linalg``."""

CONSTANT_FFT: tuple[str, ...] = ("fftfreq", "rfftfreq")
"""Names under ``xp.fft``."""

SPECIAL: tuple[str, ...] = tuple(
    " ".join((_ERROR_FUNCTIONS, _GAMMA, _BESSEL, _LOGISTIC, _ENTROPY, _INTEGRALS, "sinc")).split()
)
"""Names under ``xp.special``; the order of ``polygamma``, ``jn``, ``expn`` and ``multigammaln`` is
a Python integer."""

_EXTRA = """
    corrcoef cov deg2rad diag einsum exp2 fmax fmin kron logaddexp2 median nan_to_num nanmean nansum
    quantile rad2deg trapezoid
"""

EXTRA: tuple[str, ...] = tuple(_EXTRA.split())
"""Names of ``xp`` itself: ``diag(x, k=0)`` builds a matrix and takes the diagonal of one;
``quantile(x, q, *, axis=None, keepdims=False, method="linear")``, ``nansum(x, *, axis=None,
keepdims=False)`` and ``nanmean`` alike."""

EXTRA_LINALG: tuple[str, ...] = (
    "eigvals",
    "expm",
    "lstsq",
    "multi_dot",
    "solve_triangular",
)
"""Names under ``xp.linalg``: ``lstsq(a, b)[0]`` is the solution, ``solve_triangular(a, b, *,
lower=False)`` is SciPy's."""
