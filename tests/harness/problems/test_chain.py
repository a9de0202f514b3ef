"""The chains: their closed forms, their profiles, and where the crossover is predicted."""

from __future__ import annotations

from itertools import pairwise

import numpy as np
import pytest

from harness.contract import Operator
from harness.problems.chain import CHAINS, NARROW_END, NECK, SCALES, chain_widths

BY_PROFILE = {problem.name.rsplit(".", 1)[1]: problem for problem in CHAINS}
FUNNEL = BY_PROFILE["funnel"]
BEYOND = [n for n in SCALES if n > NARROW_END]
"""Where funnel and fan are what their names say."""
EXTENDED = 1e-17
UNEVEN = {"n_0": 3, "n_1": 2, "n_2": 4, "n_3": 1, "n_4": 2}


def predicted(profile, scale):
    problem = BY_PROFILE[profile]
    (size,) = (s for s in problem.sizes if s.scale == scale)
    return [
        problem.predicted_cost[op](size.dims)
        for op in (Operator.JACOBIAN_FORWARD, Operator.JACOBIAN_REVERSE, Operator.JACOBIAN)
    ]


@pytest.mark.parametrize("dims", [UNEVEN, dict(UNEVEN, n_4=5)], ids=["narrowing", "widening"])
@pytest.mark.parametrize("operator", sorted(FUNNEL.closed_forms))
def test_closed_forms_are_the_derivatives(operator, dims, disagreement_of):
    assert disagreement_of(FUNNEL, operator, dims, "generic-0") < EXTENDED


def test_a_missing_factor_is_seen(disagreement_of):
    def without_tanh(xp, x_0, *weights):
        product = weights[0]
        for W in weights[1:]:
            product = W @ product
        return (product,)

    assert disagreement_of(FUNNEL, Operator.JACOBIAN, UNEVEN, "generic-0", without_tanh) > 1e-3


def test_at_the_origin_the_jacobian_is_the_product_of_the_weights():
    x_0, *weights = FUNNEL.point("origin").build(UNEVEN, np.random.default_rng(3))
    W_1, W_2, W_3, W_4 = weights
    (J,) = FUNNEL.closed_forms[Operator.JACOBIAN](np, x_0, *weights)
    np.testing.assert_allclose(J, W_4 @ W_3 @ W_2 @ W_1, rtol=1e-14)


@pytest.mark.parametrize("problem", CHAINS, ids=lambda p: p.name)
def test_every_size_says_its_widths_and_builds_to_them(problem):
    assert [size.scale for size in problem.sizes] == list(SCALES)
    assert max(SCALES) / min(SCALES) > 100
    for size in problem.sizes:
        widths = chain_widths(size.dims)
        x_0, *weights = problem.points[0].build(size.dims, np.random.default_rng(0))
        assert x_0.shape == (widths[0],)
        assert [W.shape for W in weights] == [(n, below) for below, n in pairwise(widths)]


def test_the_profiles_have_their_shapes():
    for n in BEYOND:
        ends = {
            name: chain_widths(next(s for s in p.sizes if s.scale == n).dims)
            for name, p in BY_PROFILE.items()
        }
        assert ends["funnel"][0] == n > ends["funnel"][-1]
        assert list(ends["funnel"]) == sorted(ends["funnel"], reverse=True)
        assert ends["fan"] == ends["funnel"][::-1]
        assert set(ends["equal"]) == {n}
        assert min(ends["bottleneck"]) == ends["bottleneck"][2] < n


def test_the_crossover_lies_between_the_sizes():
    for funnel, fan in ((predicted("funnel", n), predicted("fan", n)) for n in BEYOND):
        assert funnel[1] < funnel[0]
        assert fan[0] < fan[1]
    for n in set(SCALES) - set(BEYOND):
        assert predicted("funnel", n)[0] < predicted("funnel", n)[1]
        assert predicted("fan", n)[1] < predicted("fan", n)[0]


def test_equal_and_bottleneck_tie_and_only_the_bottleneck_can_be_beaten():
    for n in SCALES:
        forward, reverse, best = predicted("equal", n)
        assert forward == reverse == best
        forward, reverse, best = predicted("bottleneck", n)
        assert forward == reverse
        assert reverse > best or n == NECK  # a neck as wide as the rest is none
    assert predicted("bottleneck", SCALES[-1])[0] > 40 * predicted("bottleneck", SCALES[-1])[2]


def test_no_tanh_is_saturated():
    """A saturated tanh has a slope that rounding eats, which is not what is asked here."""
    for problem in CHAINS:
        for size in problem.sizes:
            x, *weights = problem.points[0].build(size.dims, np.random.default_rng(1))
            for W in weights:
                x = np.tanh(W @ x)
                assert np.abs(x).max() < 0.9999
