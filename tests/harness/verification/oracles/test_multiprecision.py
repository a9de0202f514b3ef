"""Multiprecision truths against derivatives known in closed form, evaluated in 80 digits."""

from __future__ import annotations

import importlib.util

import mpmath
import numpy as np
import pytest

from harness.contract import Operator, PointKind
from harness.verification.oracles import Multiprecision, Question, SpotChecks, Truth, Undecided
from harness.verification.oracles.multiprecision_namespace import MpmathNumbers

FIRST, SECOND = 1e-30, 1e-18


def ask(tools, fun, args, operator, seeds=(), kind=PointKind.SMOOTH, oracle=None, **more):
    arrays = tuple(np.asarray(a, dtype=float) for a in args)
    names = tuple("xyzuvw"[: len(arrays)])
    problem = tools.problem("asked", fun, names, {"p": lambda rng: arrays}, **more)
    seeds = tuple(np.asarray(s, dtype=float) for s in seeds)
    question = Question(problem, operator, arrays, seeds, {"n": 1}, kind)
    return (oracle or Multiprecision()).truth(question)


def digits_off(block, exact):
    """The largest relative error of a truth, in 80 digits."""
    with mpmath.workdps(80):
        exact = np.asarray(exact, dtype=object).reshape(block.high.shape)
        worst = mpmath.mpf(0)
        for index, true in np.ndenumerate(exact):
            found = mpmath.mpf(float(block.high[index])) + mpmath.mpf(float(block.low[index]))
            scale = abs(true) if true else mpmath.mpf(1)
            worst = max(worst, abs(found - true) / scale)
        return float(worst)


POINT = 0.7321
# f, f', f'' by calculus; the argument is the double nearest to POINT, exactly.
SCALARS = {
    "sin": (lambda xp, x: xp.sin(x), mpmath.cos, lambda x: -mpmath.sin(x)),
    "log": (lambda xp, x: xp.log(x), lambda x: 1 / x, lambda x: -1 / x**2),
    "sqrt": (lambda xp, x: xp.sqrt(x), lambda x: x**-0.5 / 2, lambda x: -(x**-1.5) / 4),
    "exp": (
        lambda xp, x: xp.exp(-x * x),
        lambda x: -2 * x * mpmath.exp(-x * x),
        lambda x: (4 * x * x - 2) * mpmath.exp(-x * x),
    ),
    "tanh": (
        lambda xp, x: xp.tanh(3 * x),
        lambda x: 3 * mpmath.sech(3 * x) ** 2,
        lambda x: -18 * mpmath.tanh(3 * x) * mpmath.sech(3 * x) ** 2,
    ),
    "atan": (
        lambda xp, x: xp.atan(x),
        lambda x: 1 / (1 + x * x),
        lambda x: -2 * x / (1 + x * x) ** 2,
    ),
    "x|x|": (lambda xp, x: x * xp.abs(x), lambda x: 2 * x, lambda x: mpmath.mpf(2)),
    "where": (lambda xp, x: xp.where(x > 0, x**3, 0), lambda x: 3 * x**2, lambda x: 6 * x),
    "fast": (
        lambda xp, x: xp.sin(1e8 * x),
        lambda x: 10**8 * mpmath.cos(10**8 * x),
        lambda x: -(10**16) * mpmath.sin(10**8 * x),
    ),
}


@pytest.mark.parametrize("make", ["best", "mpmath"])
@pytest.mark.parametrize("name", SCALARS)
def test_known_derivatives_of_scalars(tools, name, make):
    fun, first, second = SCALARS[name]
    oracle = (
        Multiprecision() if make == "best" else Multiprecision(10.0, make_numbers=MpmathNumbers)
    )
    with mpmath.workdps(80):
        x = mpmath.mpf(POINT)
        d1, d2 = first(x), second(x)
        expected = (
            (Operator.GRADIENT, (), d1, FIRST),
            (Operator.JACOBIAN, (), d1, FIRST),
            (Operator.JVP, (1.5,), d1 * 1.5, FIRST),
            (Operator.VJP, (-0.625,), d1 * -0.625, FIRST),
            (Operator.HESSIAN, (), d2, SECOND),
            (Operator.HVP, (1.5,), d2 * 1.5, SECOND),
        )
    for operator, seeds, exact, limit in expected:
        truth = ask(tools, fun, (POINT,), operator, seeds, oracle=oracle)
        assert isinstance(truth, Truth), truth
        assert digits_off(truth.blocks[0], exact) < limit
        assert truth.blocks[0].bound < 1e-20 * abs(truth.blocks[0].high)


