"""The judge on the scalar of many outputs, on every nesting and order, and on batches.

The subject has three outputs: y = sin(A x). What is right passes, each planted fault is caught in
the operator that has it and in no other.
"""

from __future__ import annotations

import numpy as np
import pytest

from harness.contract import Operator, VerdictKind
from harness.verification.oracles import TrueBlock, Truth, Undecided

OK, WRONG, STRUCTURE = VerdictKind.OK, VerdictKind.WRONG, VerdictKind.STRUCTURE


class Formulae:
    """Knows a subject's derivatives by hand, in extended precision; it can be kept from a few."""

    name, rank, version = "formulae", 5, 1

    def __init__(self, subject, silent=()):
        self._subject, self._silent = subject, silent

    def truth(self, question):
        if question.operator in self._silent:
            return Undecided("it is silent")
        wide = [tuple(x.astype(np.longdouble) for x in g) for g in (question.args, question.seeds)]
        results = self._subject.formulae[question.operator](*wide)
        return Truth(self.name, tuple(block(r) for r in results))


def block(result):
    high = result.astype(float)
    low = (result - high).astype(float)
    return TrueBlock(high, low, np.full(high.shape, 100.0), np.full(high.shape, 1e-17))


@pytest.fixture
def waves(subjects):
    return subjects["waves"]


@pytest.fixture
def informed(tools, waves, tmp_path):
    """A court that has the formulae and nothing else."""
    return tools.Court(tmp_path / "informed", oracles=[Formulae(waves)])


@pytest.fixture
def ignorant(tools, waves, tmp_path):
    """A court without any truth: identities are all it has."""
    return tools.Court(tmp_path / "ignorant", oracles=[Formulae(waves, frozenset(Operator))])


def test_the_subject_has_every_operator(waves):
    assert set(waves.formulae) == frozenset(Operator) - {Operator.DESCENT}


@pytest.mark.parametrize("dtype", ["float64", "float32"])
def test_what_is_right_is_never_flagged(waves, informed, dtype):
    for operator in waves.formulae:
        for point in ("generic-0", "generic-1", "generic-2"):
            verdict = informed.try_(waves, operator, point=point, dtype=dtype)
            assert verdict.kind is OK, (operator, point, verdict)


def test_without_truth_no_identity_flags_what_is_right(waves, ignorant):
    for operator in waves.formulae:
        assert ignorant.try_(waves, operator).kind is VerdictKind.INCONCLUSIVE, operator


def all_of(change):
    """The fault, in whatever an evaluation of the operator has."""
    return dict.fromkeys(("results", "probe", "combined"), change)


FAULTY = [
    operator
    for operator in Operator
    if operator.of_scalar or operator.batched or operator is Operator.JACOBIAN_FORWARD
]


@pytest.mark.parametrize("operator", FAULTY)
def test_a_fault_in_one_way_condemns_that_way_alone(waves, informed, operator):
    off = all_of(lambda results: tuple(r * 1.0005 for r in results))
    kinds = {
        op: informed.try_(waves, op, backend=operator, **(off if op is operator else {})).kind
        for op in waves.formulae
    }
    assert {op for op, kind in kinds.items() if kind is not OK} == {operator}
    assert kinds[operator] is WRONG


@pytest.mark.parametrize("operator", FAULTY)
def test_without_truth_an_identity_convicts(waves, ignorant, operator):
    off = all_of(lambda results: tuple(r * 1.0005 for r in results))
    for op in waves.formulae:
        if op is not operator:
            ignorant.try_(waves, op)
    verdict = ignorant.try_(waves, operator, **off)
    assert (verdict.kind, verdict.oracle) == (WRONG, "identities")


@pytest.mark.parametrize("operator", [op for op in Operator if op.of_scalar])
def test_the_derivative_of_the_plain_sum_is_wrong(tools, waves, court, operator):
    """All outputs with the weight 1: what a backend or an oracle gives that drops the weights."""
    plain = {
        "gradient": lambda A, s, v: A.T @ np.cos(s),
        "hvp": lambda A, s, v: -A.T @ (np.sin(s) * (A @ v[0])),
        "hessian": lambda A, s, v: -(A.T * np.sin(s)) @ A,
        "third": lambda A, s, v: -A.T @ (np.cos(s) * (A @ v[0]) ** 2),
    }[operator.base]
    verdict = court.try_(
        waves,
        operator,
        formula=lambda args, seeds: (plain(args[0], args[0] @ args[1], seeds),),
    )
    assert (verdict.kind, verdict.oracle) == (WRONG, "multiprecision")
    assert court.try_(waves, operator).kind is OK


