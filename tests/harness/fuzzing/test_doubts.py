"""What no engine could do better is excused, and nothing else."""

from __future__ import annotations

import pytest

from harness.contract import Operator, Verdict, VerdictKind
from harness.fuzzing.bench import Judged
from harness.fuzzing.doubts import excuse, smooth_to


def failure(specimen, kind, operator=Operator.JVP, error=float("nan")):
    verdict = Verdict(kind, "multiprecision", "as the test says", error=error)
    return Judged(specimen.case(operator), None, verdict)


def test_no_chain_rule_goes_through_a_root_at_zero(bench, specimen):
    whole = specimen(("array_api.square", ("array_api.sqrt", "x")), x=0.0)
    elsewhere = specimen(("array_api.square", ("array_api.sqrt", "x")), x=0.25)
    with bench() as right:
        said = excuse(right, whole, failure(whole, VerdictKind.NONFINITE))
        assert said.startswith("array_api.sqrt has no single derivative of order 1")
        assert excuse(right, elsewhere, failure(elsewhere, VerdictKind.NONFINITE)) == ""


def test_a_choice_inside_is_a_choice(bench, specimen):
    """|x| |x| = x² is smooth at 0, and its parts are not."""
    size = ("array_api.abs", "x")
    whole = specimen(("array_api.multiply", size, size), x=0.0)
    with bench() as right:
        assert excuse(right, whole, failure(whole, VerdictKind.WRONG, error=1.0))


@pytest.mark.parametrize(("error", "excused"), [(3e-8, True), (1e-4, False)])
def test_a_value_is_rounded_before_the_next_function_takes_it(bench, specimen, error, excused):
    """The elements of a softmax sum up to 1 whatever x is; in float32 only to about 1e-7."""
    whole = specimen(("array_api.sum", ("special.softmax", "x")), "float32", x=[1.0, 2.0])
    with bench() as right:
        said = excuse(right, whole, failure(whole, VerdictKind.WRONG, error=error))
    assert bool(said) is excused


def test_slopes_that_cancel_are_rounded_too(bench, specimen):
    """atan2(x / 1.75, x) is constant: its derivative is the difference of two equal products."""
    ratio = ("array_api.divide/operator,x2=1.75", "x")
    whole = specimen(("array_api.atan2", ratio, "x"), x=[1.0])
    with bench() as right:
        assert excuse(right, whole, failure(whole, VerdictKind.WRONG, error=1.1e-16))
        assert not excuse(right, whole, failure(whole, VerdictKind.WRONG, error=1e-9))


def test_a_single_function_has_no_excuse(bench, specimen):
    alone = specimen(("array_api.sqrt", "x"), x=0.0)
    with bench() as right:
        assert excuse(right, alone, failure(alone, VerdictKind.NONFINITE)) == ""


@pytest.mark.parametrize(
    ("nested", "x", "order"),
    [
        (("array_api.sin", "x"), 0.0, 3),
        (("array_api.abs", "x"), 0.0, 0),
        (("array_api.sqrt", "x"), 0.0, 0),
        (("linalg.inv", "x"), [[1.0, 3.0], [2.0, 5.0]], 3),
        (("linalg.inv", "x"), [[1.0, 3.0], [2.0, 6.0]], -1),
    ],
)
def test_how_often_it_can_be_differentiated(bench, specimen, nested, x, order):
    with bench() as right:
        assert smooth_to(right, specimen(nested, x=x)) == order