def test_a_value_is_the_function_s(tools):
    truth = ask(tools, lambda xp, x: xp.exp(x), (1.0,), Operator.VALUE)
    with mpmath.workdps(80):
        assert digits_off(truth.blocks[0], mpmath.e) < FIRST


def test_known_derivatives_of_arrays(tools):
    rng = np.random.default_rng(5)
    A, x = rng.standard_normal((2, 3)), rng.standard_normal(3)
    V, v = rng.standard_normal((2, 3)), rng.standard_normal(3)

    def fun(xp, A, x):
        return xp.sum(xp.matmul(A, x) ** 2) / 2

    with mpmath.workdps(80):
        exact = lambda a: np.vectorize(mpmath.mpf, otypes=[object])(a)  # noqa: E731
        A_, x_, V_, v_ = map(exact, (A, x, V, v))
        u, u_dot = A_ @ x_, V_ @ x_ + A_ @ v_
        gradient = (np.outer(u, x_), A_.T @ u)
        hvp = (np.outer(u_dot, x_) + np.outer(u, v_), V_.T @ u + A_.T @ u_dot)
        jvp = (np.sum(gradient[0] * V_) + np.sum(gradient[1] * v_),)
        h_xx = A_.T @ A_
    for operator, seeds, expected, limit in (
        (Operator.GRADIENT, (), gradient, FIRST),
        (Operator.JVP, (V, v), jvp, FIRST),
        (Operator.HVP, (V, v), hvp, SECOND),
    ):
        truth = ask(tools, fun, (A, x), operator, seeds)
        for block, right in zip(truth.blocks, expected, strict=True):
            assert digits_off(block, right) < limit
    hessian = ask(tools, fun, (A, x), Operator.HESSIAN)
    assert [b.high.shape for b in hessian.blocks] == [(2, 3, 2, 3), (2, 3, 3), (3, 2, 3), (3, 3)]
    assert digits_off(hessian.blocks[3], h_xx) < SECOND
    np.testing.assert_array_equal(
        hessian.blocks[1].high, np.moveaxis(hessian.blocks[2].high, 0, -1)
    )


def test_a_jacobian_has_the_output_s_axes_first(tools):
    A = np.array([[1.0, 2.0, 3.0], [4.0, 5.0, 6.0]])
    truth = ask(tools, lambda xp, x: xp.matmul(xp.asarray(A), x), (np.ones(3),), Operator.JACOBIAN)
    np.testing.assert_array_equal(truth.blocks[0].high, A)
    vjp = ask(
        tools, lambda xp, x: xp.matmul(xp.asarray(A), x), (np.ones(3),), Operator.VJP, ([1.0, 2.0],)
    )
    np.testing.assert_array_equal(vjp.blocks[0].high, A.T @ [1, 2])


@pytest.mark.parametrize(
    ("point", "scale"), [(1e-160, 1.0), (1e160, 1.0), (1e-300, 1.0), (3.0, 1e-20)]
)
def test_steps_follow_the_scale_of_the_argument(tools, point, scale):
    truth = ask(tools, lambda xp, x: scale * xp.log(x), (point,), Operator.GRADIENT)
    with mpmath.workdps(80):
        assert digits_off(truth.blocks[0], mpmath.mpf(scale) / mpmath.mpf(point)) < FIRST


def test_arguments_of_very_different_size(tools):
    # Beside 1e12, a term of 1e-12 has its derivative still.
    truth = ask(tools, lambda xp, x: x[0] + x[1] ** 2, ([1e12, 1e-12],), Operator.GRADIENT)
    with mpmath.workdps(80):
        assert digits_off(truth.blocks[0], [mpmath.mpf(1), 2 * mpmath.mpf(1e-12)]) < 1e-25


def test_a_derivative_that_the_digits_do_not_reach_has_a_bound_that_says_so(tools):
    truth = ask(tools, lambda xp, x: x[0] + x[1] ** 2, ([1e300, 1e-300],), Operator.GRADIENT)
    block = truth.blocks[0]
    assert abs(block.high[1] - 2e-300) <= block.bound[1]


def test_a_function_that_varies_on_a_tiny_scale_gets_more_digits(tools):
    # exp(-(x/1e-30)²) at 1e-30 beside an argument of size 1 in the same array.
    truth = ask(
        tools,
        lambda xp, x: x[0] + xp.exp(-((x[1] * 1e30) ** 2)),
        ([1.0, 0.0],),
        Operator.HESSIAN,
    )
    assert isinstance(truth, Truth)
    np.testing.assert_allclose(truth.blocks[0].high[1, 1], -2e60, rtol=1e-15)


