"""Specimens of the ufuncs and of what else acts element by element."""

from __future__ import annotations

import numpy as np

from our_engine.rules import bessel_i, smooth
from our_engine.rules import elementwise as elementwise_rules

from .specimen import Specimen, by, elementwise, linear, of

ANY = (-2.0, 2.0)
POSITIVE = (0.3, 3.0)
UNIT = (-0.9, 0.9)

DOMAINS: dict[str, tuple[tuple[float, float], ...]] = {
    "add": (ANY, ANY),
    "subtract": (ANY, ANY),
    "multiply": (ANY, ANY),
    "divide": (ANY, POSITIVE),
    "negative": (ANY,),
    "positive": (ANY,),
    "absolute": (POSITIVE,),
    "fabs": ((-3.0, -0.3),),
    "conjugate": (ANY,),
    "square": (ANY,),
    "sqrt": (POSITIVE,),
    "cbrt": (POSITIVE,),
    "reciprocal": (POSITIVE,),
    "power": (POSITIVE, ANY),
    "float_power": (POSITIVE, ANY),
    "exp": (ANY,),
    "exp2": (ANY,),
    "expm1": (ANY,),
    "log": (POSITIVE,),
    "log2": (POSITIVE,),
    "log10": (POSITIVE,),
    "log1p": (POSITIVE,),
    "logaddexp": (ANY, ANY),
    "logaddexp2": (ANY, ANY),
    "sin": (ANY,),
    "cos": (ANY,),
    "tan": (UNIT,),
    "arcsin": (UNIT,),
    "arccos": (UNIT,),
    "arctan": (ANY,),
    "sinh": (ANY,),
    "cosh": (ANY,),
    "tanh": (ANY,),
    "arcsinh": (ANY,),
    "arccosh": ((1.3, 3.0),),
    "arctanh": (UNIT,),
    "hypot": (POSITIVE, ANY),
    "arctan2": (POSITIVE, ANY),
    "deg2rad": (ANY,),
    "radians": (ANY,),
    "rad2deg": (ANY,),
    "degrees": (ANY,),
    "maximum": (ANY, (2.2, 3.0)),
    "minimum": ((-4.0, -2.2), ANY),
    "fmax": ((2.2, 3.0), ANY),
    "fmin": (ANY, (-4.0, -2.2)),
    "copysign": (POSITIVE, (-2.0, -1.0)),
    "fmod": ((5.2, 5.8), (1.5, 1.7)),
    "remainder": ((-5.8, -5.2), (1.5, 1.7)),
    "sinc": (ANY,),
    "i0": (ANY,),
    "real": (ANY,),
    "imag": (ANY,),
    "fix": ((1.2, 1.8),),
}

# Constant between their steps; a rule that gave anything but zero would fail.
STEPS: dict[str, tuple[tuple[float, float], ...]] = {
    "sign": (POSITIVE,),
    "heaviside": ((0.2, 0.8), ANY),
    "floor_divide": ((5.2, 5.8), (1.5, 1.7)),
    "floor": ((1.2, 1.8),),
    "ceil": ((1.2, 1.8),),
    "trunc": ((1.2, 1.8),),
    "rint": ((0.7, 1.3),),
    "round": ((0.7, 1.3),),
    "around": ((0.7, 1.3),),
    "angle": (POSITIVE,),
}

A = np.random.default_rng(17).normal(size=(2, 3))
Z = A + 1j * np.random.default_rng(18).normal(size=(2, 3))
AWAY = np.sign(A) * (np.abs(A) + 0.4)
MASK = np.array([[True, False, True], [False, True, False]])


def specimens() -> list[Specimen]:
    """All of this family."""
    found = [s for name, d in DOMAINS.items() for s in elementwise(getattr(np, name), *d)]
    found += [linear(s) for name, d in STEPS.items() for s in elementwise(getattr(np, name), *d)]
    complex_too = ("multiply", "divide", "power", "exp", "log", "sqrt", "sin", "tanh", "square")
    for name in complex_too:
        function = getattr(np, name)
        found.append(of(function, *(Z, Z[::-1] + 0.3)[: function.nin]))
    found += [of(f, Z) for f in (np.conjugate, np.absolute, np.real, np.imag, np.angle)]
    found += [
        of(np.multiply, Z, A),
        of(np.add, A, Z[0]),
        of(np.angle, Z, deg=True),
        of(np.positive, A.T[::-1]),
        of(np.round, np.array([0.71, 2.22]), decimals=1),
        of(np.around, np.array([0.71, 2.22]), decimals=1),
        by(np.ldexp, lambda x: np.ldexp(x, np.array([2, -1, 0])), A),
        by(np.spacing, np.spacing, np.array([0.7, 1.3]), nonlinear=False, single=False),
        by(
            np.nextafter,
            lambda x, y: np.nextafter(x, y),
            np.array([0.7, 1.3]),
            np.array([3.0, 2.0]),
            nonlinear=False,
        ),
        by(np.where, lambda a, b: np.where(MASK, a, b), A, A[0] + 2.0),
        by(np.where, lambda a: np.where(MASK[0], a, 2.0), A),
        by(np.where, lambda a, b: np.where(MASK, a, b), np.zeros((0, 2, 3)), 1.5),
        of(np.divmod, np.array([5.4, 7.1]), np.array([1.6, 1.5])),
        of(np.divmod, np.array([[5.4], [7.1]]), np.array([1.6, 1.55])),
        of(np.modf, AWAY * 1.01),
        of(np.frexp, np.array([0.7, 3.1, -11.3])),
        of(np.nan_to_num, A),
        by(
            np.nan_to_num,
            lambda x: np.nan_to_num(
                np.stack([x, x * np.array([np.nan, 1.0, np.inf]), x * -np.inf]),
                nan=1.5,
                posinf=2.5,
                neginf=-3.5,
            ),
            np.array([0.5, 1.5, 2.5]),
            label="nan, posinf, neginf",
        ),
        by(np.clip, lambda x, lo, hi: np.clip(x, lo, hi), AWAY * 2.0, -1.0, np.ones(3) * 1.1),
        by(np.clip, lambda x: np.clip(x, a_min=None, a_max=0.1), AWAY, label="a_min, a_max"),
        by(np.clip, lambda x: np.clip(x, min=0.05, max=None), AWAY, label="min, max"),
        *elementwise(smooth.sech2, ANY),
        *elementwise(smooth.expit, ANY),
        *elementwise(smooth.one_less_square, ANY),
        *elementwise(elementwise_rules.cosine, ANY, POSITIVE),
        *elementwise(bessel_i.modified_bessel, ANY),
        by(
            bessel_i.modified_bessel,
            lambda x: bessel_i.modified_bessel(x, order=3),
            np.array([-40.0, -1.0, 2.0]),
            label="order",
        ),
        *elementwise(smooth.sinc_derivative, ANY),
        by(
            smooth.sinc_derivative,
            lambda x: smooth.sinc_derivative(x, order=2),
            np.array([0.01, 1.3]),
            label="order=2",
        ),
    ]
    return found
