"""Verdicts where a truth is not one exact array: curves, wide bounds, directions, sets."""

from __future__ import annotations

import math

import numpy as np
import pytest

from harness.contract import Descent, Operator, VerdictKind
from harness.verification.oracles import Branches, Question, TrueBlock, Truth
from harness.verification.tolerance import PRECISIONS, Standard, accuracy_floor
from harness.verification.verdicts import compare, inconclusive

DOUBLE, SINGLE = PRECISIONS["float64"], PRECISIONS["float32"]
KINDS = VerdictKind


def block(high, *, conditioning=0.0, bound=0.0, **more):
    high = np.asarray(high, dtype=float)
    full = lambda x: np.broadcast_to(np.asarray(x, float), high.shape)  # noqa: E731
    more = {k: full(v) if k in ("lower", "upper") else v for k, v in more.items()}
    return TrueBlock(high, np.zeros(high.shape), full(conditioning), full(bound), **more)


def verdict(true, result, *, precision=DOUBLE, operations=1, **more):
    truth = Truth("oracle", (true,), **more)
    result = np.asarray(result, dtype=precision.dtype)
    return compare(truth, (result,), Standard(precision, operations))


@pytest.mark.parametrize("precision", [DOUBLE, SINGLE], ids=["double", "single"])
def test_the_tolerance_is_the_design_s(precision):
    u = precision.unit_roundoff
    true = block([2.0, -3.0], conditioning=[5.0, 0.0], bound=[0.0, 1e-30])
    expected = 32 * u * np.array([7.0, 3.0])
    np.testing.assert_allclose(Standard(precision, 1).tolerance(true), expected, rtol=1e-12)
    np.testing.assert_allclose(Standard(precision, 100).tolerance(true), 10 * expected, rtol=1e-12)
    np.testing.assert_allclose(
        Standard(precision, 1, factor=1.0).tolerance(true), expected / 32, rtol=1e-12
    )


def test_both_sides_of_the_tolerance():
    # At 1 the tolerance is 32 u, which is 16 units in the last place.
    ulp = 2.0**-52
    for off, kind in ((16, KINDS.OK), (-16, KINDS.OK), (17, KINDS.ACCURACY_LOSS)):
        assert verdict(block(1.0), 1 + off * ulp).kind is kind
    # Conditioning widens it; a second component does not.
    assert verdict(block(1.0, conditioning=9.0), 1 + 160 * ulp).kind is KINDS.OK
    assert verdict(block(1.0, conditioning=9.0), 1 + 161 * ulp).kind is KINDS.ACCURACY_LOSS
    assert verdict(block([1.0, 9.0]), [1 + 17 * ulp, 9.0]).kind is KINDS.ACCURACY_LOSS


def test_low_digits_of_the_truth_count():
    true = TrueBlock(np.array(1.0), np.array(1e-17), np.zeros(()), np.zeros(()))
    np.testing.assert_allclose(verdict(true, 1.0).error, 1e-17)


def test_a_component_small_by_cancellation_is_measured_by_what_was_cancelled():
    lost = block([1.0, 1e-12], conditioning=[0.0, 1.0])
    assert verdict(lost, [1.0, 1e-12 + 1e-8]).kind is KINDS.ACCURACY_LOSS
    # But one that is small by itself is not measured by its neighbours.
    small = block([1.0, 1e-12])
    assert verdict(small, [1.0, 1e-12 + 1e-8]).kind is KINDS.WRONG
    assert verdict(small, [1.0, 0.0]).kind is KINDS.WRONG
    one = Standard(DOUBLE, 1)
    np.testing.assert_allclose(accuracy_floor(lost, one), [1e-6, 1e-6])
    # 32 u of the neighbour: its rounding errors may land here.
    np.testing.assert_allclose(accuracy_floor(small, one), [1e-6, 32 * 2.0**-53])


def test_rounding_noise_where_the_truth_is_zero_is_lost_accuracy():
    true = block([10.0, 0.0])
    assert verdict(true, [10.0, 1e-15]).kind is KINDS.ACCURACY_LOSS
    assert verdict(true, [10.0, 1e-9]).kind is KINDS.WRONG
    assert verdict(block([0.0]), [1e-15]).kind is KINDS.WRONG