CONDITIONS = [
    # f, x, operator, Σ_j |∂g/∂x_j| |x_j| by calculus
    (lambda xp, x: xp.sin(x), 2.0, Operator.GRADIENT, abs(np.sin(2.0)) * 2),
    (lambda xp, x: xp.log(x), 0.5, Operator.GRADIENT, 2.0),
    (lambda xp, x: 3 * x, 0.5, Operator.GRADIENT, 0.0),
    (lambda xp, x: x**4, 0.5, Operator.HESSIAN, 24 * 0.5 * 0.5),
    (lambda xp, x: xp.exp(x), 0.5, Operator.VALUE, 0.5 * np.exp(0.5)),
]


@pytest.mark.parametrize(("fun", "x", "operator", "expected"), CONDITIONS)
def test_conditioning_of_scalars_is_exact(tools, fun, x, operator, expected):
    truth = ask(tools, fun, (x,), operator)
    np.testing.assert_allclose(truth.blocks[0].conditioning, expected, rtol=1e-9, atol=1e-12)


def test_conditioning_counts_data_and_tangents_too(tools):
    # jvp of x·d along v: d·v; Σ = |∂/∂d · d| + |∂/∂v · v| = 2 |d v|, and nothing for x.
    truth = ask(tools, lambda xp, x, d: x * d, (2.0, 3.0), Operator.JVP, (0.5,), argnums=(0,))
    np.testing.assert_allclose(truth.blocks[0].conditioning, 2 * 1.5, rtol=1e-9)


def test_estimated_conditioning_lies_below_the_sum_and_near_it(tools):
    # g = 2 Σ_j x_j for each component: the sum is 2 Σ|x_j|, the root of squares 2 √Σx_j².
    rng = np.random.default_rng(8)
    x = rng.standard_normal(40)
    truth = ask(tools, lambda xp, x: xp.sum(x) ** 2, (x,), Operator.GRADIENT)
    found = truth.blocks[0].conditioning
    assert (found <= 2 * np.sum(np.abs(x))).all()
    assert (found >= 0.3 * 2 * np.linalg.norm(x)).all()


def test_kinks_give_the_set_between_the_sides(tools):
    truth = ask(tools, lambda xp, x: xp.abs(x), (0.0,), Operator.GRADIENT, kind=PointKind.KINK)
    block = truth.blocks[0]
    assert (float(block.lower), float(block.upper)) == (-1, 1)
    assert (float(block.branches.first), float(block.branches.second)) == (1, -1)
    assert block.branches.exact


def test_a_kink_that_nobody_declared_is_found(tools):
    # The comparison is tied, and a norm at 0 has no comparison at all.
    tied = ask(tools, lambda xp, x: xp.maximum(x, 0), (0.0,), Operator.GRADIENT)
    assert tied.blocks[0].lower is not None
    norm = ask(tools, lambda xp, x: xp.sqrt(xp.sum(x * x)), (np.zeros(2),), Operator.GRADIENT)
    np.testing.assert_array_equal(norm.blocks[0].lower, [-1, -1])
    np.testing.assert_array_equal(norm.blocks[0].upper, [1, 1])
    assert norm.blocks[0].branches is None


def test_ties_by_rounding_alone_leave_the_truth_known(tools):
    truth = ask(
        tools, lambda xp, x: xp.maximum(xp.sum(x), 0), ([0.1, 0.2, -0.3],), Operator.GRADIENT
    )
    block = truth.blocks[0]
    assert not block.branches.exact
    np.testing.assert_array_equal(block.high, np.ones(3))
    np.testing.assert_array_equal(block.lower, np.zeros(3))


def test_several_ties_are_turned_one_by_one(tools):
    # |x_0| + |x_1| - |x_2| at 0: each sign by itself, so each component from -1 to 1; and their
    # sum along (1, 1, 1) from -3 to 3, though all together they give 1 and -1 only.
    truth = ask(
        tools,
        lambda xp, x: xp.sum(xp.abs(x) * xp.asarray([1.0, 1.0, -1.0])),
        (np.zeros(3),),
        Operator.JVP,
        (np.ones(3),),
        kind=PointKind.KINK,
    )
    assert (float(truth.blocks[0].lower), float(truth.blocks[0].upper)) == (-3, 3)


INFINITE = [
    (lambda xp, x: xp.sqrt(x), Operator.GRADIENT, np.inf),
    (lambda xp, x: -xp.sqrt(x), Operator.GRADIENT, -np.inf),
    (lambda xp, x: xp.sqrt(x), Operator.HESSIAN, -np.inf),
    (lambda xp, x: x * xp.log(x), Operator.GRADIENT, np.nan),  # 0·log 0 has no value
    (lambda xp, x: x**1.5, Operator.GRADIENT, 0.0),
    (lambda xp, x: x**1.5, Operator.HESSIAN, np.inf),
    (lambda xp, x: xp.acos(1 - x), Operator.GRADIENT, np.inf),
]


