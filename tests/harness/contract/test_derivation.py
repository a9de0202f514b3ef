"""Every operator that the harness derives from jvp and vjp, against closed forms by hand.

The function is y_ij = x_i² s_j with s = Bᵀ x, of x (2,) and B (2, 3), with a constant c (2, 3)
between them: differentiable arguments of different shapes and ranks, a matrix for an output, and
no symmetry that could hide a transposition. The scalar is Σ c_ij y_ij.
"""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

import harness.contract.sweeps as sweeps
from backends.our_engine_backend import OurEngineBackend
from harness.contract import (
    HESSIAN_NESTINGS,
    NESTINGS,
    Backend,
    Descent,
    Operator,
    Point,
    Problem,
    Size,
    UnsupportedOperatorError,
    build,
    is_native,
    weights,
)

RNG = np.random.default_rng(12)
X, C, B = RNG.normal(size=2), RNG.normal(size=(2, 3)), RNG.normal(size=(2, 3))
V_X, V_B, Y_BAR = RNG.normal(size=2), RNG.normal(size=(2, 3)), RNG.normal(size=(2, 3))
I = np.eye(2)  # noqa: E741 - the identity
DESCENT = Descent(steps=4, learning_rate=0.01, curve_bound=1e-9, final_loss=1e9)


def matrix(xp, x, c, B):
    return (x * x)[:, None] * xp.matmul(x, B)[None, :]


def scalar(xp, x, c, B):
    return xp.sum(c * matrix(xp, x, c, B))


def problem(fun, *operators):
    return Problem(
        name="test.mixed_shapes",
        source="this test",
        fun=fun,
        arguments=("x", "c", "B"),
        argnums=(0, 2),
        sizes=(Size({}, 1),),
        points=(Point("here", lambda dims, rng: (X, C, B)),),
        operators=frozenset(operators),
        timed_operators=frozenset(),
        closed_forms={},
        operations=lambda dims: 20,
        descent=DESCENT,
    )


VECTOR, SCALAR = problem(matrix, *Operator), problem(scalar, *Operator)


def jacobians():
    """J_x[i,j,k] = 2 x_i δ_ik s_j + x_i² B_kj and J_B[i,j,k,l] = x_i² x_k δ_jl."""
    s = X @ B
    J_x = 2 * np.einsum("i,ik,j->ijk", X, I, s) + np.einsum("i,kj->ijk", X**2, B)
    J_B = np.einsum("i,k,jl->ijkl", X**2, X, np.eye(3))
    return J_x, J_B


def gradient(c=C):
    J_x, J_B = jacobians()
    return np.einsum("ij,ijk->k", c, J_x), np.einsum("ij,ijkl->kl", c, J_B)


def hessian(c=C):
    """Blocks x-x, x-B, B-x and B-B; the function is linear in B."""
    s = X @ B
    crossed = 2 * np.einsum("k,kj,mj->km", X, c, B)
    xx = 2 * np.einsum("km,kj,j->km", I, c, s) + crossed + crossed.T
    xB = 2 * np.einsum("kq,k,p->kpq", c, X, X) + np.einsum("kp,iq,i->kpq", I, c, X**2)
    return xx, xB, np.moveaxis(xB, 0, -1), np.zeros((2, 3, 2, 3))


def hvp(c=C):
    xx, xB, Bx, _ = hessian(c)
    return (
        xx @ V_X + np.einsum("kpq,pq->k", xB, V_B),
        np.einsum("pqk,k->pq", Bx, V_X),
    )


def third(c=C):
    """∇ of D²[v, v] = Σ_j a″_j s_j + 2 a′_j s′_j + a_j s″_j along v, with a_j = Σ_i c_ij x_i²."""
    s_1, s_2 = V_X @ B + X @ V_B, 2 * V_X @ V_B
    a_1, a_2 = 2 * (X * V_X) @ c, 2 * V_X**2 @ c
    by_x = B @ a_2 + 4 * V_X * (c @ s_1) + 2 * V_B @ a_1 + 2 * X * (c @ s_2)
    return by_x, np.outer(X, a_2) + 2 * np.outer(V_X, a_1)


class Both(OurEngineBackend):
    """Only jvp and vjp: everything else must be derived."""

    def __init__(self):
        self.native = {}


class Forward(Both):
    vjp = Backend.vjp


class Reverse(Both):
    jvp = Backend.jvp


def run(backend, problem, operator, *seeds):
    return [
        backend.to_numpy(r)
        for r in build(backend, problem, operator)(*map(backend.asarray, (X, C, B, *seeds)))
    ]


