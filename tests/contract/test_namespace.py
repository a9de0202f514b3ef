"""Each name that problems may use is differentiated, not named, on every AD backend that has it.

The truth is NumPy and SciPy in extended precision (in float64 where they have no other),
differenced: it knows no derivative rule. What a library lacks or gets wrong is listed in
``namespace_gaps``, strictly: a release that mends it is noticed.
"""

from __future__ import annotations

from operator import attrgetter

import numpy as np
import pytest

from harness.contract import namespace
from harness.contract.numpy_namespace import NUMPY
from harness.problems.catalogue.standard import standard
from tests.contract.namespace_gaps import ABSENT, FAULTS
from tests.contract.namespace_samples import SAMPLES

DIFFERENTIABLE = {
    "": (*namespace.DIFFERENTIABLE, *namespace.EXTRA),
    "linalg.": (*namespace.DIFFERENTIABLE_LINALG, *namespace.EXTRA_LINALG),
    "fft.": namespace.DIFFERENTIABLE_FFT,
    "special.": namespace.SPECIAL,
}
CONSTANT = {
    "": namespace.CONSTANT,
    "linalg.": namespace.CONSTANT_LINALG,
    "fft.": namespace.CONSTANT_FFT,
}


def dotted(table):
    return {f"{path}{name}" for path, names in table.items() for name in names}


def sample(name):
    function, *shapes = SAMPLES[name]
    rng = np.random.default_rng(sum(map(ord, name)))
    elements = sum(int(np.prod(shape)) for shape in shapes)
    # Evenly spread: no two are equal, and none lies on a step (0.3, 0.5 and 0.6 are left out).
    spread = rng.permutation(np.linspace(0.2, 0.9, 61)[[i for i in range(61) if i % 2]])[:elements]
    args, directions, start = [], [], 0
    for shape in shapes:
        stop = start + int(np.prod(shape))
        args.append(spread[start:stop].reshape(shape))
        directions.append(rng.normal(size=shape))
        start = stop
    return function, args, directions


def truth(name, function, args, directions):
    """The derivative along ``directions``, by the fourth-order central difference."""
    number = np.float64 if "." in name else np.longdouble
    h = number(1e-3)

    def at(steps):
        moved = zip(args, directions, strict=True)
        return function(NUMPY, *(number(x) + steps * h * number(v) for x, v in moved))

    return np.asarray((8 * (at(1) - at(-1)) - (at(2) - at(-2))) / (12 * h), dtype=np.float64)


def has(backend, name):
    """Whether the backend's library has the function of that dotted name."""
    try:
        attrgetter(name)(backend.xp)
    except AttributeError:
        return False
    return True


def test_every_name_has_a_sample_and_every_sample_is_of_a_name():
    also = {"operators", "indexing", "T"}
    assert {name.split()[0] for name in SAMPLES} - also == dotted(DIFFERENTIABLE)


def test_the_standard_is_complete():
    assert set(standard()) <= dotted(DIFFERENTIABLE) | dotted(CONSTANT)
    assert not dotted(DIFFERENTIABLE) & dotted(CONSTANT)


def test_what_a_library_lacks_is_absent_and_all_else_is_there(ad_backend, request):
    library = request.node.callspec.params["ad_backend"]
    names = dotted(DIFFERENTIABLE) | dotted(CONSTANT)
    assert {name for name in names if not has(ad_backend, name)} == ABSENT.get(library, set())


@pytest.mark.parametrize("name", sorted(dotted(CONSTANT) | dotted(DIFFERENTIABLE)))
def test_plain_numpy_has_every_name(backend_named, name):
    for backend in ("numpy_manual", "finite_difference"):
        assert has(backend_named(backend), name)


def test_a_missing_name_says_where_it_is_missing(ad_backend):
    for name in ("nothing", "linalg.nothing", "special.nothing"):
        with pytest.raises(AttributeError, match=name.split(".")[-1]):
            attrgetter(name)(ad_backend.xp)


def forward(backend, fun, args, directions, expected):
    """The error of the jvp along ``directions``."""
    primals, tangents = (tuple(map(backend.asarray, xs)) for xs in (args, directions))
    y, y_dot = backend.jvp(fun, primals, tangents)
    found = backend.to_numpy(y_dot)
    assert found.shape == expected.shape == backend.to_numpy(y).shape
    assert found.dtype == np.float64
    return np.max(np.abs(found - expected))


def reverse(backend, fun, args, directions, expected):
    """The error of ⟨y_bar, J v⟩ by the pullback."""
    y, pullback = backend.vjp(fun, tuple(map(backend.asarray, args)))
    assert tuple(y.shape) == expected.shape
    y_bar = np.random.default_rng(1).normal(size=expected.shape)
    x_bars = [backend.to_numpy(x_bar) for x_bar in pullback(backend.asarray(y_bar))]
    assert [x_bar.shape for x_bar in x_bars] == [x.shape for x in args]
    along = sum(np.sum(b * v) for b, v in zip(x_bars, directions, strict=True))
    return abs(along - np.sum(y_bar * expected))


@pytest.mark.parametrize("mode", [forward, reverse], ids=lambda mode: mode.__name__)
@pytest.mark.parametrize("name", SAMPLES)
def test_the_name_is_differentiated(ad_backend, name, mode, request):
    library = request.node.callspec.params["ad_backend"]
    if name.split()[0] in ABSENT.get(library, ()):
        return  # Another test holds that it is.
    if library == "jax" and mode is forward:
        return  # JAX's reverse sweep is its forward rule, transposed: one compilation tests both
    if library == "jax" and " " in name:
        return  # JAX's functions have NumPy's keywords as they are: a compilation would buy nothing
    reason = FAULTS.get((library, mode.__name__), {}).get(name)
    if reason:
        request.applymarker(pytest.mark.xfail(reason=reason, strict=True))
    function, args, directions = sample(name)
    expected = truth(name, function, args, directions)

    def fun(*xs):
        return function(ad_backend.xp, *xs)

    error = mode(ad_backend, fun, args, directions, expected)
    assert error < 1e-8 * max(1.0, np.max(np.abs(expected)))
    # A derivative of zero everywhere would be an output cut off from its input.
    assert np.any(expected != 0)


def test_the_listed_faults_are_of_samples():
    for faults in FAULTS.values():
        assert set(faults) <= set(SAMPLES)


def test_every_constant_name_is_there(backend):
    assert {name for name in dotted(CONSTANT) if not has(backend, name)} == set()


def test_special_functions_are_under_special(ad_backend):
    x = ad_backend.asarray(np.array([0.5]))
    erf = ad_backend.to_numpy(ad_backend.xp.special.erf(x))
    assert float(erf[0]) == pytest.approx(0.5204998778130465, rel=1e-15)  # DLMF table 7.23(i)


def test_a_name_outside_the_contract_does_not_slip_through_autograd(backend_named):
    """``autograd.numpy`` has it, and would cut its result off from the input without a word."""
    with pytest.raises(AttributeError, match="vstack"):
        _ = backend_named("autograd").xp.vstack
