"""sqrtm, expm and the solvers of scipy.linalg."""

import random

import numpy as np
import pytest

import our_engine as oe

scipy_linalg = pytest.importorskip("scipy.linalg", reason="the rules of scipy.linalg need SciPy")
from our_engine import scipy_linalg as sl  # noqa: E402

rng = np.random.default_rng(10)
N = 4
A = rng.normal(size=(N, N)) + 3 * np.eye(N)
Z = A + 1j * rng.normal(size=(N, N))
S = A @ A.T + np.eye(N)
VECTOR, MATRIX = rng.normal(size=N), rng.normal(size=(N, 2))
REAL = {"truth": "real"}
CASES = {
    "sqrtm": (sl.sqrtm, sl.sqrtm, [S], {"truth": "real", "single": False}),
    "sqrtm complex": (sl.sqrtm, sl.sqrtm, [Z], {"truth": "real", "single": False}),
    "expm": (sl.expm, sl.expm, [A / 3], REAL),
    "expm stack": (sl.expm, sl.expm, [rng.normal(size=(2, 3, 3))], REAL),
    "expm complex": (sl.expm, sl.expm, [Z / 4], REAL),
    "solve_sylvester": (
        sl.solve_sylvester,
        sl.solve_sylvester,
        [A, S[:2, :2], MATRIX],
        REAL,
    ),
    "solve_sylvester complex": (
        sl.solve_sylvester,
        sl.solve_sylvester,
        [Z, S[:2, :2], MATRIX],
        REAL,
    ),
}
for _trans in (0, 1, "T", 2, "C"):
    for _lower in (False, True):
        for _unit in (False, True):
            CASES[f"solve_triangular {_trans} {_lower} {_unit}"] = (
                sl.solve_triangular,
                lambda a, b, t=_trans, low=_lower, u=_unit: sl.solve_triangular(
                    a, b, trans=t, lower=low, unit_diagonal=u
                ),
                [Z if _trans in (2, "C") else A / 3, VECTOR if _lower else MATRIX],
                REAL,
            )
for _bands in ((0, 0), (1, 1), (1, 2), (2, 0), (0, 1)):
    _ab = rng.normal(size=(sum(_bands) + 1, N))
    _ab[_bands[1]] += 4.0
    for _b in (VECTOR, MATRIX):
        CASES[f"solve_banded {_bands} {_b.ndim}"] = (
            sl.solve_banded,
            lambda ab, b, k=_bands: sl.solve_banded(k, ab, b),
            [_ab, _b],
            REAL,
        )
CASES["solve_banded complex"] = (
    sl.solve_banded,
    lambda ab, b: sl.solve_banded((1, 1), ab, b),
    [Z[:3] + 3, VECTOR],
    REAL,
)


@pytest.mark.parametrize("name", CASES)
def test_rule(name, check):
    check(CASES[name])


@pytest.mark.parametrize("name", random.Random(7).sample(sorted(CASES), 8))
@pytest.mark.parametrize("kind", ["factor", "reverse"])
def test_a_planted_fault_is_caught(name, kind, check, planted):
    with planted(CASES[name][0], kind), pytest.raises(AssertionError):
        check(CASES[name])


def test_what_is_not_read_has_no_derivative():
    g = oe.grad(lambda a: np.sum(sl.solve_triangular(a, VECTOR, lower=True)))(A)
    assert not np.triu(g, 1).any()
    ab = np.vstack([VECTOR, np.full(N, 5.0), VECTOR])
    g = oe.grad(lambda ab: np.sum(sl.solve_banded((1, 1), ab, VECTOR) ** 2))(ab)
    assert g[0, 0] == g[2, -1] == 0.0
    assert g[0, 1:].all()


def test_the_derivative_of_a_square_root_where_eigenvalues_meet():
    v = rng.normal(size=(3, 3))
    np.testing.assert_allclose(oe.jvp(sl.sqrtm, (4 * np.eye(3),), (v,))[1], v / 4, atol=1e-15)


def test_stacks_and_keywords_are_refused_by_name():
    with pytest.raises(oe.DifferentiationError, match="not a stack"):
        oe.grad(lambda a: np.sum(sl.solve_triangular(a, VECTOR)))(np.stack([A, A]))
    with pytest.raises(oe.DifferentiationError, match="overwrite_b"):
        oe.grad(lambda a: np.sum(sl.solve_triangular(a, VECTOR, overwrite_b=True)))(A)
    with pytest.raises(oe.DifferentiationError):
        oe.grad(lambda a: np.sum(scipy_linalg.sqrtm(a)))(A)


def test_other_names_are_scipys_own():
    assert sl.circulant is scipy_linalg.circulant
    np.testing.assert_array_equal(sl.sqrtm(S), scipy_linalg.sqrtm(S))
    assert "sqrtm" in dir(sl)
