"""Sparse Jacobians and Hessians: patterns, colourings, counted sweeps, and the right values."""

import itertools

import numpy as np
import pytest

import our_engine as oe
from our_engine.accumulation.colouring import colours, column_colouring, star_colouring
from our_engine.accumulation.graph import LinearGraph
from our_engine.accumulation.pattern import Pattern, symmetrised
from our_engine.accumulation.propagation import jacobian_pattern
from our_engine.program import Program

N = 1000


def brusselator(z):
    """The one-dimensional Brusselator's right side: z holds u and v of n points each, A=1, B=3."""
    n = z.shape[0] // 2
    u, v = z[:n], z[n:]
    rate = (n + 1) ** 2 / 50.0

    def diffusion(w, at_ends):
        padded = np.concatenate([at_ends, w, at_ends])
        return rate * (padded[:-2] - 2.0 * w + padded[2:])

    u_dot = 1.0 + u**2 * v - 4.0 * u + diffusion(u, np.array([1.0]))
    v_dot = 3.0 * u - u**2 * v + diffusion(v, np.array([3.0]))
    return np.concatenate([u_dot, v_dot])


def rosenbrock(x):
    return np.sum(100.0 * (x[1:] - x[:-1] ** 2) ** 2 + (1.0 - x[:-1]) ** 2)


def rosenbrock_hessian(x):
    """Closed form, tridiagonal."""
    H = np.zeros((len(x), len(x)))
    i = np.arange(len(x) - 1)
    H[i, i] += 1200.0 * x[:-1] ** 2 - 400.0 * x[1:] + 2.0
    H[i + 1, i + 1] += 200.0
    H[i, i + 1] = H[i + 1, i] = -400.0 * x[:-1]
    return H


def brusselator_jacobian(z):
    n = len(z) // 2
    u, v = z[:n], z[n:]
    rate = (n + 1) ** 2 / 50.0
    laplacian = rate * (np.eye(n, k=1) + np.eye(n, k=-1) - 2.0 * np.eye(n))
    return np.block(
        [
            [np.diag(2.0 * u * v - 4.0) + laplacian, np.diag(u**2)],
            [np.diag(3.0 - 2.0 * u * v), np.diag(-(u**2)) + laplacian],
        ]
    )


