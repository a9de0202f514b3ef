"""The judge: right derivatives pass everywhere, each planted fault is caught by whom it should."""

from __future__ import annotations

import numpy as np
import pytest

from harness.contract import Failure, Operator, PointKind, VerdictKind

OK, WRONG = VerdictKind.OK, VerdictKind.WRONG
SEEDS = [f"generic-{k}" for k in range(4)]
NAMES = ("sin", "prod", "bend", "norm", "layer", "energy", "waves")


@pytest.mark.parametrize("dtype", ["float64", "float32"])
@pytest.mark.parametrize("name", NAMES)
def test_right_derivatives_are_never_flagged(subjects, court, name, dtype):
    subject = subjects[name]
    for operator in subject.formulae:
        for point in SEEDS:
            verdict = court.try_(subject, operator, point=point, dtype=dtype)
            assert verdict.kind is OK, (operator, point, verdict)
            assert verdict.oracle == "multiprecision"
            assert verdict.error_over_tolerance < 1


def one_of(results, index, change):
    """The results with one element of the first changed."""
    first = results[0].copy()
    first[index] = change(first[index])
    return (first, *results[1:])


FAULTS = {
    "sign": lambda r: tuple(-x for x in r),
    "factor 2": lambda r: tuple(2 * x for x in r),
    "0.05 % off": lambda r: tuple(x * 1.0005 for x in r),
    "one element": lambda r: one_of(r, (1, 2), lambda v: v * 1.5),
    "zeros": lambda r: tuple(np.zeros_like(x) for x in r),
    "one argument disconnected": lambda r: (r[0], np.zeros_like(r[1])),
    "arguments mixed": lambda r: (r[0], r[0].sum(0)),
}


@pytest.mark.parametrize("dtype", ["float64", "float32"])
@pytest.mark.parametrize("fault", FAULTS)
@pytest.mark.parametrize("operator", [Operator.GRADIENT, Operator.VJP, Operator.HVP])
def test_a_wrong_derivative_is_caught_by_multiprecision(subjects, court, operator, fault, dtype):
    # Every fault is linear, so that linearity alone would not see it: probe and sum are faulty too.
    change = FAULTS[fault]
    faulty = ("results",) if operator is Operator.GRADIENT else ("results", "probe", "combined")
    fields = dict.fromkeys(faulty, change)
    verdict = court.try_(subjects["energy"], operator, dtype=dtype, **fields)
    assert verdict.kind is WRONG
    assert verdict.oracle == "multiprecision"
    assert verdict.error_over_tolerance > 1


