"""Identities: fulfilled by right results, broken by each fault, and told by their name."""

from __future__ import annotations

import dataclasses

import numpy as np
import pytest

from harness.contract import HESSIAN_NESTINGS, NESTINGS, Evaluation, Operator, weights
from harness.problems.inputs import CaseInputs
from harness.verification.oracles.cross_identities import Evaluated, between_operators
from harness.verification.oracles.identities import homogeneity, linearity, symmetry

U = 2.0**-52
RNG = np.random.default_rng(4)
J = RNG.standard_normal((3, 4))
V, W, Y_BAR = RNG.standard_normal(4), RNG.standard_normal(4), RNG.standard_normal(3)
H = RNG.standard_normal((4, 4))
H = H + H.T
THIRD = RNG.standard_normal(4)
X = (np.zeros(4),)

RIGHT = {
    Operator.JVP: Evaluated((J @ V,), (V,), (J @ W,)),
    Operator.VJP: Evaluated((J.T @ Y_BAR,), (Y_BAR,), (2 * J.T @ Y_BAR,)),
    Operator.JVP_BATCHED: Evaluated((np.stack((J @ V, J @ W)),), (V,)),
    Operator.VJP_BATCHED: Evaluated((np.stack((J.T @ Y_BAR, 2 * J.T @ Y_BAR)),), (Y_BAR,)),
    Operator.GRADIENT: Evaluated((J.T @ weights((3,)),), ()),
    Operator.JACOBIAN: Evaluated((J,), ()),
    Operator.JACOBIAN_FORWARD: Evaluated((J,), ()),
    Operator.JACOBIAN_REVERSE: Evaluated((J,), ()),
    **{op: Evaluated((H,), ()) for op in (Operator.HESSIAN, *HESSIAN_NESTINGS)},
    **{op: Evaluated((H @ V,), (V,)) for op in (Operator.HVP, *NESTINGS)},
    **{
        op: Evaluated((THIRD,), (V,))
        for op in (Operator.THIRD, Operator.THIRD_FORWARD, Operator.THIRD_REVERSE)
    },
}

# Which operator is spoiled, and the identities that must notice, seen from it.
ADJOINT, SLOPE = "adjoint ⟨ȳ, Jẋ⟩ = ⟨Jᵀȳ, ẋ⟩", "⟨∇⟨w, f⟩, ẋ⟩ = ⟨w, Jẋ⟩"
BY_J = {"forward = reverse", "jvp = J v", "vjp = Jᵀ ȳ", "gradient = Jᵀ w"}
NOTICED = {
    Operator.JVP: {ADJOINT, "jvp = J v", SLOPE, "batched = loop"},
    Operator.VJP: {ADJOINT, "vjp = Jᵀ ȳ", "batched = loop"},
    Operator.JVP_BATCHED: {"batched = loop"},
    Operator.VJP_BATCHED: {"batched = loop"},
    Operator.GRADIENT: {"gradient = Jᵀ w", SLOPE},
    Operator.JACOBIAN_FORWARD: BY_J,
    Operator.JACOBIAN_REVERSE: BY_J,
    Operator.HESSIAN: {"hvp = H v", "the nestings of the Hessian agree"},
    Operator.HESSIAN_REVERSE_OVER_FORWARD: {"hvp = H v", "the nestings of the Hessian agree"},
    Operator.THIRD: {"the ways to the third derivative agree"},
    Operator.THIRD_REVERSE: {"the ways to the third derivative agree"},
    Operator.HVP_REVERSE_OVER_REVERSE: {"the nestings agree", "hvp = H v"},
    Operator.HVP_FORWARD_OVER_FORWARD: {"the nestings agree", "hvp = H v"},
}


@pytest.mark.parametrize("operator", RIGHT)
def test_right_results_fulfil_every_identity(operator):
    breaches = list(between_operators(operator, RIGHT, X, 1e-13))
    assert breaches
    assert not any(breach.broken for breach in breaches)


