"""Specimens of differences, integrals, interpolation, convolutions, and functions along axes."""

from __future__ import annotations

import numpy as np

from our_engine.rules import interpolation as interpolation_rules

from .elementwise_specimens import DOMAINS, STEPS
from .specimen import Specimen, by, linear, of

rng = np.random.default_rng(51)
B = rng.normal(size=(3, 5))
V = B[0]
X = np.array([0.0, 0.3, 1.1, 1.5, 2.6])
Z = B + 1j * B[::-1]


def differences() -> list[Specimen]:
    """diff, ediff1d, gradient, trapezoid, unwrap."""
    return [
        of(np.diff, B),
        of(np.diff, B, n=0),
        of(np.diff, Z, n=2, axis=0),
        by(
            np.diff,
            lambda a, p, q: np.diff(a, axis=0, prepend=p, append=q),
            B,
            B[:1],
            0.3,
            label="axis, prepend, append",
        ),
        of(np.ediff1d, B),
        by(
            np.ediff1d,
            lambda a, p, q: np.ediff1d(a, to_begin=p, to_end=q),
            V,
            0.3,
            B[1],
            label="to_begin, to_end",
        ),
        of(np.gradient, V),
        of(np.gradient, B, edge_order=2),
        by(np.gradient, lambda f: np.gradient(f, X, axis=1, edge_order=2), B, label="axis"),
        by(np.gradient, lambda f: np.gradient(f, 0.3, X), B, label="spacings"),
        of(np.trapezoid, V),
        of(np.trapezoid, B, dx=0.3, axis=0),
        by(np.trapezoid, lambda y, x: np.trapezoid(y, x, axis=1), B, X, label="x"),
        by(np.trapezoid, lambda y, x: np.trapezoid(y, x=x), B, np.cumsum(B**2, axis=1), label="x"),
        of(np.unwrap, 4.0 * B),
        of(np.unwrap, 2.0 * B, discont=0.9, axis=0, period=1.7),
    ]


def interpolation() -> list[Specimen]:
    """interp and polyval."""
    x = np.array([[0.1, 0.7], [1.3, 2.2]])
    return [
        by(np.interp, np.interp, x, X, V),
        by(np.interp, lambda x, f: np.interp(x, X, f), np.array([-0.5, 0.7, 3.1]), V),
        by(
            np.interp,
            lambda x, xp, fp: np.interp(x, xp, fp, left=0.3, right=-0.7),
            np.array([-0.5, 0.7, 3.1]),
            X,
            V,
            label="left, right",
        ),
        by(
            np.interp,
            lambda x, xp, fp: np.interp(x, xp, fp, period=3.0),
            np.array([-0.5, 0.7, 5.0]),
            X,
            V,
            label="period",
        ),
        by(np.interp, lambda x, f: np.interp(x, X, f), x, Z[0], label="complex"),
        by(
            interpolation_rules._interpolate,
            lambda x, xp, fp: np.interp(x, xp, fp, left=0.3, right=-0.7),
            np.array([-0.5, 0.7, 3.1]),
            X,
            V,
            label="left, right",
        ),
        by(np.polyval, np.polyval, V, x),
        by(np.polyval, np.polyval, Z[0], Z[1]),
        by(np.polyval, np.polyval, np.array([0.7]), 0.3),
    ]


def convolutions() -> list[Specimen]:
    """Convolve and correlate in every mode, the longer array first and last."""
    found = []
    for function in (np.convolve, np.correlate):
        for mode in ("full", "same", "valid"):
            found += [of(function, V, X[1:4], mode=mode), of(function, X[1:3], V, mode=mode)]
        found += [of(function, Z[0], Z[1, :3], mode="full"), of(function, V, V[:2])]
    return found


def along_axes() -> list[Specimen]:
    """Functions given functions, and the outer ufuncs."""
    found = [
        by(np.apply_along_axis, lambda x: np.apply_along_axis(np.sin, 0, x), B),
        by(np.apply_along_axis, lambda x: np.apply_along_axis(np.prod, 1, x, keepdims=True), B),
        by(np.apply_over_axes, lambda x: np.apply_over_axes(np.sum, x * x, [0, 1]), B),
    ]
    for name, domains in {**DOMAINS, **STEPS}.items():
        ufunc = getattr(np, name)
        if len(domains) == 2 and isinstance(ufunc, np.ufunc):
            (a, b), (c, d) = domains
            arguments = rng.uniform(a, b, 3), rng.uniform(c, d, (1, 2))
            found.append(by((ufunc, "outer"), ufunc.outer, *arguments, nonlinear=name in DOMAINS))
    found += [
        linear(by((np.divmod, "outer"), np.divmod.outer, np.array([5.4, 7.1]), 1.6)),
        linear(by((np.ldexp, "outer"), lambda x: np.ldexp.outer(x, np.array([1, -2])), V)),
        by(
            (np.nextafter, "outer"),
            np.nextafter.outer,
            np.array([0.7, 1.3]),
            np.array([3.0, 2.0]),
            nonlinear=False,
        ),
    ]
    return found


def specimens() -> list[Specimen]:
    """All of this family."""
    return [*differences(), *interpolation(), *convolutions(), *along_axes()]