@pytest.mark.parametrize(
    ("size", "oracle"), [(100, "multiprecision"), (1000, "multiprecision-directions")]
)
def test_one_wrong_element_of_many_is_caught(tools, tmp_path, size, oracle):
    subject = tools.Subject(
        tools.problem(
            "many",
            lambda xp, x: xp.sum(xp.sin(x)),
            ("x",),
            tools.seeded(1, lambda rng: (rng.standard_normal(size),)),
            operations=2 * size,
        ),
        {Operator.GRADIENT: lambda args, seeds: (np.cos(args[0]),)},
    )
    court = tools.Court(tmp_path)
    honest = court.try_(subject, Operator.GRADIENT)
    assert (honest.kind, honest.oracle) == (OK, oracle)
    for index in (0, size // 2, size - 1):
        verdict = court.try_(
            subject, Operator.GRADIENT, results=lambda r, i=index: one_of(r, i, lambda v: v * 1.001)
        )
        assert (verdict.kind, verdict.oracle) == (WRONG, oracle)
        assert oracle != "multiprecision" or f"[{index}] is" in verdict.reason


def test_a_transposed_jacobian_is_caught(tools, tmp_path):
    # Square, so that shapes do not tell.
    subject = tools.Subject(
        tools.problem(
            "square",
            lambda xp, x, A: xp.tanh(xp.matmul(A, x)),
            ("x", "A"),
            tools.seeded(1, lambda rng: (rng.standard_normal(4), rng.standard_normal((4, 4)))),
            argnums=(0,),
            operations=36,
        ),
        {
            Operator.JACOBIAN: lambda args, seeds: (
                (1 - np.tanh(args[1] @ args[0]) ** 2)[:, None] * args[1],
            )
        },
    )
    court = tools.Court(tmp_path)
    assert court.try_(subject, Operator.JACOBIAN).kind is OK
    verdict = court.try_(subject, Operator.JACOBIAN, results=lambda r: (r[0].T.copy(),))
    assert (verdict.kind, verdict.oracle) == (WRONG, "multiprecision")


def test_swapped_axes_of_a_hessian_block_are_caught(tools, tmp_path):
    # f = Σ_ij C_ij sin(X_ij) Y_ij ... with square X: H_XX[i, j, k, l] against [j, i, k, l].
    def hessian(args, seeds):
        (X,) = args
        h = np.zeros((3, 3, 3, 3), X.dtype)
        for i in range(3):
            for j in range(3):
                h[i, j, i, j] = -np.sin(X[i, j]) * (i + 2 * j + 1)
        return (h,)

    weights = np.array([[i + 2 * j + 1.0 for j in range(3)] for i in range(3)])
    subject = tools.Subject(
        tools.problem(
            "grid",
            lambda xp, X: xp.sum(xp.asarray(weights) * xp.sin(X)),
            ("X",),
            tools.seeded(1, lambda rng: (rng.standard_normal((3, 3)),)),
            operations=27,
        ),
        {Operator.HESSIAN: hessian},
    )
    court = tools.Court(tmp_path)
    assert court.try_(subject, Operator.HESSIAN).kind is OK
    swapped = court.try_(
        subject, Operator.HESSIAN, results=lambda r: (r[0].transpose(1, 0, 2, 3).copy(),)
    )
    assert swapped.kind is WRONG


def test_an_asymmetric_hessian_is_caught_by_the_identity(subjects, court):
    def tilt(results):
        last = results[-1].copy()
        last[0, 1] += 1e-3
        return (*results[:-1], last)

    verdict = court.try_(subjects["energy"], Operator.HESSIAN, results=tilt)
    assert (verdict.kind, verdict.oracle) == (WRONG, "identities")
    assert "symmetry" in verdict.reason


@pytest.mark.parametrize("operator", [Operator.JVP, Operator.VJP, Operator.HVP])
def test_a_cached_result_is_caught_by_linearity(subjects, court, operator):
    # The first direction is right; the others get the same answer again.
    subject = subjects["energy"]
    honest = court.try_(subject, operator)
    assert honest.kind is OK
    first = court.results(subject, operator)
    verdict = court.try_(subject, operator, probe=first, combined=first)
    assert (verdict.kind, verdict.oracle) == (WRONG, "identities")
    assert "linearity" in verdict.reason


def test_a_fault_in_one_nesting_condemns_only_that_one(subjects, court):
    wrong = dict.fromkeys(("results", "probe", "combined"), FAULTS["0.05 % off"])
    subject = subjects["energy"]
    kinds = {
        op: court.try_(
            subject, op, **(wrong if op is Operator.HVP_REVERSE_OVER_FORWARD else {})
        ).kind
        for op in subject.formulae
    }
    assert kinds.pop(Operator.HVP_REVERSE_OVER_FORWARD) is WRONG
    assert set(kinds.values()) == {OK}


def test_a_missing_broadcast_sum_is_a_matter_of_structure(tools, court):
    subject = tools.Subject(
        tools.problem(
            "shift",
            lambda xp, b, x: xp.sum((x + b) ** 2),
            ("b", "x"),
            tools.seeded(1, lambda rng: (rng.standard_normal(), rng.standard_normal(4))),
            operations=12,
        ),
        {
            Operator.GRADIENT: lambda args, seeds: (
                2 * np.sum(args[1] + args[0]),
                2 * (args[1] + args[0]),
            )
        },
    )
    assert court.try_(subject, Operator.GRADIENT).kind is OK
    verdict = court.try_(subject, Operator.GRADIENT, results=lambda r: (r[1], r[1]))
    assert verdict.kind is VerdictKind.STRUCTURE
    assert "shape (4,) instead of ()" in verdict.reason


STRUCTURAL = {
    "other dtype": ({"results": lambda r: tuple(x.astype(np.float32) for x in r)}, "float32"),
    "complex": ({"results": lambda r: tuple(x.astype(complex) for x in r)}, "complex"),
    "a result too few": ({"results": lambda r: r[:1]}, "1 results instead of 2"),
    "mutated": ({"mutated": ("x",)}, "wrote to its operands: x"),
    "aliased": ({"aliased": ("result 0 is A",)}, "share memory"),
    "not repeatable": ({"repeatable": False}, "other bits"),
    "other value": ({"value": lambda y: y + 1e-6}, "value under differentiation"),
    "other value's shape": ({"value": lambda y: y[None]}, "value under differentiation"),
    "probe's shape": ({"probe": lambda r: (r[0][None], r[1])}, "second direction"),
}


@pytest.mark.parametrize("fault", STRUCTURAL)
def test_structural_faults_are_caught_whatever_the_numbers(subjects, court, fault):
    changes, said = STRUCTURAL[fault]
    verdict = court.try_(subjects["energy"], Operator.VJP, **changes)
    assert (verdict.kind, verdict.oracle) == (VerdictKind.STRUCTURE, "structure")
    assert said in verdict.reason


def test_a_value_may_be_a_view_of_its_argument_and_a_derivative_may_not(subjects, court):
    # What reshape returns is a view; differentiation has no part in it.
    aliased = {"aliased": ("result 0 is x",)}
    assert court.try_(subjects["energy"], Operator.VALUE, **aliased).kind is OK
    for operator in (Operator.JVP, Operator.GRADIENT, Operator.HESSIAN):
        verdict = court.try_(subjects["energy"], operator, **aliased)
        assert verdict.kind is VerdictKind.STRUCTURE


def test_the_seed_itself_is_a_right_answer_of_a_linear_map_and_is_noted(subjects, court):
    shared = {"seed_aliased": ("result 0 is tangent of A",)}
    verdict = court.try_(subjects["energy"], Operator.JVP, **shared)
    assert (verdict.kind, verdict.details["shares memory"]) == (OK, "result 0 is tangent of A")


def test_a_function_that_asks_for_a_dtype_has_tangents_of_it_and_cotangents_of_its_arguments(
    tools, court
):
    def wide(array):
        return lambda args, seeds: (np.asarray(array(args, seeds), dtype=np.float64),)

    subject = tools.Subject(
        tools.problem(
            "widened",
            lambda xp, x: xp.sum(x * x, dtype=xp.float64),
            ("x",),
            tools.seeded(1, lambda rng: (rng.standard_normal(4),)),
            operations=8,
        ),
        {
            Operator.VALUE: wide(lambda args, seeds: np.sum(args[0] ** 2)),
            Operator.JVP: wide(lambda args, seeds: 2 * args[0] @ seeds[0]),
            Operator.JACOBIAN_FORWARD: wide(lambda args, seeds: 2 * args[0]),
            Operator.JACOBIAN_REVERSE: wide(lambda args, seeds: 2 * args[0]),
            Operator.VJP: wide(lambda args, seeds: 2 * args[0] * seeds[0]),
            Operator.GRADIENT: wide(lambda args, seeds: 2 * args[0]),
        },
    )

    def widened(results):
        return tuple(r.astype(np.float64) for r in results)

    changes = {"results": widened, "probe": widened, "combined": widened}
    forward = {Operator.VALUE, Operator.JVP, Operator.JACOBIAN_FORWARD}
    for operator in subject.formulae:
        verdict = court.try_(subject, operator, dtype="float32", **changes)
        expected = OK if operator in forward else VerdictKind.STRUCTURE
        assert verdict.kind is expected, (operator, verdict)
        # The arguments' own dtype is never wrong.
        assert court.try_(subject, operator, dtype="float32").kind is OK
    # A function that asks for nothing has everything in its arguments' dtype.
    for operator in (Operator.VALUE, Operator.JVP, Operator.JACOBIAN_FORWARD):
        verdict = court.try_(plain_squares(tools), operator, dtype="float32", **changes)
        assert verdict.kind is VerdictKind.STRUCTURE


def plain_squares(tools):
    """Σ x², as it is asked for above, but in the dtype of its argument."""
    return tools.Subject(
        tools.problem(
            "plain-squares",
            lambda xp, x: xp.sum(x * x),
            ("x",),
            tools.seeded(1, lambda rng: (rng.standard_normal(4),)),
            operations=8,
        ),
        tools.of_vector(lambda x: np.sum(x * x), lambda x: 2 * x, lambda x: 2 * np.eye(4)),
    )


def test_the_last_bits_of_a_value_may_differ(subjects, court):
    # Compiled code adds in another order; that is no fault.
    verdict = court.try_(subjects["energy"], Operator.VJP, value=lambda y: y * (1 + 2**-52))
    assert verdict.kind is OK


def test_nan_in_one_element(subjects, court):
    verdict = court.try_(
        subjects["energy"], Operator.GRADIENT, results=lambda r: one_of(r, (1, 2), lambda v: np.nan)
    )
    assert verdict.kind is VerdictKind.NONFINITE
    assert "[1, 2] is nan" in verdict.reason


def test_an_argument_reported_as_cut_off_is_a_fault_only_if_it_counts(tools, court):
    subject = tools.Subject(
        tools.problem(
            "unused",
            lambda xp, x, z: xp.sin(x) + 0 * z,
            ("x", "z"),
            tools.seeded(1, lambda rng: (rng.standard_normal(), rng.standard_normal())),
        ),
        {Operator.GRADIENT: lambda args, seeds: (np.cos(args[0]), np.zeros(()))},
    )
    assert court.try_(subject, Operator.GRADIENT, disconnected=("z",)).kind is OK
    verdict = court.try_(
        subject,
        Operator.GRADIENT,
        disconnected=("x",),
        results=lambda r: (np.zeros(()), r[1]),
    )
    assert verdict.kind is VerdictKind.STRUCTURE
    assert verdict.reason.startswith("x is reported as cut off")


def test_a_fixed_tolerance_would_fail_both_ways(tools, court):
    fast = tools.Subject(
        tools.problem(
            "fast",
            lambda xp, x: xp.sin(1e8 * x),
            ("x",),
            tools.seeded(4, lambda r: (r.uniform(1, 2),)),
        ),
        tools.of_scalar(lambda x: np.sin(1e8 * x), lambda x: 1e8 * np.cos(1e8 * x), np.sin),
    )
    for k in range(4):
        point = f"generic-{k}"
        assert court.try_(fast, Operator.GRADIENT, point=point).kind is OK
        for fault in ("zeros", "sign"):
            verdict = court.try_(
                fast, Operator.GRADIENT, point=point, results=lambda r, f=fault: FAULTS[f](r)
            )
            assert verdict.kind is WRONG
    faint = tools.Subject(
        tools.problem(
            "faint",
            lambda xp, x: 1e-7 * x,
            ("x",),
            tools.seeded(1, lambda rng: (rng.uniform(1, 2),)),
        ),
        tools.of_scalar(lambda x: 1e-7 * x, lambda x: np.full_like(x, 1e-7), np.zeros_like),
    )
    assert court.try_(faint, Operator.GRADIENT).kind is OK
    assert court.try_(faint, Operator.GRADIENT, results=FAULTS["zeros"]).kind is WRONG


@pytest.mark.parametrize(("factor", "flushed"), [(1e-20, OK), (1e-7, WRONG)])
def test_zeros_are_excused_where_the_truth_is_subnormal_and_nowhere_else(
    tools, court, factor, flushed
):
    # 1e-320 is subnormal: arithmetic that flushes such numbers gives 0, and is right to.
    tiny = tools.Subject(
        tools.problem(
            "tiny", lambda xp, x: 1e-300 * x * factor, ("x",), {"generic-0": lambda r: (1.5,)}
        ),
        tools.of_scalar(
            np.copy, lambda x: np.float64(1e-300 * factor) * np.ones_like(x), np.zeros_like
        ),
    )
    assert court.try_(tiny, Operator.GRADIENT).kind is OK
    assert court.try_(tiny, Operator.GRADIENT, results=FAULTS["zeros"]).kind is flushed


def test_what_has_underflown_counts_as_0(tools, court):
    gone = tools.Subject(
        tools.problem(
            "gone", lambda xp, x: xp.exp(-800 * x), ("x",), {"generic-0": lambda r: (1.0,)}
        ),
        tools.of_scalar(np.copy, lambda x: np.zeros_like(x), np.zeros_like),
    )
    # -800 exp(-800) is 3e-345: its nearest double is 0.
    assert court.try_(gone, Operator.GRADIENT).kind is OK


def test_lost_accuracy_is_told_from_a_wrong_derivative(subjects, court):
    for off, kind in ((1e-9, VerdictKind.ACCURACY_LOSS), (1e-4, WRONG)):
        verdict = court.try_(
            subjects["norm"], Operator.GRADIENT, results=lambda r, e=off: (r[0] * (1 + e),)
        )
        assert verdict.kind is kind
    for off, kind in ((5e-5, VerdictKind.ACCURACY_LOSS), (5e-4, WRONG)):
        verdict = court.try_(
            subjects["norm"],
            Operator.GRADIENT,
            dtype="float32",
            results=lambda r, e=off: (np.asarray(r[0] * (1 + e), np.float32),),
        )
        assert verdict.kind is kind


def test_a_careless_rule_is_not_excused(tools, court):
    # 1 - tanh² keeps 8 digits at 10, where the derivative is well-conditioned: x·f''/f' = -20.
    subject = tools.Subject(
        tools.problem("tanh", lambda xp, x: xp.tanh(x), ("x",), {"generic-0": lambda r: (10.0,)}),
        {Operator.GRADIENT: lambda args, seeds: (1 / np.cosh(args[0]) ** 2,)},
    )
    assert court.try_(subject, Operator.GRADIENT).kind is OK
    verdict = court.try_(
        subject, Operator.GRADIENT, formula=lambda args, seeds: (1 - np.tanh(args[0]) ** 2,)
    )
    assert verdict.kind is VerdictKind.ACCURACY_LOSS


def test_figures_of_a_verdict_have_their_stated_units(tools, court):
    # f' = 1/4 exactly; 3 ulp of it are 3 · 2^-54.
    quarter = tools.Subject(
        tools.problem("quarter", lambda xp, x: x / 4, ("x",), {"generic-0": lambda rng: (3.0,)}),
        {Operator.GRADIENT: lambda args, seeds: (np.array(0.25 + 3 * 2.0**-54),)},
    )
    verdict = court.try_(quarter, Operator.GRADIENT)
    assert verdict.kind is OK
    assert verdict.ulp == 3
    assert verdict.error == 3 * 2.0**-54
    assert verdict.relative_error == 3 * 2.0**-52
    np.testing.assert_allclose(verdict.tolerance, 32 * 2.0**-53 * 0.25, rtol=1e-9)
    np.testing.assert_allclose(verdict.error_over_tolerance, verdict.error / verdict.tolerance)


def test_the_hook_replaces_the_factor(tools, tmp_path):
    class Stricter:
        @staticmethod
        def tolerance(backend, case):
            return 1.0 if backend == "strict" else None

    from harness.contract import hookimpl

    Stricter.tolerance = staticmethod(hookimpl(Stricter.tolerance))
    court = tools.Court(tmp_path)
    court.registry.manager.register(Stricter(), "stricter")
    quarter = tools.Subject(
        tools.problem("quarter", lambda xp, x: x / 4, ("x",), {"generic-0": lambda rng: (3.0,)}),
        {Operator.GRADIENT: lambda args, seeds: (np.array(0.25 + 3 * 2.0**-54),)},
    )
    assert court.try_(quarter, Operator.GRADIENT, backend="lenient").kind is OK
    verdict = court.try_(quarter, Operator.GRADIENT, backend="strict")
    assert verdict.kind is VerdictKind.ACCURACY_LOSS
    assert verdict.tolerance < verdict.error


@pytest.mark.parametrize(
    "kind",
    [VerdictKind.RAISED, VerdictKind.CRASHED, VerdictKind.TIMEOUT, VerdictKind.UNSUPPORTED],
)
def test_a_failure_is_its_own_verdict(subjects, court, kind):
    verdict = court.try_(subjects["sin"], Operator.GRADIENT, outcome=Failure(kind, "it broke"))
    assert verdict.kind is kind
    assert verdict.reason == "it broke"


def test_it_is_told_whether_the_plain_function_raises_too(subjects, court):
    failure = Failure(VerdictKind.RAISED, "TypeError: no such overload", plain_raises=True)
    verdict = court.try_(subjects["sin"], Operator.GRADIENT, outcome=failure)
    assert verdict.kind is VerdictKind.RAISED
    assert "the plain function raises here too" in verdict.reason


def test_a_dtype_without_a_tolerance_is_inconclusive(subjects, court):
    verdict = court.try_(subjects["sin"], Operator.GRADIENT, dtype="float16")
    assert verdict.kind is VerdictKind.INCONCLUSIVE
    assert "float16" in verdict.reason


@pytest.fixture(scope="module")
def logarithm(tools):
    return tools.Subject(
        tools.problem(
            "log",
            lambda xp, x: xp.log(x),
            ("x",),
            {"outside": lambda rng: (-1.5,), "declared": lambda rng: (2.0,)},
            kinds={"outside": PointKind.OUTSIDE, "declared": PointKind.OUTSIDE},
        ),
        tools.of_scalar(np.log, lambda x: 1 / x, lambda x: -1 / x**2),
    )


def test_outside_the_domain_any_derivative_may_be_given_and_the_reason_says_which(logarithm, court):
    at = {"point": "outside"}
    nan = {"results": (np.array(np.nan),)}
    verdict = court.try_(logarithm, Operator.GRADIENT, **at, **nan)
    assert verdict.kind is VerdictKind.OUTSIDE_DOMAIN
    assert "says so" in verdict.reason
    raised = Failure(VerdictKind.RAISED, "ValueError: math domain error")
    verdict = court.try_(logarithm, Operator.GRADIENT, **at, outcome=raised)
    assert verdict.kind is VerdictKind.OUTSIDE_DOMAIN
    # 1/x goes on at -1.5, where log has no value: no derivative is there to be missed.
    verdict = court.try_(logarithm, Operator.GRADIENT, **at)
    assert verdict.kind is VerdictKind.OUTSIDE_DOMAIN
    assert "formula goes on" in verdict.reason
    crash = Failure(VerdictKind.CRASHED, "signal 11")
    verdict = court.try_(logarithm, Operator.GRADIENT, **at, outcome=crash)
    assert verdict.kind is VerdictKind.CRASHED


def test_outside_the_domain_no_value_may_be_invented(logarithm, court):
    at = {"point": "outside"}
    assert court.try_(logarithm, Operator.VALUE, **at).kind is VerdictKind.OUTSIDE_DOMAIN
    for invented in (0.0, -0.405, np.inf):
        verdict = court.try_(logarithm, Operator.VALUE, **at, results=(np.array(invented),))
        assert verdict.kind is (VerdictKind.OUTSIDE_DOMAIN if np.isinf(invented) else WRONG)
    # Nor by differentiating: the value is then 0 beside a derivative.
    values = {"value": np.array(0.0), "plain_value": np.array(np.nan)}
    verdict = court.try_(logarithm, Operator.GRADIENT, **at, **values)
    assert verdict.kind is VerdictKind.STRUCTURE


def test_a_point_wrongly_declared_outside_is_inconclusive(logarithm, court):
    verdict = court.try_(logarithm, Operator.GRADIENT, point="declared")
    assert verdict.kind is VerdictKind.INCONCLUSIVE
    assert "declared outside" in verdict.reason


def test_at_minus_zero_on_the_border_either_infinity_is_given(tools, court):
    border = tools.Subject(
        tools.problem(
            "border",
            lambda xp, x: xp.log(x),
            ("x",),
            {"-0": lambda rng: (-0.0,), "0": lambda rng: (0.0,)},
            kinds={"-0": PointKind.INFINITE, "0": PointKind.INFINITE},
        ),
        tools.of_scalar(np.log, lambda x: np.full_like(x, np.inf), np.zeros_like),
    )
    other, finite = (np.array(-np.inf),), (np.array(-1e300),)
    kind = VerdictKind.OUTSIDE_DOMAIN
    assert court.try_(border, Operator.GRADIENT, point="-0").kind is OK
    assert court.try_(border, Operator.GRADIENT, point="-0", results=other).kind is kind
    assert court.try_(border, Operator.GRADIENT, point="-0", results=finite).kind is WRONG
    assert court.try_(border, Operator.GRADIENT, point="0", results=other).kind is WRONG


def test_an_infinite_derivative(tools, court):
    root = tools.Subject(
        tools.problem(
            "root",
            lambda xp, x: xp.sqrt(x),
            ("x",),
            {"zero": lambda rng: (0.0,)},
            kinds={"zero": PointKind.INFINITE},
        ),
        tools.of_scalar(np.sqrt, lambda x: 0.5 / np.sqrt(x), lambda x: -0.25 * x**-1.5),
    )
    for operator, right in ((Operator.GRADIENT, np.inf), (Operator.HESSIAN, -np.inf)):
        for result, kind in (
            (right, OK),
            (-right, WRONG),
            (np.nan, VerdictKind.NONFINITE),
            (1e300, WRONG),
            (0.0, WRONG),
        ):
            verdict = court.try_(root, operator, point="zero", results=(np.array(result),))
            assert verdict.kind is kind, (operator, result, verdict)
            assert verdict.oracle == "multiprecision"


@pytest.fixture(scope="module")
def kinks(tools):
    at_zero = {"tie": lambda rng: (0.0,)}
    kinds = {"tie": PointKind.KINK}

    def kink(name, fun, **points):
        return tools.Subject(
            tools.problem(name, fun, ("x",), points or at_zero, kinds=kinds),
            dict.fromkeys(Operator, lambda args, seeds: (np.zeros(args[0].shape),)),
        )

    return {
        "relu": kink("relu", lambda xp, x: xp.maximum(x, 0)),
        "relu-where": kink("relu-where", lambda xp, x: xp.where(x > 0, x, 0)),
        "relu-flipped": kink("relu-flipped", lambda xp, x: xp.maximum(0.0, x)),
        "abs": kink("abs", lambda xp, x: xp.abs(x)),
        "norm-0": kink(
            "norm-0", lambda xp, x: xp.sqrt(xp.sum(x * x)), tie=lambda rng: (np.zeros(2),)
        ),
        "max": kink("max", lambda xp, x: xp.max(x), tie=lambda rng: ([3.0, 3.0],)),
        "bend-0": kink("bend-0", lambda xp, x: x * xp.abs(x)),
    }


SELECTIONS = [
    ("relu", 0.0, "selection 0 "),
    ("relu", 1.0, "selection 1 "),
    ("relu", 0.5, "selection 1/2 "),
    ("relu", 0.25, "selection 0.25 "),
    ("relu-where", 0.0, "selection 0 "),
    ("relu-where", 1.0, "selection 1 "),
    ("relu-flipped", 0.0, "selection 0 "),
    ("relu-flipped", 1.0, "selection 1 "),
    ("abs", 0.0, "selection 1/2 "),
    ("abs", 1.0, "selection 1 "),
    ("abs", -1.0, "selection 0 "),
    ("norm-0", [0.0, 0.0], "selection 1/2"),
    ("max", [0.5, 0.5], "selection 1/2 "),
    ("max", [1.0, 0.0], "selection 1 "),
    ("max", [0.0, 1.0], "selection 0 "),
    ("max", [1.0, 1.0], "a mixed selection"),
]


@pytest.mark.parametrize(("name", "result", "said"), SELECTIONS)
def test_at_a_kink_a_member_of_the_set_is_a_convention(kinks, court, name, result, said):
    verdict = court.try_(kinks[name], Operator.GRADIENT, point="tie", results=(np.array(result),))
    assert verdict.kind is VerdictKind.CONVENTION
    assert verdict.reason.startswith(said)


@pytest.mark.parametrize(
    ("name", "result"),
    [("relu", 1.5), ("relu", -0.1), ("abs", 2.0), ("norm-0", [0.0, 1.5]), ("max", [1.5, 0.0])],
)
def test_at_a_kink_what_is_outside_the_set_is_wrong(kinks, court, name, result):
    verdict = court.try_(kinks[name], Operator.GRADIENT, point="tie", results=(np.array(result),))
    assert verdict.kind is WRONG


def test_at_a_kink_nan_is_no_convention(kinks, court):
    verdict = court.try_(
        kinks["norm-0"], Operator.GRADIENT, point="tie", results=(np.full(2, np.nan),)
    )
    assert verdict.kind is VerdictKind.NONFINITE


def test_where_the_sides_agree_there_is_no_choice(kinks, court):
    # x|x| has the derivative 0 at 0, on both sides; and every kink has a value.
    point = {"point": "tie"}
    assert court.try_(kinks["bend-0"], Operator.GRADIENT, **point).kind is OK
    wrong = court.try_(kinks["bend-0"], Operator.GRADIENT, **point, results=(np.array(1.0),))
    assert wrong.kind is WRONG
    assert court.try_(kinks["relu"], Operator.VALUE, **point).kind is OK


def test_a_comparison_that_rounding_may_turn_is_not_held_against_a_backend(tools, court):
    # 0.1 + 0.2 - 0.3 is 5.6e-17 in exact arithmetic of these doubles, and 0 in another order.
    subject = tools.Subject(
        tools.problem(
            "near",
            lambda xp, x: xp.maximum(xp.sum(x), 0),
            ("x",),
            {"generic-0": lambda rng: ([0.1, 0.2, -0.3],)},
            operations=4,
        ),
        {Operator.GRADIENT: lambda args, seeds: (np.ones(3),)},
    )
    assert court.try_(subject, Operator.GRADIENT).kind is OK
    other = court.try_(subject, Operator.GRADIENT, results=(np.zeros(3),))
    assert other.kind is VerdictKind.CONVENTION
    assert "within rounding" in other.reason
    assert court.try_(subject, Operator.GRADIENT, results=(np.full(3, 2.0),)).kind is WRONG


class Silent:
    """An oracle that never knows."""

    name, rank, version = "silent", 10, 1

    def truth(self, question):
        from harness.verification.oracles import Undecided

        return Undecided("it is silent")


def test_without_an_oracle_nothing_passes(tools, subjects, tmp_path):
    court = tools.Court(tmp_path, oracles=[Silent()])
    for operator in (Operator.GRADIENT, Operator.JVP, Operator.VALUE):
        verdict = court.try_(subjects["energy"], operator)
        assert verdict.kind is VerdictKind.INCONCLUSIVE
        assert "silent: it is silent" in verdict.reason


CROSSED = [
    ("layer", Operator.JVP, Operator.VJP, "adjoint"),
    ("layer", Operator.JACOBIAN_FORWARD, Operator.JACOBIAN_REVERSE, "forward = reverse"),
    ("layer", Operator.JVP, Operator.JACOBIAN, "jvp = J v"),
    ("layer", Operator.JACOBIAN, Operator.VJP, "vjp = J"),
    ("energy", Operator.HVP_FORWARD_OVER_REVERSE, Operator.HVP_REVERSE_OVER_REVERSE, "nestings"),
    ("energy", Operator.HESSIAN, Operator.HVP, "hvp = H v"),
    ("energy", Operator.JACOBIAN, Operator.GRADIENT, "gradient = J"),
]


@pytest.mark.parametrize(("name", "first", "second", "identity"), CROSSED)
def test_without_an_oracle_identities_between_operators_convict(
    tools, subjects, tmp_path, name, first, second, identity
):
    court = tools.Court(tmp_path, oracles=[Silent()])
    off = FAULTS["0.05 % off"]
    wrong = {"results": off}
    if second.takes_tangents or second.takes_cotangent:
        wrong |= {"probe": off, "combined": off}
    assert court.try_(subjects[name], first).kind is VerdictKind.INCONCLUSIVE
    assert court.try_(subjects[name], second).kind is VerdictKind.INCONCLUSIVE
    verdict = court.try_(subjects[name], second, **wrong)
    assert (verdict.kind, verdict.oracle) == (WRONG, "identities")
    assert identity in verdict.reason
    # Another backend's evaluations are not held against this one's.
    assert court.try_(subjects[name], second, backend="other", **wrong).kind is not WRONG


def test_a_malformed_evaluation_is_not_held_against_others(tools, subjects, tmp_path):
    court = tools.Court(tmp_path, oracles=[Silent()])
    short = court.try_(subjects["layer"], Operator.JVP, results=lambda r: (r[0][:-1],))
    assert short.kind is VerdictKind.STRUCTURE
    assert court.try_(subjects["layer"], Operator.VJP).kind is VerdictKind.INCONCLUSIVE


def test_a_wrong_operator_does_not_condemn_a_right_one(subjects, court):
    wrong = dict.fromkeys(("results", "probe", "combined"), FAULTS["sign"])
    assert court.try_(subjects["layer"], Operator.JVP, backend="half", **wrong).kind is WRONG
    assert court.try_(subjects["layer"], Operator.VJP, backend="half").kind is OK


def test_third_parties_oracles_are_asked_in_the_order_of_their_strength(tools, subjects, tmp_path):
    from harness.verification.oracles import TrueBlock, Truth

    class Oracular:
        name, rank, version = "oracular", 5, 1

        def truth(self, question):
            zero = np.zeros(())
            return Truth(self.name, (TrueBlock(np.array(42.0), zero, zero, zero),))

    court = tools.Court(tmp_path)
    court.registry.oracles.append(Oracular())
    court.judge = type(court.judge)(court.registry, tmp_path)
    verdict = court.try_(subjects["sin"], Operator.GRADIENT, results=(np.array(42.0),))
    assert (verdict.kind, verdict.oracle) == (OK, "oracular")
