"""Fourier transforms in many digits: NumPy's meaning, and identities to all digits."""

import numpy as np
import pytest

from harness.verification.oracles.multiprecision_namespace import FloatNumbers, NumberNamespace
from tests.harness.verification.oracles.number_arrays import (
    KINDS,
    close_to_numpy,
    computing,
    entered,
    floats,
    largest,
)

RNG = np.random.default_rng(8)
NORMS = ("backward", "ortho", "forward")
LENGTHS = (1, 2, 3, 5, 8, 12, 17, 36)
COMPLEX_TO_ANY = ("fft", "ifft", "irfft", "hfft")
REAL_TO_COMPLEX = ("rfft", "ihfft", "fft")
SEVERAL = (
    (None, None),
    ((2, 5), (0, 2)),
    ((3, 3), (-1, 0)),
    (None, (1,)),
    (None, (2, 0)),
    ((4, 4), None),
)


def signal(*shape):
    return RNG.normal(size=shape) + 1j * RNG.normal(size=shape)


@pytest.mark.parametrize("norm", NORMS)
@pytest.mark.parametrize("length", LENGTHS)
@pytest.mark.parametrize("kind", KINDS)
def test_transforms_of_each_length_norm_and_padding(kind, length, norm):
    z = signal(2, length)
    with computing(40, KINDS[kind]) as (xp, enter):
        for n in (None, length + 2, max(1, length - 1)):
            for names, x in ((COMPLEX_TO_ANY, z), (REAL_TO_COMPLEX, z.real)):
                for name in names:
                    if n is None and length == 1 and name in ("irfft", "hfft"):
                        continue  # 2 (1 - 1) = 0 terms.
                    result = getattr(xp.fft, name)(enter(x), n=n, norm=norm)
                    close_to_numpy(result, getattr(np.fft, name)(x, n=n, norm=norm))


@pytest.mark.parametrize("norm", NORMS)
@pytest.mark.parametrize(("s", "axes"), SEVERAL)
def test_transforms_of_several_axes(s, axes, norm):
    z = signal(2, 3, 4)
    given = axes if axes is not None or s is None else tuple(range(3 - len(s), 3))
    with computing(40) as (xp, enter):
        for names, x in ((("fftn", "ifftn", "irfftn"), z), (("rfftn", "fftn"), z.real)):
            for name in names:
                result = getattr(xp.fft, name)(enter(x), s=s, axes=axes, norm=norm)
                close_to_numpy(result, getattr(np.fft, name)(x, s=s, axes=given, norm=norm))


@pytest.mark.parametrize("axis", [0, 1, -1])
@pytest.mark.parametrize("name", ["fft", "ifft", "rfft", "irfft", "hfft", "ihfft"])
def test_transforms_along_each_axis(name, axis):
    x = RNG.normal(size=(3, 5, 4))
    with computing(40) as (xp, enter):
        result = getattr(xp.fft, name)(enter(x), axis=axis)
        close_to_numpy(result, getattr(np.fft, name)(x, axis=axis))


@pytest.mark.parametrize("n", [1, 4, 5])
def test_frequencies_and_shifts(n):
    x = RNG.normal(size=(n, 3))
    with computing(40) as (xp, enter):
        for name in ("fftfreq", "rfftfreq"):
            close_to_numpy(getattr(xp.fft, name)(n, d=0.1), getattr(np.fft, name)(n, d=0.1))
        for name in ("fftshift", "ifftshift"):
            for axes in (None, 0, (1, 0), -1):
                result = getattr(xp.fft, name)(enter(x), axes=axes)
                close_to_numpy(result, getattr(np.fft, name)(x, axes=axes))


@pytest.mark.parametrize("length", [4, 7, 20, 33, 64])
@pytest.mark.parametrize("kind", KINDS)
def test_identities_to_all_digits(kind, length):
    z, w = signal(length), signal(length)
    with computing(60, KINDS[kind]) as (xp, enter):
        F = xp.fft
        a, b = enter(z), enter(w)

        def is_zero(x):
            assert largest(x) < 1e-56

        for norm in NORMS:
            is_zero(F.ifft(F.fft(a, norm=norm), norm=norm) - a)
            is_zero(F.irfft(F.rfft(a.real, norm=norm), n=length, norm=norm) - a.real)
            is_zero(F.hfft(F.ihfft(a.real, norm=norm), n=length, norm=norm) - a.real)
        # Parseval.
        is_zero(xp.sum(xp.abs(a) ** 2) - xp.sum(xp.abs(F.fft(a, norm="ortho")) ** 2))
        # A convolution is a product of transforms.
        turned = xp.stack([xp.sum(a * xp.roll(xp.flip(b), k + 1)) for k in range(length)])
        is_zero(F.fft(turned) - F.fft(a) * F.fft(b))
        # A shift is a phase, whose turns of a quarter are exact.
        delta = enter(np.eye(length)[1])
        spectrum = F.fft(delta)
        is_zero(spectrum**length - 1)
        if length % 4 == 0:
            assert spectrum[length // 4] == -1j
            assert spectrum[length // 2] == -1
        # By the definition, term by term.
        angle = -8 * xp.atan(enter(1.0)) / length
        k = 3 % length
        term = sum(
            (
                a[j] * (xp.cos(angle * (j * k)) + 1j * xp.sin(angle * (j * k)))
                for j in range(length)
            ),
            xp.asarray(0.0),
        )
        is_zero(F.fft(a)[k] - term)


def test_half_of_a_spectrum_is_read_as_hermitian():
    # The imaginary parts of the terms that are real by nature do not matter, as in NumPy.
    half = signal(4)
    with computing(40) as (xp, enter):
        for n in (6, 7):
            close_to_numpy(xp.fft.irfft(enter(half), n=n), np.fft.irfft(half, n=n))
            moved = half.copy()
            moved[0] += 5j
            assert largest(xp.fft.irfft(enter(moved), n=n) - xp.fft.irfft(enter(half), n=n)) == 0


def test_floats_mean_the_same():
    for dtype in (np.float64, np.longdouble):
        numbers = FloatNumbers(dtype)
        with numbers.computing():
            z = signal(2, 12)
            result = NumberNamespace(numbers).fft.fft(entered(numbers, z))
            assert floats(result).shape == (2, 12)
            close_to_numpy(result, np.fft.fft(z))


def test_roots_of_unity_are_not_kept_from_less_precise_surroundings():
    with computing(123) as (xp, enter):
        pass
    # Outside of any context gmpy2 computes with 53 bits.
    rough = xp.fft.fft(enter(np.arange(7.0)))
    assert rough.shape == (7,)
    with computing(123) as (xp, enter):
        x = enter(np.arange(7.0))
        assert largest(xp.fft.ifft(xp.fft.fft(x)) - x) < 1e-118


def test_what_no_transform_is_refused():
    with computing(40) as (xp, enter):
        with pytest.raises(ValueError, match="length 0"):
            xp.fft.fft(enter([1.0, 2.0]), n=0)
        with pytest.raises(ValueError, match="norm is"):
            xp.fft.fft(enter([1.0, 2.0]), norm="none")
        with pytest.raises(TypeError, match="real"):
            xp.fft.rfft(enter([1.0, 2.0j]))
        with pytest.raises(ValueError, match="each axis"):
            xp.fft.fftn(enter(np.ones((2, 2))), s=(2,), axes=(0, 1))
