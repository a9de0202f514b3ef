"""The compiled engine against the engine, on random compositions of the catalogue's functions."""

import tomllib
import warnings

import numpy as np
import pytest

import our_engine
from backends.our_engine_backend import CompiledOurEngineBackend, OurEngineBackend
from harness.contract import Case, Operator, build
from harness.contract.derivation import prepare
from harness.fuzzing.drawing import Drawer
from harness.plugins import load
from harness.problems.inputs import case_inputs, operands, output_shape

REGISTRY = load()
PLAIN = OurEngineBackend()
OPERATORS = (
    Operator.VALUE,
    Operator.GRADIENT,
    Operator.JVP,
    Operator.HVP_REVERSE_OVER_REVERSE,
    Operator.HVP_REVERSE_OVER_FORWARD,
)
DRAWS = 30
SEED = 3


def moved(x, how):
    """Other numbers in place of x: tied, of the other sign, zero, in another order."""
    if x.dtype.kind not in "fc":
        return x
    return np.asarray(how(x)).astype(x.dtype)


MOVES = (
    lambda x: x,
    lambda x: 0.97 * x,
    lambda x: -x,
    lambda x: np.roll(x, 1),
    np.zeros_like,
    lambda x: np.full_like(x, x.flat[0]) if x.size else x,
    lambda x: x,
)


def outcome(call, args):
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        try:
            return call(*args)
        except Exception as error:  # noqa: BLE001 - compared with that of the other
            return type(error), str(error)


def same(got, want):
    if not isinstance(want, (np.ndarray, np.generic)):
        return got == want
    # In place and out of place, NumPy rounds products of complex numbers differently.
    eps = 1000 * np.finfo(want.dtype).eps if want.dtype.kind in "fc" else 0.0
    size = np.max(np.abs(want), initial=0, where=np.isfinite(want)) if eps else 0.0
    return (
        np.shape(got) == np.shape(want)
        and got.dtype == want.dtype
        and np.allclose(got, want, rtol=eps, atol=eps * size, equal_nan=True)
    )


def asked(specimen, operator):
    """The call to compile, and operands that it was not recorded with."""
    problem = specimen.problem
    case = Case(problem.name, operator, problem.sizes[0].name, specimen.dtype, "found")
    inputs = case_inputs(problem, case, output_shape(problem, case))
    given = [np.asarray(x) for x in operands(operator, inputs)]
    return build(PLAIN, problem, operator), [[moved(x, how) for x in given] for how in MOVES]


def test_random_programs_compiled_and_not():
    drawer = Drawer(REGISTRY, SEED)
    calls = replayed = 0
    for number in range(DRAWS):
        specimen = drawer.draw(number)
        if specimen is None:
            continue
        for operator in OPERATORS:
            if operator not in specimen.problem.operators:
                continue
            call, points = asked(specimen, operator)
            compiled = our_engine.compile(call)
            for point in points:
                want, got = outcome(call, point), outcome(compiled, point)
                told = f"{operator} of draw {number}: {specimen.text} at {point}"
                assert len(got) == len(want), told
                assert all(map(same, got, want)), f"{told}: {got}, not {want}"
            calls += len(points)
            replayed += compiled.recordings.replayed
    assert calls > 300
    assert replayed > calls / 3


def test_what_is_judged_was_recorded_elsewhere():
    """A value that is taken for a constant shows in the first call already."""
    seen = []

    def call(x):
        seen.append(our_engine.stop_gradient(x))
        return (x * 2.0,)

    backend = CompiledOurEngineBackend()
    x = np.array([1.0, -2.0, 0.0])
    prepared = prepare(backend, Operator.VALUE, call, x)
    assert backend.traces() == 1
    np.testing.assert_array_equal(prepared(x)[0], [2.0, -4.0, 0.0])
    assert backend.traces() == 1
    np.testing.assert_array_equal(x, [1.0, -2.0, 0.0])


@pytest.mark.parametrize("x", [np.float32(0.5), np.array(0.5), np.arange(3), np.ones(2, bool)])
def test_the_point_beside_is_of_the_same_kind(x):
    backend = CompiledOurEngineBackend()
    backend.prepare(lambda x: (x + x,), x)(x)
    assert backend.traces() == 1


def test_its_ledger_is_the_engines():
    plain, compiled = (
        tomllib.loads(REGISTRY.backends[name].ledger.read_text(encoding="utf-8"))["divergence"]
        for name in ("our_engine", "our_engine-compiled")
    )
    assert compiled == plain