@pytest.mark.parametrize("operator", [Operator.JVP_BATCHED, Operator.VJP_BATCHED])
@pytest.mark.parametrize(("bad", "said"), [(0, "the first row"), (1, "the second row")])
def test_a_wrong_row_of_a_batch_is_named(waves, informed, court, operator, bad, said):
    def spoil(results):
        (stacked,) = results
        stacked = stacked.copy()
        stacked[bad] *= 1.0005
        return (stacked,)

    for judge in (informed, court):
        verdict = judge.try_(waves, operator, results=spoil)
        assert verdict.kind is WRONG
        assert verdict.reason.startswith(f"{said}: ")


@pytest.mark.parametrize("operator", [Operator.JVP_BATCHED, Operator.VJP_BATCHED])
def test_a_map_that_ignores_the_second_row_is_caught(waves, informed, ignorant, operator):
    def first_twice(results):
        return tuple(np.stack((r[0], r[0])) for r in results)

    verdict = informed.try_(waves, operator, results=first_twice)
    assert (verdict.kind, verdict.oracle) == (WRONG, "formulae")
    assert verdict.reason.startswith("the second row: ")
    # Without truth, by what the same backend gave without a batch.
    assert ignorant.try_(waves, operator.base).kind is VerdictKind.INCONCLUSIVE
    verdict = ignorant.try_(waves, operator, results=first_twice)
    assert (verdict.kind, verdict.oracle) == (WRONG, "identities")
    assert "batched = loop" in verdict.reason


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (lambda r: (r[0][0],), "shape (3,) instead of (2, 3)"),
        (lambda r: (r[0][:1],), "shape (1, 3) instead of (2, 3)"),
        (lambda r: (r[0].T.copy(),), "shape (3, 2) instead of (2, 3)"),
    ],
    ids=["one row without an axis", "one row", "rows last"],
)
def test_the_rows_of_a_batch_are_the_leading_axis(waves, informed, change, said):
    verdict = informed.try_(waves, Operator.JVP_BATCHED, results=change)
    assert verdict.kind is STRUCTURE
    assert said in verdict.reason


def test_nan_in_the_second_row_alone(waves, informed):
    def spoil(results):
        (stacked,) = results
        stacked = stacked.copy()
        stacked[1, 2] = np.nan
        return (stacked,)

    verdict = informed.try_(waves, Operator.JVP_BATCHED, results=spoil)
    assert verdict.kind is VerdictKind.NONFINITE
    assert verdict.reason.startswith("the second row: ")
    assert "[2] is nan" in verdict.reason


def test_a_batch_is_judged_though_only_one_row_has_a_truth(tools, waves, tmp_path):
    class FirstOnly(Formulae):
        first = None

        def truth(self, question):
            key = tuple(s.tobytes() for s in question.seeds)
            self.first = self.first or key
            return super().truth(question) if key == self.first else Undecided("it is silent")

    court = tools.Court(tmp_path, oracles=[FirstOnly(waves)])
    verdict = court.try_(waves, Operator.JVP_BATCHED)
    assert verdict.kind is VerdictKind.INCONCLUSIVE
    assert verdict.reason.startswith("the second row: ")


@pytest.mark.parametrize("operator", [Operator.THIRD, Operator.THIRD_FORWARD])
@pytest.mark.parametrize("scale", [1, 2, 8], ids=["a cached result", "linear in v", "cubic in v"])
def test_a_third_derivative_that_is_not_quadratic_in_its_direction(
    waves, informed, operator, scale
):
    """At the seeds themselves it is right; only the second direction shows the fault."""
    right = informed.results(waves, operator)
    verdict = informed.try_(waves, operator, probe=tuple(scale * r for r in right))
    assert (verdict.kind, verdict.oracle) == (WRONG, "identities")
    assert "T(2v) = 4 T(v)" in verdict.reason


@pytest.mark.parametrize("operator", [op for op in Operator if op.base is Operator.HESSIAN])
def test_every_hessian_is_symmetric(waves, informed, operator):
    def tilt(results):
        (h,) = results
        h = h.copy()
        h[0, 1] *= 1 + 1e-3
        return (h,)

    verdict = informed.try_(waves, operator, results=tilt)
    assert verdict.kind is WRONG
    assert "symmetry" in verdict.reason