def assert_equal(results, expected):
    assert [r.shape for r in results] == [np.shape(e) for e in expected]
    for result, e in zip(results, expected, strict=True):
        np.testing.assert_allclose(result, e, rtol=1e-13, atol=1e-13)


def test_value():
    assert_equal(run(Both(), VECTOR, Operator.VALUE), (matrix(np, X, C, B),))


def test_jvp():
    J_x, J_B = jacobians()
    expected = J_x @ V_X + np.einsum("ijkl,kl->ij", J_B, V_B)
    assert_equal(run(Both(), VECTOR, Operator.JVP, V_X, V_B), (expected,))


def test_vjp():
    J_x, J_B = jacobians()
    expected = (np.einsum("ij,ijk->k", Y_BAR, J_x), np.einsum("ij,ijkl->kl", Y_BAR, J_B))
    assert_equal(run(Both(), VECTOR, Operator.VJP, Y_BAR), expected)


@pytest.mark.parametrize(
    ("backend", "operator"),
    [
        (Both, Operator.JACOBIAN),
        (Both, Operator.JACOBIAN_FORWARD),
        (Both, Operator.JACOBIAN_REVERSE),
        (Forward, Operator.JACOBIAN),
        (Forward, Operator.JACOBIAN_FORWARD),
        (Reverse, Operator.JACOBIAN),
        (Reverse, Operator.JACOBIAN_REVERSE),
    ],
)
def test_jacobians_have_the_outputs_axes_first(backend, operator):
    assert_equal(run(backend(), VECTOR, operator), jacobians())


@pytest.mark.parametrize("backend", [Both, Forward, Reverse])
def test_gradient(backend):
    assert_equal(run(backend(), SCALAR, Operator.GRADIENT), gradient())


@pytest.mark.parametrize("backend", [Both, Forward, Reverse])
def test_hessian_blocks_come_row_by_row(backend):
    assert_equal(run(backend(), SCALAR, Operator.HESSIAN), hessian())


@pytest.mark.parametrize(
    ("backend", "operator"),
    [
        *((Both, operator) for operator in (Operator.HVP, *NESTINGS)),
        (Forward, Operator.HVP),
        (Forward, Operator.HVP_FORWARD_OVER_FORWARD),
        (Reverse, Operator.HVP),
        (Reverse, Operator.HVP_REVERSE_OVER_REVERSE),
    ],
)
def test_hvp_in_every_nesting(backend, operator):
    assert_equal(run(backend(), SCALAR, operator, V_X, V_B), hvp())


@pytest.mark.parametrize(
    ("backend", "operator"),
    [
        *((Both, operator) for operator in HESSIAN_NESTINGS),
        (Forward, Operator.HESSIAN_FORWARD_OVER_FORWARD),
        (Reverse, Operator.HESSIAN_REVERSE_OVER_REVERSE),
    ],
)
def test_a_hessian_in_every_nesting(backend, operator):
    assert_equal(run(backend(), SCALAR, operator), hessian())


@pytest.mark.parametrize(
    ("backend", "operator"),
    [
        *((Both, op) for op in (Operator.THIRD, Operator.THIRD_FORWARD, Operator.THIRD_REVERSE)),
        (Forward, Operator.THIRD),
        (Forward, Operator.THIRD_FORWARD),
        (Reverse, Operator.THIRD),
        (Reverse, Operator.THIRD_REVERSE),
    ],
)
def test_the_third_derivative_along_one_direction_twice(backend, operator):
    assert_equal(run(backend(), SCALAR, operator, V_X, V_B), third())


SCALARS = {
    Operator.GRADIENT: gradient,
    **dict.fromkeys((Operator.HVP, *NESTINGS), hvp),
    **dict.fromkeys((Operator.HESSIAN, *HESSIAN_NESTINGS), hessian),
    **dict.fromkeys((Operator.THIRD, Operator.THIRD_FORWARD, Operator.THIRD_REVERSE), third),
}


def test_every_operator_of_a_scalar_is_listed_here():
    assert set(SCALARS) == {operator for operator in Operator if operator.of_scalar}


@pytest.mark.parametrize("operator", SCALARS)
def test_of_many_outputs_a_scalar_operator_takes_the_weighted_sum(operator):
    seeds = (V_X, V_B) if operator.takes_tangents else ()
    expected = SCALARS[operator](weights((2, 3)))
    assert_equal(run(Both(), VECTOR, operator, *seeds), expected)