def test_a_tolerance_never_becomes_infinite(tools, court):
    # Conditioning near 1e300, whose square is beyond every float.
    subject = tools.Subject(
        tools.problem(
            "huge",
            lambda xp, x: xp.sum(1e300 * x * x * x),
            ("x",),
            {"generic-0": lambda rng: (rng.uniform(1, 2, 6),)},
            operations=20,
        ),
        {Operator.GRADIENT: lambda args, seeds: (3e300 * args[0] ** 2,)},
    )
    assert court.try_(subject, Operator.GRADIENT).kind is KINDS.OK
    wrong = court.try_(subject, Operator.GRADIENT, results=lambda r: (r[0] * 1.5,))
    assert wrong.kind is KINDS.WRONG
    assert np.isfinite(wrong.tolerance)


def test_zeros_are_excused_by_cancellation_only():
    # A truth of 1e-17 out of terms of size 1 rounds to 0; sin(1e8 x)' does not.
    assert verdict(block([1e-17], conditioning=1.0), [0.0]).kind is KINDS.OK
    assert verdict(block([0.5], conditioning=1e8), [0.0]).kind is KINDS.WRONG
    # However many operations: 1e5 of them would allow 1e-12 here.
    many = verdict(block([1e-13], conditioning=1.0), [0.0], operations=10**5)
    assert many.kind is KINDS.WRONG
    assert verdict(block([1e-13, 1.0], conditioning=1.0), [0.0, 1.0], operations=10**5).kind is (
        KINDS.OK
    )


def test_a_wide_tolerance_does_not_excuse_a_sign():
    # The tolerance is 32·√100·u·1e14 = 3.6, more than the truth; 16 roundings are 0.18 of it.
    true = block([1.0], conditioning=1e14)
    for result, kind in (
        (1.0, KINDS.OK),
        (1.1, KINDS.OK),
        (0.9, KINDS.OK),
        (-1.0, KINDS.WRONG),
        (2.0, KINDS.WRONG),
        (0.0, KINDS.WRONG),
    ):
        assert verdict(true, [result], operations=100).kind is kind
    # Where another component is pinned down, a small one may be anything small.
    assert verdict(block([1.0, 1e-17], conditioning=1.0), [1.0, -1e-15]).kind is KINDS.OK


def test_beyond_the_range_of_the_dtype():
    assert verdict(block(1e39), np.inf, precision=SINGLE).kind is KINDS.OK
    assert verdict(block(-1e39), np.inf, precision=SINGLE).kind is KINDS.WRONG
    assert verdict(block(1e38), np.inf, precision=SINGLE).kind is KINDS.NONFINITE
    assert verdict(block(1e-50), 0.0, precision=SINGLE).kind is KINDS.OK
    assert verdict(block([1e-320, 1.0]), [1.5e-323 + 1e-320, 1.0]).kind is KINDS.OK


def test_a_wide_bound_cannot_acquit_but_can_convict():
    wide = block(1.0, bound=1e-3)
    assert verdict(wide, 1.0).kind is KINDS.INCONCLUSIVE
    assert verdict(wide, 1.0005).kind is KINDS.INCONCLUSIVE
    assert verdict(wide, 1.5).kind is KINDS.WRONG
    narrow = block(1.0, bound=1e-9)
    assert verdict(narrow, 1.0 + 5e-10).kind is KINDS.OK
    assert verdict(narrow, 1.0 + 5e-9).kind is KINDS.ACCURACY_LOSS
    assert verdict(block(0.0, bound=1e-6), 0.0).kind is KINDS.INCONCLUSIVE
    assert verdict(block(0.0, bound=1e-20), 0.0).kind is KINDS.OK
    # A block of zeros is measured by the others.
    zeros, large = block([0.0], bound=1e-3), block([1e6])
    truth = Truth("oracle", (zeros, large))
    results = (np.zeros(1), np.full(1, 1e6))
    assert compare(truth, results, Standard(DOUBLE, 1)).kind is KINDS.OK


def test_no_derivative_at_all():
    assert verdict(block(np.nan), np.nan).kind is KINDS.OUTSIDE_DOMAIN
    assert verdict(block(np.nan), 1.0).kind is KINDS.WRONG


def test_a_curve_is_held_to_its_own_bound():
    curve = block([2.0, 1.0, 0.5])
    assert verdict(curve, [2.0, 1.0 + 0.9e-9, 0.5], curve_bound=1e-9).kind is KINDS.OK
    lost = verdict(curve, [2.0, 1.0 + 2e-9, 0.5], curve_bound=1e-9)
    assert lost.kind is KINDS.ACCURACY_LOSS
    np.testing.assert_allclose(lost.tolerance, 1e-9)
    assert verdict(curve, [2.0, 1.1, 0.5], curve_bound=1e-9).kind is KINDS.WRONG
    assert verdict(curve, [2.0, np.nan, 0.5], curve_bound=1e-9).kind is KINDS.NONFINITE


