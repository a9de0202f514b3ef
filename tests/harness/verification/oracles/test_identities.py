"""Identities: fulfilled by right results, broken by each fault, and told by their name."""

from __future__ import annotations

import dataclasses

import numpy as np
import pytest

from harness.contract import NESTINGS, Evaluation, Operator
from harness.problems.inputs import CaseInputs
from harness.verification.oracles.identities import (
    Evaluated,
    between_operators,
    linearity,
    symmetry,
)

U = 2.0**-52
RNG = np.random.default_rng(4)
J = RNG.standard_normal((3, 4))
V, W, Y_BAR = RNG.standard_normal(4), RNG.standard_normal(4), RNG.standard_normal(3)
H = RNG.standard_normal((4, 4))
H = H + H.T
GRADIENT = RNG.standard_normal(4)
X = (np.zeros(4),)

RIGHT = {
    Operator.JVP: Evaluated((J @ V,), (V,)),
    Operator.VJP: Evaluated((J.T @ Y_BAR,), (Y_BAR,)),
    Operator.JACOBIAN: Evaluated((J,), ()),
    Operator.JACOBIAN_FORWARD: Evaluated((J,), ()),
    Operator.JACOBIAN_REVERSE: Evaluated((J,), ()),
    Operator.HESSIAN: Evaluated((H,), ()),
    **{op: Evaluated((H @ V,), (V,)) for op in (Operator.HVP, *NESTINGS)},
}

# Which operator is spoiled, and the identities that must notice, seen from it.
NOTICED = {
    Operator.JVP: {"adjoint ⟨ȳ, Jẋ⟩ = ⟨Jᵀȳ, ẋ⟩", "jvp = J v"},
    Operator.VJP: {"adjoint ⟨ȳ, Jẋ⟩ = ⟨Jᵀȳ, ẋ⟩", "vjp = Jᵀ ȳ"},
    Operator.JACOBIAN_FORWARD: {"forward = reverse", "jvp = J v", "vjp = Jᵀ ȳ"},
    Operator.JACOBIAN_REVERSE: {"forward = reverse", "jvp = J v", "vjp = Jᵀ ȳ"},
    Operator.HESSIAN: {"hvp = H v"},
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
    seen = {
        Operator.GRADIENT: Evaluated((GRADIENT,), ()),
        Operator.JACOBIAN: Evaluated((-GRADIENT,), ()),
    }
    (breach,) = between_operators(Operator.GRADIENT, seen, X, 1e-6)
    assert breach.broken
    assert breach.operators == (Operator.GRADIENT, Operator.JACOBIAN)


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
