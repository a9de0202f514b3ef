"""Specimens of scipy.special and scipy.linalg; SciPy may be missing."""

from __future__ import annotations

from typing import Any

import numpy as np
import scipy.special as sp

from our_engine import scipy_linalg as sl
from our_engine import scipy_special as osp
from our_engine.rules.special import entropy, error, exponential, hurwitz, softmax, stirling

from .specimen import Specimen, by, elementwise, linear

ANY = (-2.0, 2.0)
POSITIVE = (0.3, 3.0)
UNIT = (0.1, 0.9)

DOMAINS: dict[str, tuple[tuple[float, float], ...]] = {
    "beta": (POSITIVE, POSITIVE),
    "betaln": (POSITIVE, POSITIVE),
    "gamma": (POSITIVE,),
    "gammaln": (POSITIVE,),
    "loggamma": (POSITIVE,),
    "psi": (POSITIVE,),
    "rgamma": (ANY,),
    "erf": (ANY,),
    "erfc": (ANY,),
    "erfi": (ANY,),
    "erfcx": (ANY,),
    "erfinv": ((-0.9, 0.9),),
    "erfcinv": (UNIT,),
    "ndtr": (ANY,),
    "log_ndtr": (ANY,),
    "ndtri": (UNIT,),
    "ndtri_exp": ((-3.0, -0.2),),
    "expit": (ANY,),
    "log_expit": (ANY,),
    "logit": (UNIT,),
    "xlogy": (POSITIVE, POSITIVE),
    "xlog1py": (POSITIVE, POSITIVE),
    "entr": (POSITIVE,),
    "rel_entr": (POSITIVE, POSITIVE),
    "kl_div": (POSITIVE, POSITIVE),
    "j0": (POSITIVE,),
    "j1": (POSITIVE,),
    "y0": (POSITIVE,),
    "y1": (POSITIVE,),
    "i0": (POSITIVE,),
    "i1": (POSITIVE,),
    "k0": (POSITIVE,),
    "k1": (POSITIVE,),
    "i0e": (POSITIVE,),
    "i1e": (POSITIVE,),
    "k0e": (POSITIVE,),
    "k1e": (POSITIVE,),
    "exprel": (ANY,),
    "exp1": (POSITIVE,),
    "spence": (POSITIVE,),
    "expi": (POSITIVE,),
    "cosm1": (ANY,),
    "expm1": (ANY,),
    "exp2": (ANY,),
    "exp10": (ANY,),
    "log1p": (POSITIVE,),
    "cbrt": (POSITIVE,),
    "poch": (POSITIVE, POSITIVE),
}

# By the first argument there is no rule; that they are refused is tested with the rules.
BY_THE_LAST: dict[str, tuple[tuple[Any, ...], tuple[float, float]]] = {
    "betainc": ((1.3, 0.7), UNIT),
    "betaincc": ((1.3, 0.7), UNIT),
    "betaincinv": ((1.3, 0.7), UNIT),
    "betainccinv": ((1.3, 0.7), UNIT),
    "expn": ((3,), POSITIVE),
    "gammainc": ((1.3,), POSITIVE),
    "gammaincc": ((1.3,), POSITIVE),
    "gammaincinv": ((1.3,), UNIT),
    "gammainccinv": ((1.3,), UNIT),
    "jv": ((1.3,), POSITIVE),
    "yv": ((1.3,), POSITIVE),
    "yn": ((2,), POSITIVE),
    "iv": ((1.3,), POSITIVE),
    "kv": ((1.3,), POSITIVE),
    "kn": ((2,), POSITIVE),
    "ive": ((1.3,), POSITIVE),
    "kve": ((1.3,), POSITIVE),
}

rng = np.random.default_rng(61)
A = rng.normal(size=(3, 4))
S = rng.normal(size=(3, 3)) + 3.0 * np.eye(3)