def tied(second, first, *, exact=True, count=1):
    first, second = np.asarray(first, float), np.asarray(second, float)
    return block(
        second,
        lower=np.minimum(first, second),
        upper=np.maximum(first, second),
        branches=Branches(first, second, exact, count),
    )


def test_one_share_must_explain_every_component():
    # Sides (1, 0, 5) and (0, 2, 5): λ = ¼ is (¼, 1.5, 5).
    true = tied([0.0, 2.0, 5.0], [1.0, 0.0, 5.0])
    quarter = verdict(true, [0.25, 1.5, 5.0])
    assert (quarter.kind, quarter.reason[:14]) == (KINDS.CONVENTION, "selection 0.25")
    mixed = verdict(true, [1.0, 2.0, 5.0])
    assert mixed.kind is KINDS.CONVENTION
    assert mixed.reason.startswith("a mixed selection")
    assert verdict(true, [0.25, 1.5, 5.1]).kind is KINDS.WRONG
    assert verdict(true, [0.25, 2.1, 5.0]).kind is KINDS.WRONG
    assert verdict(true, [0.25, np.inf, 5.0]).kind is KINDS.NONFINITE


def test_a_set_that_reaches_to_infinity():
    true = block(np.inf, lower=-np.inf, upper=np.inf)
    for result in (np.inf, -np.inf, 0.0):
        assert verdict(true, result).kind is KINDS.CONVENTION
    assert verdict(true, np.nan).kind is KINDS.NONFINITE


def test_empty_results_are_right():
    empty = verdict(block(np.empty((0, 3))), np.empty((0, 3)))
    assert empty.kind is KINDS.OK
    assert empty.error == 0


def test_nothing_decided_says_why():
    told = inconclusive(["multiprecision: too dear", "closed-form: there is none"])
    assert told.kind is KINDS.INCONCLUSIVE
    assert "too dear" in told.reason
    assert math.isnan(told.error)


RATE = 0.5


def parabola_descent(tools, final_loss):
    """x ← x - ½ x on ½ x²: the losses fall by a quarter at each step."""

    def curve(xp, x):
        losses = [x * x / 2]
        for _ in range(4):
            x = x - RATE * x
            losses.append(x * x / 2)
        return (xp.stack(losses),)

    return tools.Subject(
        tools.problem(
            "parabola",
            lambda xp, x: x * x / 2,
            ("x",),
            {"generic-0": lambda rng: (2.0,)},
            operators=frozenset({Operator.DESCENT}),
            closed_forms={Operator.DESCENT: curve},
            descent=Descent(4, RATE, 1e-10, final_loss),
        ),
        {Operator.DESCENT: lambda args, seeds: (2 * 0.25 ** np.arange(5.0),)},
    )


def test_a_descent_must_follow_the_curve_and_end_below_its_figure(tools, court):
    subject = parabola_descent(tools, final_loss=0.01)
    right = court.try_(subject, Operator.DESCENT)
    assert (right.kind, right.oracle) == (KINDS.OK, "closed-form"), right.reason
    for spoil, kind in (
        (lambda r: (r[0] * (1 + 1e-8),), KINDS.ACCURACY_LOSS),
        (lambda r: (np.concatenate([r[0][:2], r[0][1:4]]),), KINDS.WRONG),
        (lambda r: (r[0][:-1],), KINDS.STRUCTURE),
    ):
        assert court.try_(subject, Operator.DESCENT, results=spoil).kind is kind
    # The same curve, of which more is asked.
    strict = court.try_(parabola_descent(tools, final_loss=0.001), Operator.DESCENT)
    assert strict.kind is KINDS.WRONG
    assert "the last loss is 0.0078125, not below 0.001" in strict.reason