@pytest.mark.parametrize(("fun", "operator", "expected"), INFINITE)
def test_on_the_boundary_a_quotient_settles_or_grows(tools, fun, operator, expected):
    truth = ask(tools, fun, (0.0,), operator, kind=PointKind.INFINITE)
    np.testing.assert_allclose(truth.blocks[0].high, expected, atol=1e-50)


@pytest.mark.parametrize("operator", [Operator.JVP, Operator.GRADIENT, Operator.HVP])
def test_a_derivative_that_vanishes_is_zero_within_its_bound(tools, operator):
    # Two zeros among the factors: first derivatives are 0, H v has one entry at each zero.
    x, v = np.array([1.0, 0.0, 2.0, 0.0, 4.0]), np.array([1.0, -0.5, 0.25, 2.0, 1.5])
    seeds = () if operator is Operator.GRADIENT else (v,)
    truth = ask(tools, lambda xp, x: xp.prod(x), (x,), operator, seeds)
    expected = np.zeros(() if operator is Operator.JVP else 5)
    if operator is Operator.HVP:
        expected[1], expected[3] = 8 * 2.0, 8 * -0.5
    (block,) = truth.blocks
    assert block.lower is None
    assert (np.abs(block.high - expected) <= block.bound).all()
    assert (block.bound < 1e-28).all()


def test_partial_derivatives_are_judged_one_by_one(tools):
    # sqrt(x_1 x_2) at (0, 3): infinite in x_1; constant, so 0, in x_2.
    truth = ask(
        tools,
        lambda xp, x: xp.sqrt(x[0] * x[1]),
        ([0.0, 3.0],),
        Operator.GRADIENT,
        kind=PointKind.INFINITE,
    )
    assert truth.blocks[0].high.tolist() == [np.inf, 0.0]


def test_outside_the_domain_there_is_no_derivative(tools):
    truth = ask(tools, lambda xp, x: xp.log(x), (-1.0,), Operator.GRADIENT)
    assert np.isnan(truth.blocks[0].high)


def test_what_it_cannot_afford_it_does_not_begin(tools):
    def never(xp, x):
        raise AssertionError("it was begun")

    answer = ask(tools, never, (np.ones(1000),), Operator.HESSIAN)
    assert isinstance(answer, Undecided)
    assert "more than 2 s" in answer.reason
    answer = ask(tools, never, (np.ones(3),), Operator.GRADIENT, operations=10**9)
    assert isinstance(answer, Undecided)


def test_beside_a_closed_form_less_is_spent(tools):
    def never(xp, x):
        raise AssertionError("it was begun")

    answer = ask(
        tools, never, (np.ones(300),), Operator.GRADIENT, closed_forms={Operator.GRADIENT: never}
    )
    assert isinstance(answer, Undecided)
    assert "more than 0.1 s" in answer.reason


def test_a_function_that_does_not_run_is_told_so(tools):
    answer = ask(tools, lambda xp, x: xp.no_such_name(x), (np.eye(2),), Operator.JACOBIAN)
    assert isinstance(answer, Undecided)
    assert "does not run" in answer.reason


def test_descent_is_not_its_business(tools):
    answer = ask(tools, lambda xp, x: x, (1.0,), Operator.DESCENT)
    assert isinstance(answer, Undecided)


@pytest.mark.parametrize("operator", [Operator.GRADIENT, Operator.HVP, Operator.JACOBIAN])
def test_spot_checks_are_contractions_of_the_truth(tools, operator):
    rng = np.random.default_rng(2)
    A, x, v = rng.standard_normal((3, 3)), rng.standard_normal(3), rng.standard_normal(3)
    jacobian = operator is Operator.JACOBIAN

    def fun(xp, x):
        y = xp.matmul(xp.asarray(A), x) ** 3
        return y if jacobian else xp.sum(y)

    seeds = (v,) if operator is Operator.HVP else ()
    whole = ask(tools, fun, (x,), operator, seeds)
    spots = ask(tools, fun, (x,), operator, seeds, oracle=SpotChecks())
    assert len(spots.directions) == len(spots.blocks) == 3
    for ((s,),), block in zip(spots.directions, spots.blocks, strict=True):
        np.testing.assert_allclose(block.high, whole.blocks[0].high @ s, rtol=1e-13)
        assert len(set(np.abs(s))) > 1


@pytest.mark.skipif(importlib.util.find_spec("gmpy2") is None, reason="it is about gmpy2")
def test_gmpy2_is_used_where_it_is_installed():
    from harness.verification.oracles.multiprecision_namespace import multiprecision_numbers

    assert multiprecision_numbers(60).name == "gmpy2"
