"""The functions of the Python array API standard 2024.12, as NumPy spells them.

Source: https://data-apis.org/array-api/2024.12/API_specification. Functions of the main namespace,
of `linalg` and of `fft`; constants, data types and the methods of the array object are not listed.
"""

from __future__ import annotations

_MAIN = """
    arange asarray empty empty_like eye from_dlpack full full_like linspace meshgrid ones ones_like
    tril triu zeros zeros_like
    astype can_cast finfo iinfo isdtype result_type
    abs acos acosh add asin asinh atan atan2 atanh bitwise_and bitwise_left_shift bitwise_invert
    bitwise_or bitwise_right_shift bitwise_xor ceil clip conj copysign cos cosh divide equal exp
    expm1 floor floor_divide greater greater_equal hypot imag isfinite isinf isnan less less_equal
    log log1p log2 log10 logaddexp logical_and logical_not logical_or logical_xor maximum minimum
    multiply negative nextafter not_equal positive pow real reciprocal remainder round sign signbit
    sin sinh square sqrt subtract tan tanh trunc
    take take_along_axis
    matmul matrix_transpose tensordot vecdot
    broadcast_arrays broadcast_to concat expand_dims flip moveaxis permute_dims repeat reshape roll
    squeeze stack tile unstack
    argmax argmin count_nonzero nonzero searchsorted where
    unique_all unique_counts unique_inverse unique_values
    argsort sort
    cumulative_prod cumulative_sum max mean min prod std sum var
    all any diff
"""

_LINALG = """
    cholesky cross det diagonal eigh eigvalsh inv matmul matrix_norm matrix_power matrix_rank
    matrix_transpose outer pinv qr slogdet solve svd svdvals tensordot trace vecdot vector_norm
"""

_FFT = """
    fft ifft fftn ifftn rfft irfft rfftn irfftn hfft ihfft fftfreq rfftfreq fftshift ifftshift
"""

NAMES: tuple[str, ...] = (
    *(f"numpy.{name}" for name in _MAIN.split()),
    *(f"numpy.linalg.{name}" for name in _LINALG.split()),
    *(f"numpy.fft.{name}" for name in _FFT.split()),
)

# Why a function has no derivative, where that is in its nature. NumPy's others are listed too.
NO_DERIVATIVE: dict[str, str] = {
    f"numpy.{name}": reason
    for reason, names in {
        "comparison": "equal not_equal less less_equal greater greater_equal",
        "boolean": "isfinite isinf isnan signbit logical_and logical_not logical_or logical_xor "
        "all any iscomplexobj",
        "integers alone": "bitwise_and bitwise_left_shift bitwise_invert bitwise_or "
        "bitwise_right_shift bitwise_xor",
        "an index or a count": "argmax argmin argsort count_nonzero nonzero searchsorted "
        "linalg.matrix_rank",
        "about dtypes or shapes": "can_cast finfo iinfo isdtype result_type ndim shape",
        "of shapes alone": "empty empty_like eye ones ones_like zeros zeros_like fft.fftfreq "
        "fft.rfftfreq",
    }.items()
    for name in names.split()
}

# What NumPy's protocols cannot bring to us: a message names what to write instead.
UNREACHED: dict[str, str] = {
    "numpy.arange": "refused; write start + step * np.arange(n)",
    "numpy.array": "refused; write np.stack([t, ...])",
    "numpy.asarray": "refused; a tracer is an array already, write np.stack for a list",
    "numpy.from_dlpack": "a tracer has no memory to lend",
    "numpy.full": "refused; write np.ones(n) * t, or np.full_like(x, t) of a traced x",
}
