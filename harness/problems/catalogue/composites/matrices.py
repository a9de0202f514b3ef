"""Functions of matrices through factorisations."""

from __future__ import annotations

import numpy as np

from harness.problems.catalogue.calls import expression
from harness.problems.catalogue.composites.writing import (
    SIGNED,
    composite,
)
from harness.problems.catalogue.entry import At, Entry, Kind, Variant
from harness.problems.catalogue.linalg import positive_definite, well_conditioned
from harness.problems.catalogue.points import edge, generic

__all__ = ["MATRICES"]

_SYMMETRIC = "((a + xp.matrix_transpose(a)) / 2)"


def _of_matrix(name: str, text: str, *points: At) -> Variant:
    return Variant(name, expression("a", text), points, ("a",), operations=24)


MATRICES: tuple[Entry, ...] = (
    composite(
        "matrix_exponential",
        Kind.SMOOTH,
        "symmetric matrices, repeated eigenvalues among them",
        _of_matrix(
            "eigh",
            f"(xp.linalg.eigh({_SYMMETRIC})[1] * xp.exp(xp.linalg.eigh({_SYMMETRIC})[0])) "
            f"@ xp.matrix_transpose(xp.linalg.eigh({_SYMMETRIC})[1])",
            *generic((positive_definite, (2, 2))),
            edge("identity", np.eye(2), both=True),
            edge("zero", np.zeros((2, 2)), both=True),
        ),
    ),
    composite(
        "gaussian_log_likelihood",
        Kind.SMOOTH,
        "positive definite covariance",
        Variant(
            "cholesky",
            expression(
                "a y",
                f"-0.5 * xp.sum(xp.linalg.solve(xp.linalg.cholesky({_SYMMETRIC}), y) ** 2)"
                f" - xp.sum(xp.log(xp.linalg.diagonal(xp.linalg.cholesky({_SYMMETRIC}))))",
            ),
            (
                *generic((positive_definite, (2, 2)), (SIGNED, (2, 1))),
                edge("identity", np.eye(2), [[1.0], [-2.0]]),
            ),
            ("a", "y"),
            operations=30,
        ),
        Variant(
            "slogdet",
            expression(
                "a y",
                "-0.5 * xp.sum(y * xp.linalg.solve(a, y)) - 0.5 * xp.linalg.slogdet(a)[1]",
            ),
            generic((positive_definite, (2, 2)), (SIGNED, (2, 1))),
            ("a", "y"),
            operations=30,
        ),
    ),
    composite(
        "log_det_of_gram",
        Kind.SMOOTH,
        "everywhere, by the identity that is added",
        _of_matrix(
            "",
            "xp.linalg.slogdet(a @ xp.matrix_transpose(a) + xp.eye(2, dtype=a.dtype))[1]",
            *generic((SIGNED, (2, 3))),
            edge("zero", np.zeros((2, 3))),
        ),
    ),
    composite(
        "quadratic_form",
        Kind.SMOOTH,
        "everywhere",
        Variant(
            "",
            expression("a x", "xp.sum(x * (a @ x))"),
            generic((SIGNED, (3, 3)), (SIGNED, (3,))),
            ("a", "x"),
            operations=12,
        ),
    ),
    composite(
        "rayleigh_quotient",
        Kind.SMOOTH,
        "x ≠ 0",
        Variant(
            "",
            expression("a x", "xp.sum(x * (a @ x)) / xp.sum(x * x)"),
            generic((SIGNED, (2, 2)), (SIGNED, (2,))),
            ("a", "x"),
            operations=12,
        ),
    ),
    composite(
        "least_squares",
        Kind.SMOOTH,
        "full column rank",
        Variant(
            "normal-equations",
            expression(
                "a b", "xp.linalg.solve(xp.matrix_transpose(a) @ a, xp.matrix_transpose(a) @ b)"
            ),
            generic((SIGNED, (3, 2)), (SIGNED, (3,))),
            ("a", "b"),
            operations=24,
        ),
        Variant(
            "qr",
            expression(
                "a b",
                "xp.linalg.solve(xp.linalg.qr(a)[1], xp.matrix_transpose(xp.linalg.qr(a)[0]) @ b)",
            ),
            generic((SIGNED, (3, 2)), (SIGNED, (3,))),
            ("a", "b"),
            operations=24,
        ),
    ),
    composite(
        "resolvent_trace",
        Kind.SMOOTH,
        "where a is invertible",
        _of_matrix(
            "",
            "xp.linalg.trace(xp.linalg.inv(a) @ a @ a)",
            *generic((well_conditioned, (2, 2))),
        ),
    ),
)
