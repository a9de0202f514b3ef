"""Each map: <u, J v> = <J^T u, v>, the matrix is what apply does, the pattern covers it."""

import numpy as np
import pytest

from our_engine.linear_maps import (
    NEGATIVE,
    ONE,
    ZERO,
    Add,
    Broadcast,
    Cast,
    Compose,
    Conj,
    Einsum,
    Gather,
    LeftMul,
    Masked,
    Operator,
    Outputs,
    Permute,
    Pick,
    Real,
    Reshape,
    RightMul,
    Scale,
    Scatter,
    Select,
    Sum,
    plain,
)
from our_engine.linear_maps.stacks import Rows

rng = np.random.default_rng(0)
A, B, D = rng.normal(size=(2, 3)), rng.normal(size=(4, 5)), rng.normal(size=(3, 4))
MAPS = {
    "one": (ONE, (3, 4)),
    "negative": (NEGATIVE, (3, 4)),
    "scale": (Scale(D), (3, 4)),
    "scale by a number": (Scale(2.5), (3, 4)),
    "select": (Select(D > 0), (3, 4)),
    "sum": (Sum((3, 4)), (3, 4)),
    "sum over an axis": (Sum((3, 4), -1), (3, 4)),
    "sum, axes kept": (Sum((3, 4, 2), (0, -1), keepdims=True), (3, 4, 2)),
    "broadcast": (Broadcast((3, 1), (2, 3, 4)), (3, 1)),
    "broadcast of a number": (Broadcast((), (2, 3)), ()),
    "reshape": (Reshape((3, 4), (2, 6)), (3, 4)),
    "permute": (Permute((2, 0, 1)), (2, 3, 4)),
    "gather a slice": (Gather((3, 4), (slice(1, None), 2)), (3, 4)),
    "gather repeated": (Gather((3, 4), np.array([0, 2, 2, 0])), (3, 4)),
    "gather around a slice": (Gather((3, 4, 2), (np.array([0, 2]), slice(None), 1)), (3, 4, 2)),
    "gather beside a new axis": (Gather((3, 4), (None, np.array([[0], [2]]), 1)), (3, 4)),
    "gather an ellipsis": (Gather((3, 4), (..., np.array([3, 3]))), (3, 4)),
    "gather a number": (Gather((3, 4), (1, 2)), (3, 4)),
    "gather a mask": (Gather((3, 4), D > 0), (3, 4)),
    "scatter": (Scatter(Gather((5,), np.array([1, 1, 3]))), (3,)),
    "left": (LeftMul(A, (3, 4)), (3, 4)),
    "left, batched": (LeftMul(rng.normal(size=(6, 2, 3)), (3, 4)), (3, 4)),
    "left, a stack": (LeftMul(A, (6, 3, 4)), (6, 3, 4)),
    "left, a stack of columns": (LeftMul(A, (2, 6, 3, 1)), (2, 6, 3, 1)),
    "left, both batched": (LeftMul(rng.normal(size=(5, 6, 2, 3)), (6, 3, 4)), (6, 3, 4)),
    "right, a stack": (RightMul(B, (6, 3, 4)), (6, 3, 4)),
    "right": (RightMul(B, (3, 4)), (3, 4)),
    "right, batched": (RightMul(rng.normal(size=(6, 4, 2)), (1, 3, 4)), (1, 3, 4)),
    "einsum": (Einsum(("ij", "jk"), "ki", 0, (B,), (3, 4)), (3, 4)),
    "einsum with a sum of its own": (Einsum(("ij", "i"), "i", 0, (D[:, 0],), (3, 4)), (3, 4)),
    "compose": (Compose(Sum((3, 4), 0), Scale(D)), (3, 4)),
    "add": (Add(Scale(D), ONE), (3, 4)),
    "operator": (Operator(lambda v: D.T @ v, lambda u: D @ u, (3,), 12), (3,)),
}


@pytest.mark.parametrize("name", MAPS)
def test_adjoint_matrix_and_pattern(name):
    J, shape = MAPS[name]
    v = rng.normal(size=shape)
    Jv = J.apply(v)
    assert J.out_shape(shape) == np.shape(Jv)
    u = rng.normal(size=np.shape(Jv))
    pulled = J.pull(u)
    pulled = getattr(pulled, "value", pulled)
    assert np.shape(pulled) == shape
    assert np.sum(u * Jv) == pytest.approx(np.sum(pulled * v))
    np.testing.assert_allclose(J.transpose().apply(u), pulled, rtol=1e-13)
    M = J.matrix(shape)
    np.testing.assert_allclose(M @ v.reshape(-1), np.reshape(Jv, -1), rtol=1e-12, atol=1e-13)
    np.testing.assert_allclose(J.T.matrix(np.shape(Jv)), M.T, rtol=1e-12, atol=1e-13)
    assert not (M[~J.pattern(shape)]).any()
    assert J.flops(shape) >= 0


