"""numpy.fft: every transform with every length, axis and norm, padded and cut, odd and even."""

import numpy as np
import pytest

import our_engine as oe
from our_engine.linear_maps.fourier import Fourier, InverseRealFourier, RealFourier

COMPLEX = ("fft", "ifft")
REAL = ("rfft", "ihfft")
HALF = ("irfft", "hfft")
NORMS = (None, "ortho", "forward")


def argument(name, shape):
    rng = np.random.default_rng(3)
    x = rng.normal(size=shape)
    return x if name.rstrip("2n") in REAL else x + 1j * rng.normal(size=shape)


LINEAR = {"truth": "real", "second": False}


@pytest.mark.parametrize("name", COMPLEX + REAL + HALF)
@pytest.mark.parametrize("norm", NORMS)
@pytest.mark.parametrize("n", [None, 1, 4, 5, 9])
@pytest.mark.parametrize(("shape", "axis"), [((6,), -1), ((3, 5, 2), 1)])
def test_along_one_axis(check, name, norm, n, shape, axis):
    def f(x):
        return getattr(np.fft, name)(x, n, axis=axis, norm=norm)

    check((getattr(np.fft, name), f, [argument(name, shape)], LINEAR))


@pytest.mark.parametrize("name", ["fft", "ifft"])
def test_complex_transforms_of_real_arrays(check, name):
    f = getattr(np.fft, name)
    check((f, f, [np.random.default_rng(0).normal(size=7)], LINEAR))


SEVERAL = {
    "fftn": [
        {},
        {"axes": (1,)},
        {"s": (2, 7), "axes": (0, 2)},
        {"axes": (0, 0)},
        {"norm": "ortho"},
    ],
    "ifftn": [{}, {"s": (4, -1), "axes": (-1, 0)}, {"norm": "forward"}],
    "fft2": [{}, {"s": (2, 6)}, {"axes": (0, 2), "norm": "forward"}],
    "ifft2": [{}, {"axes": (2, 0)}],
    "rfftn": [{}, {"s": (4, 5), "axes": (0, 1)}, {"axes": (2, 0), "norm": "ortho"}],
    "rfft2": [{}, {"s": (3, 3)}, {"axes": (1, 0)}],
    "irfftn": [{}, {"s": (4, 5), "axes": (0, 1)}, {"axes": (1, 0, 2), "norm": "ortho"}],
    "irfft2": [{}, {"s": (2, 7)}, {"axes": (1, 0), "norm": "forward"}],
}


@pytest.mark.parametrize(
    ("name", "settings"), [(k, s) for k, all_ in SEVERAL.items() for s in all_]
)
def test_along_several_axes(check, name, settings):
    rng = np.random.default_rng(5)
    x = rng.normal(size=(3, 4, 5))
    if not name.startswith("rfft"):
        x = x + 1j * rng.normal(size=x.shape)

    def f(x):
        return getattr(np.fft, name)(x, **settings)

    check((getattr(np.fft, name), f, [x], LINEAR))


@pytest.mark.parametrize("name", ["fftshift", "ifftshift"])
@pytest.mark.parametrize("axes", [None, 0, (0, -1)])
def test_shifts(check, name, axes):
    def f(x):
        return getattr(np.fft, name)(x, axes)

    x = np.random.default_rng(0).normal(size=(3, 4, 5))
    check((getattr(np.fft, name), f, [x], LINEAR))


@pytest.mark.parametrize("name", [*COMPLEX, *REAL, *HALF, "fftn", "irfftn", "rfft2"])
def test_second_order_of_a_power_spectrum(check, name):
    def f(x):
        return np.abs(getattr(np.fft, name)(x)) ** 2

    check((getattr(np.fft, name), f, [argument(name, (3, 4))], {"truth": "real"}))


@pytest.mark.parametrize("kind", ["factor", "reverse"])
@pytest.mark.parametrize("name", ["fft", "irfft", "hfft", "rfft2", "ifftn", "fftshift"])
def test_a_planted_fault_is_caught(name, kind, check, planted):
    f = getattr(np.fft, name)
    case = (f, f, [argument(name, (3, 4))], LINEAR)
    with planted(f, kind), pytest.raises(AssertionError):
        check(case)


@pytest.mark.parametrize("name", ["fft", "rfft", "irfft", "ihfft", "hfft"])
def test_single_precision_is_kept(name):
    x = np.random.default_rng(0).normal(size=6).astype(np.float32)
    if name in HALF:
        x = x.astype(np.complex64)
    y, pullback = oe.vjp(getattr(np.fft, name), (x,))
    assert y.dtype == getattr(np.fft, name)(x).dtype
    (x_bar,) = pullback(np.ones_like(y))
    assert x_bar.dtype == x.dtype


@pytest.mark.parametrize("shape", [(0, 4), (2, 0, 3)])
def test_empty(shape):
    x = np.zeros(shape)
    y, pullback = oe.vjp(np.fft.rfft, (x,))
    assert pullback(np.zeros_like(y))[0].shape == shape


def test_out_is_refused_by_name():
    with pytest.raises(oe.DifferentiationError, match="out"):
        oe.jvp(lambda x: np.fft.fft(x, out=np.zeros(3, complex)), (np.ones(3),), (np.ones(3),))


@pytest.mark.parametrize(
    "J",
    [
        Fourier(np.fft.fft, (2, 5), 5, 1, None),
        Fourier(np.fft.ifft, (4, 2), 7, 0, "ortho"),
        Fourier(np.fft.fft, (6,), 3, 0, "forward"),
        RealFourier((5,), 5, 0, None),
        RealFourier((6,), 4, -1, "ortho"),
        InverseRealFourier((4,), 6, 0, None),
        InverseRealFourier((3,), 9, 0, "forward"),
    ],
)
def test_maps(J):
    rng = np.random.default_rng(1)
    real_in = isinstance(J, RealFourier)
    v = rng.normal(size=J.in_shape) + (0 if real_in else 1j * rng.normal(size=J.in_shape))
    Jv = J.apply(v)
    assert J.out_shape() == Jv.shape
    u = rng.normal(size=Jv.shape)
    u = u + (1j * rng.normal(size=Jv.shape) if np.iscomplexobj(Jv) else 0)
    assert np.real(np.sum(u * Jv)) == pytest.approx(np.real(np.sum(J.pull(u) * v)))
    np.testing.assert_array_equal(J.T.apply(u), J.pull(u))
    np.testing.assert_array_equal(J.T.T.apply(v), Jv)
    w = v.real
    np.testing.assert_allclose(J.matrix() @ w.ravel(), J.apply(w).ravel(), atol=1e-13)
    assert J.pattern().shape == J.matrix().shape
    assert J.flops() == J.T.flops() > 0
    rows = np.stack([v, 2 * v])
    np.testing.assert_allclose(J.stacked(2).apply(rows), [Jv, 2 * Jv], rtol=1e-12, atol=1e-13)
    np.testing.assert_allclose(J.stacked(2).pull(np.stack([u, -u]))[1], -J.pull(u), atol=1e-12)
