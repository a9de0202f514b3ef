"""What the built-in libraries lack, and what they have without a right derivative, by name.

Seen with PyTorch 2.13.0, JAX 0.10.2 and autograd 1.9.1. ``ABSENT[library]`` are names that its
namespace does not have; ``FAULTS[library, mode][sample]`` is the reason why a sample of
``namespace_samples`` fails there. Both are held strictly.
"""

from __future__ import annotations

_ABSENT_IN_PYTORCH = """
    median special.beta special.betainc special.betaln special.erfcinv special.exp1 special.expi
    special.expn special.gamma special.jn special.kl_div special.poch special.rel_entr
    special.spence
"""
_ABSENT_IN_AUTOGRAD = """
    linalg.expm linalg.multi_dot special.entr special.erfcx special.exp1 special.expi special.expn
    special.i0e special.i1e special.kl_div special.log_expit special.log_ndtr special.log_softmax
    special.ndtr special.ndtri special.poch special.rel_entr special.softmax special.spence
    special.xlog1py special.xlogy special.zeta
"""
ABSENT = {
    "pytorch": set(_ABSENT_IN_PYTORCH.split()),
    "jax": {"special.erfcinv", "special.y0", "special.y1"},
    "autograd": set(_ABSENT_IN_AUTOGRAD.split()),
}

_WITHOUT_DERIVATIVE = """
    copysign corrcoef cov cumulative_prod fft.hfft fft.ihfft linalg.eigvals linalg.eigvalsh
    linalg.lstsq linalg.matrix_power linalg.qr linalg.svdvals linalg.vecdot median nanmean nansum
    positive quantile take_along_axis trapezoid vecdot
"""
_NO_DERIVATIVE_IN_AUTOGRAD = (*_WITHOUT_DERIVATIVE.split(), "trapezoid over points")
_IN_REVERSE_ALONE = """
    astype hypot
    fft.fft fft.fftn fft.fftshift fft.ifft fft.ifftn fft.ifftshift fft.irfft fft.irfftn fft.rfft
    fft.rfftn
    linalg.cholesky linalg.det linalg.eigh linalg.inv linalg.pinv linalg.slogdet linalg.solve
    linalg.solve_triangular linalg.svd
    special.beta special.betainc special.betaln special.digamma special.erf special.erfc
    special.erfcinv special.erfinv special.expit special.gamma special.gammainc special.gammaincc
    special.gammaln special.i0 special.i1 special.j0 special.j1 special.jn special.logit
    special.multigammaln special.polygamma special.y0 special.y1
"""
_NO_FORWARD_RULE_IN_AUTOGRAD = (
    *_IN_REVERSE_ALONE.split(),
    "fft.fft n",
    "fft.rfft n",
    "fft.rfft odd",
    "linalg.solve vector",
)
_BESSEL_IN_PYTORCH = ("special.j0", "special.j1", "special.y0", "special.y1")

FAULTS: dict[tuple[str, str], dict[str, str]] = {
    ("pytorch", mode): {
        "floor_divide": "refused, though it is a step",
        **dict.fromkeys(_BESSEL_IN_PYTORCH, "no derivative: the result is cut off"),
        **dict.fromkeys(refused, "no forward rule"),
    }
    for mode, refused in {
        "forward": ("special.gammainc", "special.gammaincc", "special.zeta"),
        "reverse": (),
    }.items()
}
FAULTS["autograd", "forward"] = {
    **dict.fromkeys(_NO_DERIVATIVE_IN_AUTOGRAD, "no derivative"),
    **dict.fromkeys(_NO_FORWARD_RULE_IN_AUTOGRAD, "no forward rule"),
    "sort": "the permutation of a row is applied to the rows",
}
FAULTS["autograd", "reverse"] = {
    **dict.fromkeys(_NO_DERIVATIVE_IN_AUTOGRAD, "no derivative"),
    "broadcast_to new axis": "refuses new leading axes",
    "diag of a matrix": "the cotangent is square, whatever the matrix",
    "fft.rfft n": "the keyword n is lost on the way back",
    "fft.rfft odd": "refuses odd lengths",
    "linalg.diagonal": "the cotangent is square, whatever the matrix",
    "linalg.diagonal above": "refuses an offset",
    "linalg.diagonal below": "refuses an offset",
    "sort": "refuses matrices",
    "where broadcast": "the side that was broadcast gets a cotangent of the output's shape",
}