def test_along_directions_the_roundings_of_all_terms_count(tools, tmp_path):
    # Σ s_i g_i may cancel; the g_i were rounded all the same.
    from harness.verification.oracles import SpotChecks

    subject = tools.Subject(
        tools.problem(
            "wide",
            lambda xp, x: xp.sum(x**3),
            ("x",),
            tools.seeded(5, lambda rng: (rng.standard_normal(500) * 10,)),
            operations=1500,
        ),
        {Operator.GRADIENT: lambda args, seeds: (3 * args[0] ** 2,)},
    )
    court = tools.Court(tmp_path, oracles=[SpotChecks()])
    for k in range(5):
        for dtype in ("float64", "float32"):
            point = f"generic-{k}"
            right = court.try_(subject, Operator.GRADIENT, point=point, dtype=dtype)
            assert (right.kind, right.oracle) == (KINDS.OK, "multiprecision-directions")
    wrong = court.try_(subject, Operator.GRADIENT, results=lambda r: (r[0] * 1.0005,))
    assert wrong.kind is KINDS.WRONG
    assert "direction" in wrong.reason


@pytest.mark.parametrize("operator", [Operator.JVP, Operator.HVP])
def test_spot_checks_know_the_conditioning_in_the_tangents(tools, operator):
    # f = d·Σ x², along v: the tangents are operands like the others.
    from harness.verification.oracles import SpotChecks

    rng = np.random.default_rng(1)
    x, v = rng.standard_normal(3), rng.standard_normal(3)
    problem = tools.problem(
        "quadratic", lambda xp, x: xp.sum(x * x), ("x",), {"p": lambda rng: (x,)}
    )
    question = Question(problem, operator, (x,), (v,), {"n": 3})
    spots = SpotChecks().truth(question)
    if operator is Operator.JVP:
        # J v = 2 x·v: each x_i and each v_i moves it by 2 x_i v_i, with random signs.
        expected = np.linalg.norm(2 * np.concatenate([x * v, x * v]))
        assert 0.3 * expected < spots.blocks[0].conditioning < 3 * expected
    else:
        # H v = 2v: perturbed with random signs, Σ_i ±2 s_i v_i.
        (s,) = spots.directions[0]
        expected = np.linalg.norm(2 * s * v)
        assert 0.3 * expected < spots.blocks[0].conditioning < 3 * expected


def test_a_programme_s_zero_is_held_to_the_roundings_of_its_neighbours():
    true = block([10.0, 0.0])
    # 32 √16 u of 10 is 1.4e-13.
    assert verdict(true, [10.0, 1e-13], operations=16).kind is KINDS.OK
    assert verdict(true, [10.0, 2e-13], operations=16).kind is not KINDS.OK
    # Of an ill-conditioned neighbour too.
    ill = block([1.0, 0.0], conditioning=np.array([99.0, 0.0]))
    assert verdict(ill, [1.0, 1e-12], operations=16).kind is KINDS.OK
    assert verdict(ill, [1.0, 2e-12], operations=16).kind is not KINDS.OK
    # A zero without neighbours has nothing to be rounded with.
    assert verdict(block([0.0]), [1e-15], operations=16).kind is KINDS.WRONG


def test_a_programme_s_small_component_keeps_its_digits():
    true = block([1.0, 1e-9])
    # Within the roundings of 1, but 5 parts in 10,000 of 1e-9 are a fault and 1 in 10^6 none.
    assert verdict(true, [1.0, 1e-9 * (1 + 9e-7)], operations=16).kind is KINDS.OK
    assert verdict(true, [1.0, 1e-9 * (1 + 5e-4)], operations=16).kind is KINDS.WRONG
    assert verdict(block([1.0, 1e-15]), [1.0, 0.0], operations=16).kind is not KINDS.OK


def test_a_subnormal_truth_may_be_flushed_to_zero():
    for precision in (DOUBLE, SINGLE):
        smallest = precision.smallest_normal
        true = block([smallest / 8, -smallest / 3])
        assert verdict(true, [0.0, 0.0], precision=precision).kind is KINDS.OK
        assert verdict(true, [0.0, smallest], precision=precision).kind is not KINDS.OK
        normal = block([smallest * 2])
        assert verdict(normal, [0.0], precision=precision).kind is KINDS.WRONG


def test_a_block_of_zeros_is_not_known_to_be_zero_by_what_is_large_elsewhere():
    vague, large = block([0.0], bound=1e120), block([4e162], bound=1e120)
    truth = Truth("oracle", (vague, large))
    results = (np.array([1.0]), np.array([4e162]))
    assert compare(truth, results, Standard(DOUBLE, 1)).kind is KINDS.INCONCLUSIVE
    known = Truth("oracle", (block([0.0], bound=1e-20), block([4e162])))
    results = (np.array([0.0]), np.array([4e162]))
    assert compare(known, results, Standard(DOUBLE, 1)).kind is KINDS.OK