@pytest.mark.parametrize("operator", NOTICED)
def test_each_identity_notices(operator):
    spoiled = dataclasses.replace(
        RIGHT[operator], results=tuple(1.0005 * r for r in RIGHT[operator].results)
    )
    seen = {**RIGHT, operator: spoiled}
    broken = {b.identity for b in between_operators(operator, seen, X, 1e-6) if b.broken}
    assert broken == NOTICED[operator]


def test_a_transposed_jacobian_is_noticed():
    square = RNG.standard_normal((4, 4))
    seen = {
        Operator.JACOBIAN: Evaluated((square.T.copy(),), ()),
        Operator.JVP: Evaluated((square @ V,), (V,)),
        Operator.VJP: Evaluated((square.T @ W,), (W,)),
    }
    breaches = list(between_operators(Operator.JACOBIAN, seen, X, 1e-6))
    assert [b.broken for b in breaches] == [True, True]


def test_a_gradient_is_the_jacobian_of_a_scalar():
    gradient = J[0]
    for sign in (1, -1):
        seen = {
            Operator.GRADIENT: Evaluated((gradient,), ()),
            Operator.JACOBIAN: Evaluated((sign * gradient,), ()),
        }
        (breach,) = between_operators(Operator.GRADIENT, seen, X, 1e-6)
        assert breach.broken is (sign < 0)
        assert breach.operators == (Operator.GRADIENT, Operator.JACOBIAN)


def test_a_batch_whose_second_row_repeats_the_first_is_noticed():
    loop = RIGHT[Operator.JVP]
    twice = Evaluated((np.stack((J @ V, J @ V)),), (V,))
    seen = {Operator.JVP: loop, Operator.JVP_BATCHED: twice}
    (breach,) = between_operators(Operator.JVP_BATCHED, seen, X, 1e-6)
    assert breach.broken
    # Where the loop was seen along one direction only, the first row is all that can be said.
    seen[Operator.JVP] = dataclasses.replace(loop, probe=())
    (breach,) = between_operators(Operator.JVP_BATCHED, seen, X, 1e-6)
    assert not breach.broken


def test_a_sum_without_weights_is_no_gradient():
    seen = {
        Operator.GRADIENT: Evaluated((J.T @ np.ones(3),), ()),
        Operator.JACOBIAN: RIGHT[Operator.JACOBIAN],
        Operator.JVP: RIGHT[Operator.JVP],
    }
    breaches = list(between_operators(Operator.GRADIENT, seen, X, 1e-6))
    assert [b.broken for b in breaches] == [True, True]


def test_only_identities_of_the_operator_are_asked():
    spoiled = {**RIGHT, Operator.JVP: Evaluated((2 * J @ V,), (V,))}
    assert not any(b.broken for b in between_operators(Operator.HESSIAN, spoiled, X, 1e-6))


def evaluation(v, w, both):
    return Evaluation(results=v, plain_value=None, repeatable=True, probe=w, combined=both)


INPUTS = CaseInputs(X, (V,), (W,), (V + W,))


def test_linearity_holds_to_rounding_and_no_further():
    v, w = J @ V, J @ W
    honest = evaluation((v,), (w,), (J @ (V + W),))
    assert not linearity(honest, INPUTS, 16 * U).broken
    off = J @ (V + W)
    off[1] *= 1 + 1e-12
    breach = linearity(evaluation((v,), (w,), (off,)), INPUTS, 16 * U)
    assert breach.broken
    np.testing.assert_allclose(breach.gap, abs(off[1]) * 1e-12, rtol=1e-3)
    for wrong in (v, w, np.zeros(3), np.full(3, np.nan)):
        assert linearity(evaluation((v,), (w,), (wrong,)), INPUTS, 1e-6).broken


def test_conditioning_excuses_a_gap_in_linearity():
    v, w = J @ V, J @ W
    off = v + w + 1e-10
    case = evaluation((v,), (w,), (off,))
    assert linearity(case, INPUTS, 16 * U).broken
    assert not linearity(case, INPUTS, 16 * U, [np.full(3, 1e6)]).broken


