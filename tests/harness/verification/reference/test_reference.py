"""Differences in many digits against the handbooks; and nothing that is right is flagged."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import pytest
from mpmath import mp

from harness.contract import Operator, PointKind, weights
from harness.plugins import load
from harness.running.inputs import Inputs
from harness.verification.judge import Judge
from harness.verification.oracles.multiprecision_namespace import multiprecision_numbers

from .backend import Reference, _rounded, answer
from .closed_forms import OF_ONE, OF_SEVERAL
from .judging import HARMLESS, cases_of, judged, sample

GENERIC = ("generic-0", "generic-1", "generic-2")
DIGITS = 60
ONE_OF = 499

Expected = list[list[mp.mpf]]


@pytest.fixture(scope="module")
def bench():
    registry = load()
    return registry, Judge(registry), Inputs(registry)


def closed(name: str, operator: Operator, inputs) -> Expected:
    """The gradient, or the Hessian-vector product, of the weighted sum: flat, block by block."""
    args = [[mp.mpf(float(x)) for x in np.ravel(a)] for a in inputs.args]
    w = [mp.mpf(float(x)) for x in np.ravel(weights(inputs.args[-1].shape))]
    if name in OF_ONE:
        first, second = OF_ONE[name]
        ((x,),) = (args,)
        if operator is Operator.GRADIENT:
            return [[k * first(p) for k, p in zip(w, x, strict=True)]]
        v = [mp.mpf(float(p)) for p in np.ravel(inputs.seeds[0])]
        return [[k * second(p) * d for k, p, d in zip(w, x, v, strict=True)]]
    return [
        [k * partial(*at) for k, at in zip(w, zip(*args, strict=True), strict=True)]
        for partial in OF_SEVERAL[name]
        if partial is not None
    ]


def asked() -> Iterator[tuple[str, Operator, str]]:
    for name in OF_ONE:
        for point in GENERIC:
            yield name, Operator.GRADIENT, point
            yield name, Operator.HVP_FORWARD_OVER_REVERSE, point
    for name in OF_SEVERAL:
        yield name, Operator.GRADIENT, "generic-0"


def test_there_are_closed_forms_enough():
    assert len(OF_ONE) + len(OF_SEVERAL) >= 75


@pytest.mark.parametrize(("name", "operator", "point"), list(asked()))
def test_truth_and_reference_are_what_the_handbooks_say(bench, name, operator, point):
    registry, judge, inputs = bench
    problem = registry.problem(name)
    cases = [case for case in cases_of(problem) if (case.operator, case.point) == (operator, point)]
    assert cases
    for case in cases:
        given = inputs(case)
        with mp.workdps(DIGITS):
            expected = closed(name, operator, given)
            truth = judge.truth(case, given)
            assert truth is not None
            results = answer(problem, operator, given.args, given.seeds)
            for block, result, exact in zip(truth.blocks, results, expected, strict=True):
                highs, lows = np.ravel(block.high), np.ravel(block.low)
                for high, low, got, y in zip(highs, lows, np.ravel(result), exact, strict=True):
                    assert abs(mp.mpf(float(high)) + mp.mpf(float(low)) - y) <= abs(y) * 2**-75
                    assert got == nearest(y, case.dtype), case.id


def nearest(y: mp.mpf, dtype: str) -> float:
    """Rounded once to 53 or 24 bits: no closed form here is subnormal."""
    with mp.workprec(53 if dtype == "float64" else 24):
        return float(+y)


def test_nothing_is_flagged_in_a_sample():
    # The whole catalogue: python -m tests.harness.verification.reference
    cases = sample(ONE_OF)
    assert {case.dtype for case in cases} == {"float64", "float32"}
    tally = judged(cases)
    assert not tally.alarms
    assert set(tally.kinds) <= HARMLESS
    assert tally.kinds.total() == len(cases) > 60
    assert tally.kinds["unsupported"] < 0.1 * len(cases)


def test_a_result_is_rounded_once():
    # To float64 it is 1 + 2^-24, which lies between two float32 and would go to the even one.
    numbers = multiprecision_numbers(40)
    with numbers.computing():
        two = numbers.number(2.0)
        x = np.array([1 + two**-24 + two**-60, 1 + two**-24 - two**-60, -1 - two**-24 - two**-60])
        single = _rounded(numbers, x, np.dtype("float32"))
        double = _rounded(numbers, x, np.dtype("float64"))
    assert single.tolist() == [1 + 2.0**-23, 1.0, -1 - 2.0**-23]
    assert double.tolist() == [1 + 2.0**-24, 1 + 2.0**-24, -1 - 2.0**-24]


def test_what_does_not_settle_is_not_answered(bench):
    registry = bench[0]
    for case in cases_of(registry.problem("array_api.sqrt")):
        if case.point == "0" and case.operator is Operator.GRADIENT:
            (verdict,) = judged([case]).kinds
            assert verdict == "unsupported"
    assert Reference().specialise(registry.problem("array_api.sqrt"), Operator.DESCENT) is None


@pytest.mark.parametrize("name", ["array_api.min", "array_api.maximum", "array_api.hypot"])
def test_at_a_kink_its_slopes_are_those_of_one_linear_map(bench, name):
    # Central quotients along the axes are 1/2 for each of n equal elements: no map has them all.
    problem = bench[0].problem(name)
    kinks = {point.name for point in problem.points if point.kind is PointKind.KINK}
    tally = judged(case for case in cases_of(problem) if case.point in kinks)
    assert not tally.alarms
    assert tally.kinds["convention"] > 0
