"""jacobian(mode="optimal"): the same Jacobian as by sweeps, for the counted price."""

from itertools import pairwise

import numpy as np
import pytest

import our_engine as oe
from our_engine.accumulation import chain as chain_module
from our_engine.accumulation.bracketing import forward_bracketing, reverse_bracketing
from our_engine.accumulation.chain import Chain
from our_engine.program import Program

RNG = np.random.default_rng(0)
SIZES = (200, 400, 4, 400, 4, 400, 200)


def normal(*shape):
    return RNG.normal(size=shape)


def weights(sizes):
    return [normal(m, n) / np.sqrt(n) for n, m in pairwise(sizes)]


def composed(Ws, sigma=lambda x: x):
    def f(x):
        for W in Ws:
            x = sigma(W @ x)
        return x

    return f


def chain_of(f, *xs):
    return Chain(Program("test", f, list(xs), lambda ts: f(*ts)))


def test_multiplications_of_the_linear_chain_are_the_theory_s():
    chain = chain_of(composed(weights(SIZES)), normal(200))
    assert chain.sizes == SIZES
    assert chain.optimal().multiplications == 809600
    assert forward_bracketing(chain.sizes, chain.factors).multiplications == 17_280_000
    assert reverse_bracketing(chain.sizes, chain.factors).multiplications == 17_280_000


def test_structured_factors_cost_what_they_multiply():
    """tanh adds a diagonal of n_k after each product, which scales rows or columns."""
    sizes = (7, 30, 2, 9)
    chain = chain_of(composed(weights(sizes), np.tanh), normal(7))
    assert chain.sizes == (7, 30, 30, 2, 2, 9, 9)
    assert [f.push for f in chain.factors] == [210, 30, 60, 2, 18, 9]
    assert all(f.form == 0 for f in chain.factors)
    # J_3·J_2 scales the 2 x 30 matrix; times J_1 it is 2 x 7, which J_4 scales; J_6·J_5 is 9 x 2.
    best = chain.optimal()
    assert best.multiplications == 2 * 30 + 2 * 30 * 7 + 2 * 7 + 9 * 2 + 9 * 2 * 7
    assert forward_bracketing(chain.sizes, chain.factors).multiplications == 7 * (
        30 + 60 + 2 + 18 + 9
    )


def test_the_product_multiplies_as_often_as_counted(monkeypatch):
    """The matrix products are made of the counted sizes: nothing else multiplies matrices."""
    counted = []

    class Counting(np.ndarray):
        def __matmul__(self, other):
            counted.append(self.shape[0] * self.shape[1] * other.shape[1])
            return super().__matmul__(other).view(Counting)

    plain_matrix = chain_module.held_matrix
    monkeypatch.setattr(
        chain_module, "held_matrix", lambda J, shape: plain_matrix(J, shape).view(Counting)
    )
    chain = chain_of(composed(weights(SIZES)), normal(200))
    chain.product(chain.optimal())
    assert sum(counted) == 809600


A, B, C = normal(5, 4), normal(3, 5), normal(4, 6)
INDEX = np.array([0, 2, 2, 1])
PROGRAMS = {
    "linear": (composed([A, B]), (normal(4),)),
    "nonlinear": (composed([A, B], np.tanh), (normal(4),)),
    "one map": (lambda x: A @ x, (normal(4),)),
    "elementwise": (lambda x: np.exp(np.sin(x)), (normal(4),)),
    "identity": (lambda x: x, (normal(3),)),
    "constant": (lambda x: np.ones(2), (normal(3),)),
    "partly constant": (lambda x: (x * 2.0, 3.0), (normal(3),)),
    "residual": (lambda x: B @ (np.tanh(A @ x) + np.sin(A @ x)) * 2.0, (normal(4),)),
    "skip over all": (lambda x: x + C @ np.tanh(C.T @ x), (normal(4),)),
    "two inputs": (lambda x, y: B @ np.tanh(A @ x + y), (normal(4), normal(5))),
    "late input": (lambda x, y: np.sin(B @ np.tanh(A @ x)) * y, (normal(4), normal(3))),
    "unused input": (lambda x, y: np.sin(A @ y), (normal(2), normal(4))),
    "two outputs": (lambda x: (np.sin(A @ x), np.sum(np.cos(A @ x) ** 2)), (normal(4),)),
    "an output on the way": (lambda x: [(y := A @ x), np.tanh(B @ np.sin(y))], (normal(4),)),
    "the same output twice": (lambda x: [np.sin(x)] * 2, (normal(3),)),
    "tree": (lambda p: {"y": p["A"] @ p["b"]}, ({"A": normal(2, 3), "b": normal(3)},)),
    "matrix argument": (lambda X: np.tanh(A @ X @ C), (normal(4, 4),)),
    "scalar": (lambda x: np.sin(x) * x, (0.7,)),
    "scalar to array": (lambda x: A[0] * np.sin(x), (0.7,)),
    "reductions": (lambda X: np.sum(np.exp(X), axis=0) * np.mean(X, axis=1), (normal(3, 3),)),
    "gather": (lambda x: np.cos(x[INDEX]) * x[::-1][INDEX], (normal(4),)),
    "stack": (lambda x: np.concatenate([np.stack([x[0], x[1] * x[2]]), np.sin(x)]), (normal(4),)),
    "transposed": (lambda X: np.transpose(X, (2, 0, 1)) * 2.0, (normal(2, 3, 4),)),
    "broadcast": (lambda x: x[:, None] * C, (normal(4),)),
    "einsum": (lambda X: np.einsum("ij,jk,lk->il", X, C, normal_fixed), (normal(2, 4),)),
    "batched product": (lambda X: X @ batch, (normal(2, 3, 4),)),
    "product with a batch": (lambda X: batch @ X, (normal(2, 3),)),
    "many outputs of one": (lambda x: np.divmod(x, 0.3)[1] * np.modf(x)[0], (normal(3),)),
    "through complex numbers": (lambda x: np.real(np.exp(1j * (A @ x)) * (2 + 1j)), (normal(4),)),
    "empty": (lambda x: x * 2.0, (np.zeros((0, 3)),)),
    "empty on the way": (lambda x: np.sum(x[:0]) * x, (normal(3),)),
    "a branch not taken": (
        lambda x: np.where(x > 0, np.log(x), 0.0) + A.T @ (A @ x),
        (np.zeros(4),),
    ),
}
normal_fixed = normal(5, 6)
batch = normal(2, 4, 2)