def test_a_native_operator_gets_the_weighted_sum_too():
    class Native(Both):
        def __init__(self):
            self.native = {
                Operator.GRADIENT: lambda fun, primals: (fun(*primals),),
                Operator.JACOBIAN: lambda fun, primals: (fun(*primals),),
            }

    y = matrix(np, X, C, B)
    assert_equal(run(Native(), VECTOR, Operator.GRADIENT), (np.sum(weights((2, 3)) * y),))
    assert_equal(run(Native(), VECTOR, Operator.JACOBIAN), (y,))


class Rows(Both):
    """A map over a leading axis as a loop."""

    def vmap(self, call):
        def mapped(*operands):
            rows = [call(*row) for row in zip(*operands, strict=True)]
            return tuple(np.stack(parts) for parts in zip(*rows, strict=True))

        return mapped


def test_batched_operators_map_over_the_rows_of_every_operand():
    twice = [np.stack((a, a)) for a in (X, C, B)]
    V = (np.stack((V_X, 3 * V_X)), np.stack((V_B, 3 * V_B)))
    (y_dot,) = build(Rows(), VECTOR, Operator.JVP_BATCHED)(*twice, *V)
    (along,) = run(Both(), VECTOR, Operator.JVP, V_X, V_B)
    assert_equal((y_dot,), (np.stack((along, 3 * along)),))
    rows = np.stack((Y_BAR, 5 * Y_BAR))
    x_bars = build(Rows(), VECTOR, Operator.VJP_BATCHED)(*twice, rows)
    back = run(Both(), VECTOR, Operator.VJP, Y_BAR)
    assert_equal(x_bars, [np.stack((b, 5 * b)) for b in back])


@pytest.mark.parametrize("operator", [Operator.JVP_BATCHED, Operator.VJP_BATCHED])
def test_without_a_map_over_rows_the_batched_operators_are_refused(operator):
    with pytest.raises(UnsupportedOperatorError, match=f"{operator} .*gives no vmap"):
        build(Both(), VECTOR, operator)


@pytest.mark.parametrize(
    "operator", [Operator.JACOBIAN_FORWARD, Operator.JACOBIAN_REVERSE, Operator.HESSIAN]
)
def test_a_sweep_over_an_argument_without_elements_gives_empty_blocks(operator):
    empty = replace(
        problem(lambda xp, x, c, B: xp.sum(x * x) + xp.sum(B, axis=0) * 2, *Operator),
        points=(Point("empty", lambda dims, rng: (np.ones(2), C, np.ones((0, 3)))),),
    )
    results = build(Both(), empty, operator)(np.ones(2), C, np.ones((0, 3)))
    if operator is Operator.HESSIAN:
        shapes = [(2, 2), (2, 0, 3), (0, 3, 2), (0, 3, 0, 3)]
    else:
        shapes = [(3, 2), (3, 0, 3)]
    assert [r.shape for r in results] == shapes


def test_the_nestings_use_the_modes_that_they_name():
    """The outer mode is called first, on a function that calls the inner one."""
    called = []

    class Watched(Both):
        def jvp(self, fun, primals, tangents):
            called.append("forward")
            return super().jvp(fun, primals, tangents)

        def vjp(self, fun, primals):
            called.append("reverse")
            return super().vjp(fun, primals)

    for operator, (outer, inner) in (NESTINGS | HESSIAN_NESTINGS).items():
        called.clear()
        run(Watched(), SCALAR, operator, *((V_X, V_B) if operator in NESTINGS else ()))
        assert (called[0], called[1]) == (outer, inner), operator
        assert set(called) == {outer, inner}, operator
    for operator, modes in {
        Operator.THIRD: ("forward", "forward", "reverse"),
        Operator.THIRD_FORWARD: ("forward",) * 3,
        Operator.THIRD_REVERSE: ("reverse",) * 3,
    }.items():
        called.clear()
        run(Watched(), SCALAR, operator, V_X, V_B)
        assert tuple(called[:3]) == modes, operator
        assert set(called) == set(modes), operator


def test_descent_is_the_loss_before_each_step_and_after_the_last():
    x, b = X.copy(), B.copy()
    losses = []
    for _ in range(DESCENT.steps):
        losses.append(scalar(np, x, C, b))
        s = x @ b
        g_x = np.einsum("ij,i,ik,j->k", C, 2 * x, I, s) + np.einsum("ij,i,kj->k", C, x**2, b)
        g_B = np.einsum("il,i,k->kl", C, x**2, x)
        x, b = x - DESCENT.learning_rate * g_x, b - DESCENT.learning_rate * g_B
    losses.append(scalar(np, x, C, b))
    assert_equal(run(Both(), SCALAR, Operator.DESCENT), (losses,))


