"""Every name of the standard is in the namespace, and every keyword of it."""

import inspect

import array_api_compat.numpy as numpy_namespace
import numpy as np
import pytest
import scipy.special

from harness.verification.oracles.multiprecision_namespace import (
    NumberNamespace,
    multiprecision_numbers,
)

# The Python array API standard 2024.12 (data-apis.org/array-api/2024.12/API_specification), each
# name with its keywords. Left out: sets (``unique_*``) and exchange (``from_dlpack``).
MAIN = """
    arange(stop,step,dtype,device) asarray(dtype,device,copy) empty(dtype,device)
    empty_like(dtype,device) eye(k,dtype,device) full(dtype,device) full_like(dtype,device)
    linspace(dtype,device,endpoint) meshgrid(indexing) ones(dtype,device) ones_like(dtype,device)
    tril(k) triu(k) zeros(dtype,device) zeros_like(dtype,device)
    astype(copy,device) can_cast finfo iinfo isdtype result_type
    abs acos acosh add asin asinh atan atan2 atanh bitwise_and bitwise_left_shift bitwise_invert
    bitwise_or bitwise_right_shift bitwise_xor ceil clip(min,max) conj copysign cos cosh divide
    equal exp expm1 floor floor_divide greater greater_equal hypot imag isfinite isinf isnan less
    less_equal log log1p log2 log10 logaddexp logical_and logical_not logical_or logical_xor maximum
    minimum multiply negative nextafter not_equal positive pow real reciprocal remainder round sign
    signbit sin sinh square sqrt subtract tan tanh trunc
    take(axis) take_along_axis(axis)
    matmul matrix_transpose tensordot(axes) vecdot(axis)
    broadcast_arrays broadcast_to concat(axis) expand_dims(axis) flip(axis) moveaxis permute_dims
    repeat(axis) reshape(copy) roll(axis) squeeze stack(axis) tile unstack(axis)
    argmax(axis,keepdims) argmin(axis,keepdims) count_nonzero(axis,keepdims) nonzero
    searchsorted(side,sorter) where
    argsort(axis,descending,stable) sort(axis,descending,stable)
    cumulative_prod(axis,dtype,include_initial) cumulative_sum(axis,dtype,include_initial)
    max(axis,keepdims) mean(axis,keepdims) min(axis,keepdims) prod(axis,dtype,keepdims)
    std(axis,correction,keepdims) sum(axis,dtype,keepdims) var(axis,correction,keepdims)
    all(axis,keepdims) any(axis,keepdims) diff(axis,n,prepend,append)
"""
LINALG = """
    cholesky(upper) cross(axis) det diagonal(offset) eigh eigvalsh inv matmul
    matrix_norm(keepdims,ord) matrix_power matrix_rank(rtol) matrix_transpose outer pinv(rtol)
    qr(mode) slogdet solve svd(full_matrices) svdvals tensordot(axes) trace(offset,dtype)
    vecdot(axis) vector_norm(axis,keepdims,ord)
"""
FFT = """
    fft(n,axis,norm) ifft(n,axis,norm) fftn(s,axes,norm) ifftn(s,axes,norm) rfft(n,axis,norm)
    irfft(n,axis,norm) rfftn(s,axes,norm) irfftn(s,axes,norm) hfft(n,axis,norm) ihfft(n,axis,norm)
    fftfreq(d,dtype,device) rfftfreq(d,dtype,device) fftshift(axes) ifftshift(axes)
"""
CONSTANTS = """
    e inf nan newaxis pi bool int8 int16 int32 int64 uint8 uint16 uint32 uint64 float32 float64
    complex64 complex128
"""
SPECIAL = """
    erf erfc erfinv erfcinv erfcx gammaln gamma digamma psi polygamma gammainc gammaincc beta betaln
    betainc i0 i0e i1 i1e iv ive j0 j1 jn jv y0 y1 yn yv expit logit log_expit ndtr log_ndtr ndtri
    entr rel_entr kl_div xlogy xlog1py sinc logsumexp softmax log_softmax zeta multigammaln poch
    exp2 exp10 expm1 log1p cbrt spence expi expn exp1 rgamma gammasgn
"""


def listed(names):
    for item in names.split():
        name, _, keywords = item.rstrip(")").partition("(")
        yield name, keywords.split(",") if keywords else []


NAMESPACE = NumberNamespace(multiprecision_numbers(30))
PLACES = {"": (NAMESPACE, MAIN), "linalg": (NAMESPACE.linalg, LINALG), "fft": (NAMESPACE.fft, FFT)}
CASES = [
    pytest.param(place, name, keywords, id=f"{where}.{name}")
    for where, (place, names) in PLACES.items()
    for name, keywords in listed(names)
]


@pytest.mark.parametrize(("place", "name", "keywords"), CASES)
def test_each_function_is_there_with_its_keywords(place, name, keywords):
    function = getattr(place, name)
    assert function.__doc__, "what it does is said"
    for keyword in keywords:
        assert keyword in inspect.signature(function).parameters


def test_the_lists_above_are_numpy_s_names_too():
    for library, names in ((numpy_namespace, MAIN), (np.linalg, LINALG), (np.fft, FFT)):
        assert {name for name, _ in listed(names)} <= set(dir(library))


@pytest.mark.parametrize("name", CONSTANTS.split())
def test_constants_and_types_are_numpy_s(name):
    np.testing.assert_equal(getattr(NAMESPACE, name), getattr(numpy_namespace, name))


@pytest.mark.parametrize("name", SPECIAL.split())
def test_special_functions_have_scipy_s_names(name):
    assert callable(getattr(scipy.special, name))
    assert getattr(NAMESPACE.special, name).__doc__


def test_what_is_not_there_is_told_by_name():
    with pytest.raises(AttributeError, match="kaiser"):
        _ = NAMESPACE.kaiser
    with pytest.raises(AttributeError, match="airy"):
        _ = NAMESPACE.special.airy