def test_linearity_needs_three_directions():
    assert linearity(evaluation((V,), (), ()), INPUTS, U) is None


def test_a_third_derivative_is_quadratic_in_its_direction():
    def probed(along_2v):
        return Evaluation((THIRD,), None, True, probe=(along_2v,))

    assert not homogeneity(probed(4 * THIRD), U).broken
    for wrong in (THIRD, 2 * THIRD, 8 * THIRD, -4 * THIRD, 4 * THIRD + np.eye(4)[2] * 1e-9):
        assert homogeneity(probed(wrong), 16 * U).broken
    assert homogeneity(Evaluation((THIRD,), None, True), U) is None
    # It names the component that is furthest off.
    assert homogeneity(probed(4 * THIRD + np.eye(4)[1]), U).gap == pytest.approx(1.0)


@pytest.mark.parametrize("dtype", ["float64", "float32"])
def test_what_overflows_along_a_longer_direction_is_no_breach(dtype):
    largest = np.finfo(dtype).max
    v = np.array([largest / 2, 1.0], dtype)
    infinite = np.array([np.inf, 4.0], dtype)
    third = Evaluation((v,), None, True, probe=(infinite,))
    assert not homogeneity(third, 1e-6).broken
    assert homogeneity(dataclasses.replace(third, probe=(np.array([1.0, np.inf]),)), 1e-6).broken
    one = np.ones(2)
    inputs = CaseInputs((), (one,), (one,), (2 * one,))
    assert not linearity(evaluation((v,), (v,), (infinite / 2,)), inputs, 1e-6).broken
    for lost in (np.array([1.0, np.nan], dtype), np.array([1.0, np.inf], dtype)):
        assert linearity(evaluation((v,), (lost,), (v,)), inputs, 1e-6).broken
        assert linearity(evaluation((v,), (v,), (lost,)), inputs, 1e-6).broken
        assert linearity(evaluation((v,), (lost,), (lost,)), inputs, 1e-6).broken


def test_subnormal_numbers_are_rounded_by_their_spacing():
    spacing = np.finfo(float).smallest_subnormal
    once, off = np.array([3 * spacing]), np.array([11 * spacing])
    third = Evaluation((once,), None, True, probe=(off,))
    assert homogeneity(third, 16 * U).broken
    assert not homogeneity(third, 16 * U, underflow=4 * spacing).broken
    three = evaluation((once,), (once,), (off,))
    assert linearity(three, INPUTS, 16 * U).broken
    assert not linearity(three, INPUTS, 16 * U, underflow=4 * spacing).broken


def test_a_hessian_of_blocks_is_symmetric_across_them():
    n, m = 2, 3
    whole = RNG.standard_normal((n * 2 + m, n * 2 + m))
    whole = whole + whole.T
    aa, ab = whole[:4, :4].reshape(2, 2, 2, 2), whole[:4, 4:].reshape(2, 2, 3)
    ba, bb = whole[4:, :4].reshape(3, 2, 2), whole[4:, 4:]
    right = (aa, ab, ba, bb)
    assert not symmetry(Operator.HESSIAN, right, U).broken
    for spoiled, index in enumerate([(0, 1, 1, 0), (0, 1, 2), (2, 0, 1), (0, 1)]):
        blocks = [b.copy() for b in right]
        blocks[spoiled][index] += 1e-9
        assert symmetry(Operator.HESSIAN, blocks, U).broken
    assert symmetry(Operator.HVP, right, U) is None


def test_a_nested_hessian_with_swapped_blocks_is_noticed():
    # Of the same shape, so only the numbers tell.
    aa, bb = H, 2 * H
    ab = RNG.standard_normal((4, 4))
    assert not symmetry(Operator.HESSIAN, (aa, ab, ab.T, bb), U).broken
    assert symmetry(Operator.HESSIAN, (aa, ab, ab, bb), U).broken