def test_descent_prepares_its_step_once_and_leaves_its_arguments_alone():
    prepared = []

    class Preparing(Both):
        def prepare(self, call, *example):
            prepared.append(call)
            return call

    backend = Preparing()
    call = build(backend, SCALAR, Operator.DESCENT)
    args = [a.copy() for a in (X, C, B)]
    first, again = call(*args)[0], call(*args)[0]
    assert len(prepared) == 1
    np.testing.assert_array_equal(first, again)
    for a, original in zip(args, (X, C, B), strict=True):
        np.testing.assert_array_equal(a, original)


@pytest.mark.parametrize(
    ("backend", "operator"),
    [
        (Forward, Operator.VJP),
        (Forward, Operator.JACOBIAN_REVERSE),
        (Forward, Operator.HVP_FORWARD_OVER_REVERSE),
        (Forward, Operator.HVP_REVERSE_OVER_FORWARD),
        (Forward, Operator.HVP_REVERSE_OVER_REVERSE),
        (Forward, Operator.HESSIAN_REVERSE_OVER_FORWARD),
        (Forward, Operator.THIRD_REVERSE),
        (Reverse, Operator.THIRD_FORWARD),
        (Reverse, Operator.HESSIAN_FORWARD_OVER_FORWARD),
        (Reverse, Operator.JVP),
        (Reverse, Operator.JACOBIAN_FORWARD),
        (Reverse, Operator.HVP_FORWARD_OVER_REVERSE),
        (Reverse, Operator.HVP_FORWARD_OVER_FORWARD),
    ],
)
def test_what_cannot_be_derived_says_what_there_is(backend, operator):
    have = "jvp" if backend is Forward else "vjp"
    with pytest.raises(UnsupportedOperatorError, match=f"{operator} cannot be derived.*{have}"):
        build(backend(), SCALAR, operator)


def test_a_backend_without_either_mode_has_values_only():
    class Neither(Both):
        jvp, vjp = Backend.jvp, Backend.vjp

    assert_equal(run(Neither(), SCALAR, Operator.VALUE), (scalar(np, X, C, B),))
    with pytest.raises(UnsupportedOperatorError, match="neither jvp nor vjp"):
        build(Neither(), SCALAR, Operator.GRADIENT)


def test_what_is_not_claimed_is_refused_though_it_could_be_derived():
    class Modest(Both):
        operators = frozenset({Operator.VALUE})

    with pytest.raises(UnsupportedOperatorError, match="does not claim gradient"):
        build(Modest(), SCALAR, Operator.GRADIENT)


def test_a_descent_that_is_not_declared_is_refused():
    with pytest.raises(UnsupportedOperatorError, match="declares no descent"):
        build(Both(), replace(SCALAR, descent=None), Operator.DESCENT)


def test_native_is_asked_before_anything_is_derived_and_specialised_before_native():
    class Native(Both):
        def __init__(self):
            self.native = {Operator.JVP: lambda fun, primals, tangents: (tangents[1],)}

    class Specialised(Native):
        def specialise(self, problem, operator):
            return (lambda *operands: (operands[3],)) if operator is Operator.JVP else None

    assert_equal(run(Native(), VECTOR, Operator.JVP, V_X, V_B), (V_B,))
    assert_equal(run(Specialised(), VECTOR, Operator.JVP, V_X, V_B), (V_X,))
    assert is_native(Native(), VECTOR, Operator.JVP)
    assert is_native(Specialised(), VECTOR, Operator.JVP)
    assert not is_native(Native(), VECTOR, Operator.VJP)


@pytest.mark.parametrize(
    ("name", "fault", "operator", "seeds", "expected"),
    [
        (
            "move_leading_to_end",
            lambda backend, block, count: block,
            Operator.JACOBIAN_FORWARD,
            (),
            jacobians,
        ),
        (
            "inner",
            lambda backend, left, right: backend.xp.sum(left[0] * right[0]),
            Operator.HVP_REVERSE_OVER_REVERSE,
            (V_X, V_B),
            hvp,
        ),
        (
            "inner",
            lambda backend, left, right: backend.xp.sum(left[0] * right[0]),
            Operator.THIRD_REVERSE,
            (V_X, V_B),
            third,
        ),
    ],
    ids=["axes not moved", "one argument forgotten", "one argument forgotten, third order"],
)
def test_planted_faults_are_seen(name, fault, operator, seeds, expected, monkeypatch):
    monkeypatch.setattr(sweeps, name, fault)
    problem = VECTOR if expected is jacobians else SCALAR
    with pytest.raises(AssertionError):
        assert_equal(run(Both(), problem, operator, *seeds), expected())