def test_the_brusselator_of_size_1000_takes_five_sweeps_at_most():
    z = np.random.default_rng(0).uniform(0.5, 2.0, N)
    J = oe.sparse_jacobian(brusselator)(z)
    # Four entries to a row; in the order u_1, v_1, u_2, ... a band of five.
    assert 4 <= J.sweeps <= 5
    assert J.shape == (N, N)
    assert len(J.values) == 2 * (N + N // 2 - 2 + N // 2)
    np.testing.assert_allclose(J.dense(), brusselator_jacobian(z), rtol=1e-13)
    np.testing.assert_array_equal(oe.jacobian(brusselator, mode="sparse")(z), J.dense())


def test_the_rosenbrock_hessian_of_size_1000_takes_three_sweeps():
    x = np.random.default_rng(1).uniform(-1.5, 1.5, N)
    H = oe.sparse_hessian(rosenbrock)(x)
    assert H.sweeps == 3
    assert len(H.values) == 3 * N - 2
    np.testing.assert_allclose(H.dense(), rosenbrock_hessian(x), rtol=1e-12)
    np.testing.assert_array_equal(oe.hessian(rosenbrock, mode="sparse")(x), H.dense())


def test_sweeps_do_not_grow_with_the_size():
    counts = {oe.sparse_jacobian(brusselator)(np.ones(n)).sweeps for n in (20, 100, 400)}
    assert max(counts) <= 5
    assert {oe.sparse_hessian(rosenbrock)(np.ones(n)).sweeps for n in (10, 80, 320)} == {3}


def test_a_loop_over_elements_is_as_sparse():
    def rosenbrock_loop(x):
        total = 0.0
        for i in range(len(x) - 1):
            total = total + 100.0 * (x[i + 1] - x[i] ** 2) ** 2 + (1.0 - x[i]) ** 2
        return total

    x = np.linspace(-1.0, 1.0, 30)
    H = oe.sparse_hessian(rosenbrock_loop)(x)
    assert H.sweeps == 3
    np.testing.assert_allclose(H.dense(), rosenbrock_hessian(x), rtol=1e-12)


def test_the_direction_is_the_one_with_fewer_colours():
    x = np.arange(1.0, 9.0)
    wide = oe.sparse_jacobian(lambda x: np.stack([np.sum(x * x), x[0] * 2.0]))(x)
    assert (wide.direction, wide.sweeps) == ("reverse", 2)
    np.testing.assert_allclose(wide.dense(), [2 * x, [2, 0, 0, 0, 0, 0, 0, 0]])
    tall = oe.sparse_jacobian(lambda x: x[0] * np.arange(8.0) + x[1])(x[:2])
    assert (tall.direction, tall.sweeps) == ("forward", 2)
    assert oe.sparse_jacobian(np.sin)(x).sweeps == 1


def test_a_hessian_with_one_dense_row_takes_two_sweeps_by_symmetry():
    """An arrowhead: its columns all share the first row, so that columns alone need n colours."""

    def arrow(x):
        return np.sum(x[0] ** 2 * x[1:] ** 2) + np.sum(np.exp(x[1:]))

    x = np.random.default_rng(2).normal(size=50)
    H = oe.sparse_hessian(arrow)(x)
    assert H.sweeps == 2
    np.testing.assert_allclose(H.dense(), oe.hessian(arrow)(x), rtol=1e-12)
    assert oe.sparse_jacobian(oe.grad(arrow))(x).sweeps == 50


def test_triplets_of_several_arguments_and_results():
    def f(p, y):
        return p["a"][:2] * y, {"s": np.sum(p["b"])}

    a, b, y = np.array([1.0, 2.0, 3.0]), np.array([[4.0, 5.0]]), np.array(6.0)
    J = oe.sparse_jacobian(f, (0, 1))({"a": a, "b": b}, y)
    # Columns: a (3), b (2), y (1). Rows: the product (2), the sum (1).
    np.testing.assert_array_equal(
        J.dense(), [[6, 0, 0, 0, 0, 1], [0, 6, 0, 0, 0, 2], [0, 0, 0, 1, 1, 0]]
    )
    assert sorted(zip(J.rows.tolist(), J.columns.tolist(), strict=True)) == [
        (0, 0), (0, 5), (1, 1), (1, 5), (2, 3), (2, 4),
    ]  # fmt: skip


def pattern_of(f, *xs):
    program = Program("test", f, list(xs), lambda ts: f(*ts))
    shapes = [np.shape(y) for y in program.values()]
    return jacobian_pattern(LinearGraph(program), [np.shape(x) for x in xs], shapes).dense()


RNG = np.random.default_rng(3)
BAND = np.eye(6) + np.eye(6, k=1) * 2.0
SPARSE_A = np.where(RNG.uniform(size=(5, 4)) < 0.4, 1.0, 0.0)
PROGRAMS = {
    "elementwise": (np.tanh, RNG.normal(size=6)),
    "matrix with zeros": (lambda x: BAND @ x, RNG.normal(size=6)),
    "from the right": (lambda X: X @ SPARSE_A, RNG.normal(size=(2, 5))),
    "from the left": (lambda X: SPARSE_A @ X, RNG.normal(size=(4, 3))),
    "einsum": (lambda X: np.einsum("ij,jk->ki", X, SPARSE_A), RNG.normal(size=(2, 5))),
    "einsum of a batch": (
        lambda X: np.einsum("bij,bj->bi", X, np.array([[0.0, 1.0], [1.0, 1.0]])),
        RNG.normal(size=(2, 3, 2)),
    ),
    "sum of rows": (lambda X: np.sum(X, axis=1), RNG.normal(size=(3, 4))),
    "sum kept": (lambda X: np.sum(X * X, axis=0, keepdims=True), RNG.normal(size=(3, 4))),
    "mean": (np.mean, RNG.normal(size=4)),
    "broadcast": (lambda x: x[:, None] * np.ones((3, 2)), RNG.normal(size=3)),
    "transposed": (lambda X: np.transpose(X, (1, 2, 0)), RNG.normal(size=(2, 3, 4))),
    "reshaped": (lambda X: np.reshape(X.T, (2, 6)), RNG.normal(size=(3, 4))),
    "gather": (lambda x: x[np.array([3, 0, 0, 2])], RNG.normal(size=4)),
    "where": (lambda x: np.where(x > 0, x * x[::-1], 1.0), RNG.normal(size=6)),
    "stack": (lambda x: np.stack([x[0] * x[1], x[2]]), RNG.normal(size=3)),
    "concatenate": (lambda x: np.concatenate([x[1:], x[:1] * 2.0]), RNG.normal(size=4)),
    "many outputs": (lambda x: np.divmod(x, 0.3)[1] + np.modf(x)[0][::-1], RNG.normal(size=4)),
    "unused": (lambda x: np.zeros(3), RNG.normal(size=4)),
}


@pytest.mark.parametrize("name", PROGRAMS)
def test_the_pattern_is_where_the_jacobian_is_not_zero(name):
    f, x = PROGRAMS[name]
    J = np.reshape(oe.jacobian(f, mode="forward")(x), (-1, x.size))
    np.testing.assert_array_equal(pattern_of(f, x), J != 0)


def test_a_map_of_a_rule_s_own_is_probed_or_taken_for_dense(monkeypatch):
    from our_engine.accumulation import propagation
    from our_engine.linear_maps import Operator

    shift = oe.rule(
        lambda x: np.concatenate([x[1:], x[:1]]),
        lambda _x, _y: Operator(lambda v: np.roll(v, -1), lambda u: np.roll(u, 1)),
    )
    x = np.arange(1.0, 6.0)
    np.testing.assert_array_equal(pattern_of(shift, x), np.roll(np.eye(5), 1, axis=1) != 0)
    assert oe.sparse_jacobian(shift)(x).sweeps == 1
    monkeypatch.setattr(propagation, "PROBED", 0)
    assert pattern_of(shift, x).all()
    np.testing.assert_array_equal(
        oe.jacobian(shift, mode="sparse")(x), np.roll(np.eye(5), 1, axis=1)
    )


def random_pattern(rng, rows, columns, density):
    full = rng.uniform(size=(rows, columns)) < density
    return Pattern.of(*np.nonzero(full), full.shape), full


def sharing(full, colour):
    """Pairs of columns of one colour that have an entry in the same row."""
    overlap = full.T.astype(int) @ full.astype(int)
    return [
        (i, j)
        for i, j in itertools.combinations(range(full.shape[1]), 2)
        if colour[i] == colour[j] and overlap[i, j]
    ]


@pytest.mark.parametrize("seed", range(15))
def test_columns_of_one_colour_share_no_row(seed):
    rng = np.random.default_rng(seed)
    pattern, full = random_pattern(rng, 12, 15, 0.15)
    colour = column_colouring(pattern)
    assert not sharing(full, colour)
    assert colours(colour) >= full.sum(axis=1).max()
    if full.any():
        assert sharing(np.ones((1, 15), bool), np.zeros(15))  # one colour for all is found out


def two_coloured_paths(full, colour):
    """Edges of one colour, and paths of four vertices with only two colours."""
    n = len(full)
    bad = [(i, j) for i in range(n) for j in range(i) if full[i, j] and colour[i] == colour[j]]
    near = [np.flatnonzero(full[i] & (np.arange(n) != i)) for i in range(n)]
    for a in range(n):
        for b in near[a]:
            for c in near[b]:
                for d in near[c]:
                    if len({a, b, c, d}) == 4 and len({colour[v] for v in (a, b, c, d)}) == 2:
                        bad.append((a, b, c, d))
    return bad


@pytest.mark.parametrize("seed", range(15))
def test_star_colourings_have_no_path_of_two_colours(seed):
    rng = np.random.default_rng(seed)
    pattern, _ = random_pattern(rng, 14, 14, 0.08)
    symmetric = symmetrised(pattern)
    full = symmetric.dense()
    np.testing.assert_array_equal(full, full.T)
    colour = star_colouring(symmetric)
    assert not two_coloured_paths(full, colour)
    assert colours(colour) <= colours(column_colouring(symmetric)) + 1
    path = np.eye(4, k=1, dtype=bool) | np.eye(4, k=-1, dtype=bool)
    assert two_coloured_paths(path, np.array([0, 1, 0, 1]))  # the check itself can fail


@pytest.mark.parametrize("seed", range(10))
def test_hessians_of_random_patterns_are_recovered(seed):
    rng = np.random.default_rng(seed)
    n = 12
    pairs = [(i, j) for i in range(n) for j in range(i) if rng.uniform() < 0.2]
    left = np.array([i for i, _ in pairs], dtype=int)
    right = np.array([j for _, j in pairs], dtype=int)
    c = rng.normal(size=len(pairs))

    def f(x):
        return np.sum(c * np.sin(x[left] * x[right])) + np.sum(x**3)

    x = rng.normal(size=n)
    H = oe.sparse_hessian(f)(x)
    np.testing.assert_allclose(H.dense(), oe.hessian(f)(x), rtol=1e-11, atol=1e-13)


def test_a_wrong_colouring_gives_a_wrong_hessian(monkeypatch):
    from our_engine.accumulation import sparse

    monkeypatch.setattr(sparse, "star_colouring", lambda pattern: np.arange(pattern.height) % 2)
    x = np.linspace(-1.0, 1.0, 8)
    assert not np.allclose(oe.sparse_hessian(rosenbrock)(x).dense(), rosenbrock_hessian(x))


def test_pattern_algebra():
    P, p = random_pattern(RNG, 6, 5, 0.3)
    Q, q = random_pattern(RNG, 6, 5, 0.3)
    np.testing.assert_array_equal(P.union(Q).dense(), p | q)
    np.testing.assert_array_equal(P.T.dense(), p.T)
    rows = np.array([5, 0, 0, 3])
    np.testing.assert_array_equal(P.take(rows).dense(), p[rows])
    mask = np.array([True, False, True, True, False, False])
    np.testing.assert_array_equal(P.kept(mask).dense(), p & mask[:, None])
    M, m = random_pattern(RNG, 4, 6, 0.4)
    np.testing.assert_array_equal(
        P.after(M.rows, M.columns, 4).dense(), (m.astype(int) @ p.astype(int)) > 0
    )
    np.testing.assert_array_equal(P.spread(3).dense(), np.tile(p.any(axis=0), (3, 1)))


def test_hessians_at_infinite_curvature_fall_back_to_sweeps():
    def f(x):
        return np.sum(np.where(x > 0, np.log(x), 0.0) + x * x)

    with np.errstate(divide="ignore"):
        H = oe.hessian(f, mode="sparse")(np.array([0.0, 2.0]))
        np.testing.assert_allclose(H, oe.hessian(f)(np.array([0.0, 2.0])))


def test_hessian_wants_one_argument():
    with pytest.raises(oe.DifferentiationError, match="argnums must be one number"):
        oe.sparse_hessian(rosenbrock, (0, 1))