def special() -> list[Specimen]:
    """scipy.special."""
    found = [s for name, d in DOMAINS.items() for s in elementwise(getattr(sp, name), *d)]
    for name, (first, domain) in BY_THE_LAST.items():
        ufunc = getattr(sp, name)
        for x in (rng.uniform(*domain, (2, 3)), np.array(0.7), np.zeros(0)):
            found.append(by(ufunc, lambda x, f=ufunc, first=first: f(*first, x), x))
    found += [linear(s) for s in elementwise(sp.gammasgn, POSITIVE)]
    found += [by(osp.polygamma, lambda x: osp.polygamma(2, x), rng.uniform(0.5, 3.0, 3))]
    found += elementwise(osp.softplus, ANY)
    found += [
        by(osp.multigammaln, lambda x: osp.multigammaln(x, 3), rng.uniform(2.0, 4.0, 3)),
        by(error.repeated_integral, lambda x: error.repeated_integral(x, order=2), A),
        by(exponential.mean_exponential, lambda x: exponential.mean_exponential(x, order=2), A),
        by(exponential.spence_slope, lambda z: exponential.spence_slope(z, order=2), A**2 + 0.2),
        *elementwise(error.erfinv_slope, (-0.9, 0.9)),
        *elementwise(error.erfcinv_slope, UNIT),
        *elementwise(error.ndtri_slope, UNIT),
        *elementwise(entropy.log_ratio, POSITIVE, POSITIVE),
        by(error.tail_cumulant, lambda x: error.tail_cumulant(x, order=2), -4.0 - A**2),
        *(by(stirling.gap, lambda a, n=n: stirling.gap(n, a, 0.7), A**2 + 0.5) for n in (1, 2)),
        *(by(stirling.gap, lambda b, n=n: stirling.gap(n, 0.7, b), A**2 + 0.5) for n in (1, 2)),
        *elementwise(stirling.log_step, POSITIVE, POSITIVE),
        by(hurwitz.hurwitz_zeta, lambda q: sp.zeta(2.5, q), rng.uniform(0.5, 3.0, 3)),
        by(hurwitz.hurwitz_zeta, lambda s: sp.zeta(s, 0.7), rng.uniform(1.5, 4.0, 3)),
        by(hurwitz.zeta_logs, lambda s: hurwitz.zeta_logs(1, s, 0.7), A**2 + 1.5),
        by(hurwitz.zeta_logs, lambda q: hurwitz.zeta_logs(2, 2.5, q), A**2 + 0.5),
        by(softmax.shares, lambda x: softmax.shares(x, axis=(0, 1)), A, label="axis"),
    ]
    for function in (sp.sici, sp.fresnel, sp.airy):
        for x in (rng.uniform(*POSITIVE, (2, 3)), np.array(0.7), np.zeros(0)):
            found.append(by(function, function, x))
    for function in (osp.softmax, osp.log_softmax):
        found += [
            by(function, lambda x, f=function: f(x, axis=0), A, label="axis"),
            by(function, function, A),
        ]
    plain, weighted = softmax._plain, softmax._weighted
    found += [
        by(plain, osp.logsumexp, A),
        by(
            plain,
            lambda x: osp.logsumexp(x, axis=1, keepdims=True, return_sign=True),
            A,
            label="axis, keepdims, return_sign",
        ),
        by(
            weighted,
            lambda x, b: osp.logsumexp(x, axis=0, b=b, keepdims=True, return_sign=True),
            A,
            rng.normal(size=(3, 4)),
            label="axis, b, keepdims, return_sign",
        ),
    ]
    return found


def linear_algebra() -> list[Specimen]:
    """scipy.linalg."""
    band = rng.normal(size=(4, 5)) + np.array([[0.0], [0.0], [5.0], [0.0]])
    found = [
        by(sl.sqrtm, lambda x: sl.sqrtm(x @ x.T), S),
        by(sl.expm, sl.expm, S / 3.0),
        by(sl.solve_sylvester, sl.solve_sylvester, S, S.T + 1.0, A[:, :3]),
    ]
    for trans in (0, 1, 2):
        for lower in (False, True):
            found.append(
                by(
                    sl.solve_triangular,
                    lambda a, b, t=trans, lo=lower: sl.solve_triangular(
                        a, b, trans=t, lower=lo, unit_diagonal=lo, check_finite=False
                    ),
                    S,
                    A,
                    label=f"trans={trans}, lower={lower}",
                )
            )
    for b in (rng.normal(size=5), rng.normal(size=(5, 2))):
        found.append(
            by(
                sl.solve_banded,
                lambda ab, b: sl.solve_banded((1, 2), ab, b, check_finite=False),
                band,
                b,
                label="l_and_u",
            )
        )
    return found


def specimens() -> list[Specimen]:
    """All of this family."""
    return [*special(), *linear_algebra()]