@pytest.mark.filterwarnings("ignore:divide by zero")
@pytest.mark.parametrize("mode", ["optimal", "sparse"])
@pytest.mark.parametrize("name", PROGRAMS)
def test_the_jacobian_is_that_of_the_sweeps(name, mode):
    f, args = PROGRAMS[name]
    argnums = tuple(range(len(args)))
    got = oe.jacobian(f, argnums, mode)(*args)
    want = oe.jacobian(f, argnums, "forward")(*args)
    for a, b in zip(flat(got), flat(want), strict=True):
        assert a.shape == b.shape
        assert a.dtype == b.dtype
        np.testing.assert_allclose(a, b, rtol=1e-12, atol=1e-14)


def flat(tree):
    if isinstance(tree, dict):
        tree = list(tree.values())
    if isinstance(tree, (tuple, list)):
        return [leaf for item in tree for leaf in flat(item)]
    return [np.asarray(tree)]


def test_nodes_that_all_paths_pass_cut_the_program():
    def residual(x):
        y = A @ x
        return B @ (y + np.tanh(y)) * 2.0

    # x, y, the sum, and so on; the two ways from y to the sum are one part.
    chain = chain_of(residual, normal(4))
    assert chain.sizes == (4, 5, 5, 3, 3)
    assert [len(part.nodes) for part in chain.parts] == [1, 2, 1, 1]
    f, args = PROGRAMS["skip over all"]
    assert len(chain_of(f, *args).parts) == 1

    def output_on_the_way(x):
        y = A @ x
        return y, np.tanh(B @ np.sin(y))

    assert chain_of(output_on_the_way, normal(4)).sizes == (4, 5, 5 + 3)
    f, args = PROGRAMS["late input"]
    assert chain_of(f, *args).sizes == (4 + 3, 3)


def test_one_part_is_swept_in_the_cheaper_direction():
    tall = chain_of(lambda x: normal_fixed @ np.sin(C.T @ x) + A @ x, normal(4))
    assert len(tall.parts) == 1
    cost = 4 * 6 + 6 + 5 * 6 + 5 * 4  # the sum takes no multiplication
    assert tall.factors[0].push == cost
    assert tall.optimal().multiplications == 4 * cost  # 4 inputs, 5 outputs
    wide = chain_of(lambda x: np.sum(np.sin(x) * x), normal(9))
    assert wide.optimal().multiplications == sum(f.push for f in wide.factors)


def test_a_long_loop_is_cut_at_few_places():
    def loop(x):
        for _ in range(300):
            x = np.sin(x) * 1.1
        return x

    chain = chain_of(loop, normal(3))
    assert len(chain.parts) <= chain_module.LIMIT
    J = oe.jacobian(loop, mode="optimal")(np.array([0.1, 0.2, 0.3]))
    np.testing.assert_allclose(
        J, oe.jacobian(loop, mode="reverse")(np.array([0.1, 0.2, 0.3])), rtol=1e-12
    )


def test_float32_is_kept():
    J = oe.jacobian(composed([A.astype("f"), B.astype("f")]), mode="optimal")(normal(4).astype("f"))
    assert J.dtype == np.float32
    np.testing.assert_allclose(J, B @ A, rtol=1e-5)


@pytest.mark.parametrize("mode", ["optimal", "sparse"])
def test_inside_another_derivative(mode):
    f = composed([A, B], np.tanh)
    x = normal(4)
    got = oe.jacobian(lambda x: oe.jacobian(f, mode=mode)(x))(x)
    np.testing.assert_allclose(got, oe.jacobian(oe.jacobian(f))(x), rtol=1e-12)
    scaled = oe.grad(lambda c: np.sum(oe.jacobian(lambda x: c * f(x), mode=mode)(x)))(2.0)
    assert scaled == pytest.approx(np.sum(oe.jacobian(f)(x)), rel=1e-12)


def test_the_result_shares_no_memory_with_the_program_s_matrices():
    W = normal(3, 4)
    before = W.copy()
    J = oe.jacobian(lambda x: W @ x, mode="optimal")(normal(4))
    J[:] = 0.0
    np.testing.assert_array_equal(W, before)


def test_unknown_modes_are_refused():
    with pytest.raises(ValueError, match=r"'best'.*optimal, sparse"):
        oe.jacobian(np.sin, mode="best")
    with pytest.raises(ValueError, match=r"'best'.*forward, sparse"):
        oe.hessian(np.sum, mode="best")