@pytest.mark.parametrize("name", MAPS)
@pytest.mark.parametrize("count", [1, 3])
def test_a_stack_is_mapped_row_by_row(name, count):
    J, shape = MAPS[name]
    V = rng.normal(size=(count, *shape))
    S = J.stacked(count)
    JV = S.apply(V)
    one_by_one = np.stack([J.apply(v) for v in V])
    assert np.shape(JV) == np.shape(one_by_one)
    np.testing.assert_allclose(JV, one_by_one, rtol=1e-13, atol=1e-14)
    U = rng.normal(size=np.shape(JV))
    pulled = plain(S.pull(U))
    np.testing.assert_allclose(pulled, np.stack([plain(J.pull(u)) for u in U]), rtol=1e-13)
    np.testing.assert_allclose(plain(S.transpose().apply(U)), pulled, rtol=1e-13)
    # A zero by structure stays one.
    chosen = U * (U > 0)
    masked = S.pull(Masked(chosen, U > 0) if S.takes_masked else chosen)
    for u, row in zip(chosen, plain(masked), strict=True):
        np.testing.assert_allclose(row, plain(J.pull(u)), rtol=1e-13, atol=1e-14)


def test_only_maps_without_a_better_way_go_row_by_row():
    slow = {name for name, (J, _) in MAPS.items() if type(J.stacked(2)) is Rows}
    assert slow == {"operator", "gather around a slice"}


def test_rows_of_many_outputs_and_of_nothing():
    J = Rows(Outputs(Scale(2.0), ZERO, Sum((3,))), 2)
    V = rng.normal(size=(2, 3))
    a, b, c = J.apply(V)
    assert b is None
    np.testing.assert_array_equal(a, 2 * V)
    np.testing.assert_allclose(c, V.sum(axis=1))
    np.testing.assert_allclose(J.pull((V, None, np.ones(2))), 2 * V + 1)
    np.testing.assert_allclose(Outputs(Scale(2.0), ZERO, Sum((3,))).stacked(2).apply(V)[0], a)
    assert Rows(ZERO, 3).apply(np.ones((3, 2))) is None
    masked = Rows(Gather((3,), slice(1, None)), 2).pull(np.ones((2, 2)))
    np.testing.assert_array_equal(masked.mask, [[False, True, True]] * 2)


@pytest.mark.parametrize("J", [Conj(), Real(np.dtype(complex)), Scale(0.3 + 0.4j)])
def test_complex_maps_are_adjoint_under_the_real_pairing(J):
    v = rng.normal(size=4) + 1j * rng.normal(size=4)
    Jv = J.apply(v)
    u = rng.normal(size=4) + (1j * rng.normal(size=4) if np.iscomplexobj(Jv) else 0)
    assert np.real(np.sum(u * Jv)) == pytest.approx(np.real(np.sum(J.pull(u) * v)))


def test_cast_from_real_to_complex():
    J = Cast(np.dtype(float), np.dtype(complex))
    u = rng.normal(size=4) + 1j * rng.normal(size=4)
    v = rng.normal(size=4)
    assert J.pull(u).dtype == float
    assert np.real(np.sum(u * J.apply(v))) == pytest.approx(np.sum(J.pull(u) * v))


def test_zero_and_composition():
    assert ZERO.apply(np.ones(3)) is None
    assert (ZERO @ Scale(D)) is ZERO
    assert (ONE @ ZERO) is ZERO
    assert (ZERO + ONE) is ONE
    assert (ONE @ NEGATIVE) is NEGATIVE


def test_flops_count_multiplications():
    assert LeftMul(A, (3, 4)).flops() == 2 * 3 * 4
    assert RightMul(B, (3, 4)).flops() == 3 * 4 * 5
    assert (RightMul(B, (3, 4)) @ Scale(D)).flops() == 3 * 4 * 5 + 12


def test_the_lectures_kronecker_products():
    # d(W x)/dW = I kron x^T, W flattened by rows.
    x = rng.normal(size=(4, 1))
    np.testing.assert_allclose(RightMul(x, (3, 4)).matrix(), np.kron(np.eye(3), x.T))


def test_outputs_and_pick():
    J = Outputs(Scale(2.0), ZERO, Sum((3,)))
    v = rng.normal(size=3)
    a, b, c = J.apply(v)
    assert b is None
    np.testing.assert_array_equal(a, 2 * v)
    assert c == np.sum(v)
    np.testing.assert_allclose(J.pull((v, None, 1.0)), 2 * v + 1)
    np.testing.assert_allclose(J.T.apply((None, None, 1.0)), np.ones(3))
    assert Pick(1, 3).pull(5.0) == (None, 5.0, None)
    assert Pick(1, 3).T.apply(5.0) == (None, 5.0, None)


def test_matrix_of_a_map_for_any_shape_asks_for_one():
    with pytest.raises(ValueError, match="matrix\\(in_shape\\)"):
        ONE.matrix()
