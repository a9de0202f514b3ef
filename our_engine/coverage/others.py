"""The functions that autograd 1.9.1 differentiates, and those that NumPy users need beside them.

The first are the public names of autograd's NumPy and SciPy modules that are primitives with a
derivative, or are written in terms of such; a test compares with autograd where it is installed.
"""

from __future__ import annotations

_NUMPY = """
    abs absolute acos acosh add amax amin angle append arccos arccosh arcsin arcsinh arctan arctan2
    arctanh array array_split asin asinh astype atan atan2 atanh atleast_1d atleast_2d atleast_3d
    broadcast_to clip column_stack concatenate conj conjugate cos cosh cross cumsum deg2rad degrees
    diag diagonal diff divide dot dsplit einsum exp exp2 expand_dims expm1 fabs fliplr flipud fmax
    fmin full gradient hsplit hstack hypot imag inner kron linspace log log10 log1p log2 logaddexp
    logaddexp2 matmul max maximum mean min minimum mod moveaxis multiply nan_to_num negative outer
    pad partition permute_dims pow power prod rad2deg radians ravel real real_if_close reciprocal
    remainder repeat reshape roll rollaxis rot90 row_stack select sin sinc sinh sort split sqrt
    square squeeze stack std subtract sum swapaxes tan tanh tensordot tile trace transpose tril triu
    true_divide var vsplit vstack where
"""

_LINALG = "cholesky det eig eigh inv norm pinv slogdet solve svd"

_FFT = """
    fft fft2 fftn fftshift ifft ifft2 ifftn ifftshift irfft irfft2 irfftn rfft rfft2 rfftn
"""

_SPECIAL = """
    beta betainc betaln digamma erf erfc erfcinv erfinv expit gamma gammainc gammaincc gammaln
    gammasgn i0 i1 iv ive j0 j1 jn logit logsumexp multigammaln polygamma psi rgamma y0 y1 yn
"""

_SCIPY_LINALG = "solve_banded solve_sylvester solve_triangular sqrtm"

AUTOGRAD: tuple[str, ...] = tuple(
    f"{module}.{name}"
    for module, names in (
        ("numpy", _NUMPY),
        ("numpy.linalg", _LINALG),
        ("numpy.fft", _FFT),
        ("scipy.special", _SPECIAL),
        ("scipy.linalg", _SCIPY_LINALG),
    )
    for name in names.split()
)

_MORE = """
    cbrt copysign fmod float_power heaviside ldexp positive divmod vecdot matvec vecmat
    linalg.qr linalg.lstsq linalg.eigvals linalg.eigvalsh linalg.svdvals linalg.matrix_power
    linalg.multi_dot linalg.vector_norm linalg.matrix_norm linalg.tensorsolve linalg.tensorinv
    take take_along_axis put_along_axis cumprod cumulative_sum cumulative_prod ptp interp median
    percentile quantile average cov corrcoef trapezoid convolve correlate vdot polyval unwrap insert
    delete block meshgrid broadcast_arrays piecewise select choose apply_along_axis gradient ediff1d
    vander
    nansum nanmean nanprod nanvar nanstd nanmax nanmin nancumsum nancumprod nanmedian nanquantile
    nanpercentile
"""

MORE: tuple[str, ...] = tuple(f"numpy.{name}" for name in _MORE.split())
