"""Special functions to all digits: identities of the Digital Library of Mathematical Functions."""

import mpmath
import numpy as np
import pytest

from tests.harness.verification.oracles.number_arrays import KINDS, computing, largest

RNG = np.random.default_rng(34)
POSITIVE = np.array([0.1, 0.7, 1.0, 2.5, 6.3, 19.0])
ANY = np.concatenate([-POSITIVE - 0.0625, POSITIVE])
UNIT = np.array([1e-300, 1e-20, 0.01, 0.25, 0.3, 0.5, 0.51, 0.75, 0.999])
DIGITS = 60
ZERO = 1e-56

# Each is 0 up to rounding: differences of numbers of size 1 or quotients less 1. ``pi`` is π to
# all digits, ``S`` the special functions; x is positive, z is any, q is in (0, 1).
IDENTITIES = {
    "erf + erfc": "S.erf(z) + S.erfc(z) - 1",
    "erf of erfinv": "S.erf(S.erfinv(q)) / q - 1",
    "erfinv of erf": "S.erfinv(S.erf(z[:3])) / z[:3] - 1",
    "erfinv is odd": "S.erfinv(-q) + S.erfinv(q)",
    "erfc of erfcinv": "S.erfc(S.erfcinv(q)) / q - 1",
    "erfc of erfcinv above 1": "(S.erfc(S.erfcinv(2 - q[2:])) - 2) / q[2:] + 1",
    "erfc of erfcinv, subnormal": "S.erfc(S.erfcinv(xp.asarray(5e-324))) / 5e-324 - 1",
    "erfcinv about 1": "S.erf(S.erfcinv(1 - t)) / t - 1",
    "erfcx": "S.erfcx(x) * xp.exp(-x * x) / S.erfc(x) - 1",
    "ndtr of ndtri": "S.ndtr(S.ndtri(q)) / q - 1",
    "ndtr's reflection": "S.ndtr(z) + S.ndtr(-z) - 1",
    "exp log_ndtr": "xp.exp(S.log_ndtr(z)) / S.ndtr(z) - 1",
    "Γ's recurrence": "S.gamma(z + 1) / (z * S.gamma(z)) - 1",
    "Γ's reflection": "S.gamma(w) * S.gamma(1 - w) * xp.sin(pi * w) / pi - 1",
    "Γ's duplication": (
        "S.gamma(x) * S.gamma(x + 0.5) * 2 ** (2 * x - 1) / (pi**0.5 * S.gamma(2 * x)) - 1"
    ),
    "rgamma": "S.rgamma(z) * S.gamma(z) - 1",
    "gammaln": "xp.exp(S.gammaln(z)) * S.gammasgn(z) / S.gamma(z) - 1",
    "gammaln of 1e160": "S.gammaln(1e160 + o) / S.gammaln(1e160 * o) - 1",
    "psi's recurrence": "S.digamma(z + 1) - S.digamma(z) - 1 / z",
    "psi's reflection": "S.digamma(1 - w) - S.digamma(w) - pi / xp.tan(pi * w)",
    "psi' recurrence": "S.polygamma(1, z + 1) - S.polygamma(1, z) + 1 / z**2",
    "psi'' recurrence": (
        "(S.polygamma(2, z + 1) - S.polygamma(2, z) - 2 / z**3) / (1 + 2 / abs(z) ** 3)"
    ),
    "psi'''' recurrence": "(S.polygamma(4, x + 1) - S.polygamma(4, x) - 24 / x**5) * x**5",
    "psi' reflection": (
        "(S.polygamma(1, 1 - w) + S.polygamma(1, w)) * (xp.sin(pi * w) / pi) ** 2 - 1"
    ),
    "psi'(1/2)": "S.polygamma(1, o / 2) / (pi**2 / 2) - 1",
    "zeta(2)": "S.zeta(2 * o) / (pi**2 / 6) - 1",
    "zeta(4, 1)": "S.zeta(4 * o, o) / (pi**4 / 90) - 1",
    "zeta(-1)": "S.zeta(-o) * 12 + 1",
    "zeta's reflection": (
        "S.zeta(-o / 3) - S.zeta(4 * o / 3) * S.gamma(4 * o / 3)"
        " * 2 ** (-o / 3) * pi ** (-4 * o / 3) * xp.sin(-pi / 6)"
    ),
    "zeta, halves": "S.zeta(3.5 * o, o / 2) / ((2**(3.5 * o) - 1) * S.zeta(3.5 * o)) - 1",
    "zeta's recurrence": "S.zeta(x + 1.5, x) - S.zeta(x + 1.5, x + 1) - x ** -(x + 1.5)",
    "beta": "S.beta(x, y) * S.gamma(x + y) / (S.gamma(x) * S.gamma(y)) - 1",
    "beta of large": "S.beta(1e6 * o, 2.5 * o) / xp.exp(S.betaln(1e6 * o, 2.5 * o)) - 1",
    "betaln of 1e160": "S.betaln(1e160 * o, 2 * o) + 2 * xp.log(1e160 * o) + xp.log1p(1e-160 * o)",
    "poch": "S.poch(x, y) * S.gamma(x) / S.gamma(x + y) - 1",
    "poch, product": "S.poch(z, 3) / (z * (z + 1) * (z + 2)) - 1",
    "poch, quotient": "S.poch(z - 0.25, -2) * (z - 1.25) * (z - 2.25) - 1",
    "multigammaln": (
        "S.multigammaln(x + 2, 2) - S.gammaln(x + 2) - S.gammaln(x + 1.5) - xp.log(pi) / 2"
    ),
    "P + Q": "S.gammainc(x, y) + S.gammaincc(x, y) - 1",
    "P(1, x)": "S.gammainc(o, x) / -xp.expm1(-x) - 1",
    "Q(1, x)": "S.gammaincc(o, x) / xp.exp(-x) - 1",
    "Q(1, 90), Q(1, 1e4)": "S.gammaincc(o, large) * xp.exp(large) - 1",
    "P(1/2, x²)": "S.gammainc(o / 2, x * x) / S.erf(x) - 1",
    "Q(1/2, x²)": "S.gammaincc(o / 2, x * x) / S.erfc(x) - 1",
    "P's recurrence": (
        "S.gammainc(x + 1, y) - S.gammainc(x, y) + y**x * xp.exp(-y) / S.gamma(x + 1)"
    ),
    "I's symmetry": "S.betainc(x, y, c) + S.betainc(y, x, 1 - c) - 1",
    "I(a, 1)": "S.betainc(x[:, None], o, q) / q ** x[:, None] - 1",
    "I(1, b)": "S.betainc(o, x[:, None], q) / -xp.expm1(x[:, None] * xp.log1p(-q)) - 1",
    "I(1/2, 1/2)": "S.betainc(o / 2, o / 2, q) / (2 / pi * xp.asin(xp.sqrt(q))) - 1",
    "E1 and Ei": "S.exp1(x) + S.expi(-x)",
    "E's recurrence": "(3 * S.expn(4, x) + x * S.expn(3, x)) * xp.exp(x) - 1",
    "E_0": "S.expn(0, x) * x * xp.exp(x) - 1",
    "J's recurrence": "S.j0(z) + S.jn(2, z) - 2 * S.j1(z) / z",
    "Y's recurrence": "(S.y0(x) + S.yn(2, x) - 2 * S.y1(x) / x) / abs(S.yn(2, x))",
    "Wronskian of J, Y": "(S.j1(x) * S.y0(x) - S.j0(x) * S.y1(x)) * pi * x / 2 - 1",
    "J of a third": "S.jv(-o / 3, x / 3) + S.jv(5 * o / 3, x / 3) - 4 * S.jv(2 * o / 3, x / 3) / x",
    "J's parity": "S.jn(3, -x) + S.jn(3, x)",
    "I's recurrence": "(S.i0(z) - S.iv(2, z) - 2 * S.i1(z) / z) / S.i0(z)",
    "I(1/2)": "S.iv(o / 2, x) / (xp.sqrt(2 / (pi * x)) * xp.sinh(x)) - 1",
    "I scaled": "S.ive(1, z) * xp.exp(abs(z)) / S.i1(z) - 1",
    "I scaled, asymptotic": (
        "S.ive(o / 2, large) * xp.sqrt(2 * pi * large) / -xp.expm1(-2 * large) - 1"
    ),
    "expit": "S.expit(z) + S.expit(-z) - 1",
    "logit": "S.expit(S.logit(q)) / q - 1",
    "logit about 1/2": "S.logit(0.5 + t) / (2 * xp.atanh(2 * t)) - 1",
    "logit of expit": "S.logit(S.expit(w)) / w - 1",
    "log_expit": "S.log_expit(z) - S.log_expit(-z) - z",
    "entr": "S.entr(x) + S.xlogy(x, x)",
    "rel_entr": "S.rel_entr(x, y) - S.kl_div(x, y) - x + y",
    "xlog1py": "S.xlog1py(y, x) - S.xlogy(y, x + 1)",
    "sinc": "S.sinc(z) * pi * z - xp.sin(pi * z)",
    "Li2, Euler": "S.spence(u) + S.spence(1 - u) - pi**2 / 6 + xp.log(u) * xp.log1p(-u)",
    "Li2, Landen": "S.spence(x) + S.spence(1 / x) + xp.log(x) ** 2 / 2",
    "exp2": "xp.log2(S.exp2(z)) - z",
    "exp10": "xp.log10(S.exp10(z)) - z",
    "cbrt": "S.cbrt(z) ** 3 / z - 1",
    "expm1, log1p": "S.log1p(S.expm1(w)) - w",
    "logsumexp": "xp.exp(S.logsumexp(z)) / xp.sum(xp.exp(z)) - 1",
    "softmax": "xp.sum(S.softmax(z)) - 1",
    "log_softmax": "xp.exp(S.log_softmax(z)) - S.softmax(z)",
}


def arguments(xp, enter):
    one = xp.asarray(1.0)
    return {
        "xp": xp,
        "S": xp.special,
        "o": one,
        "pi": 4 * xp.atan(one),
        "x": enter(POSITIVE),
        "y": enter(POSITIVE[::-1].copy() + 0.375),
        "z": enter(ANY),
        "w": enter(ANY[np.abs(ANY) < 3] * 0.375),
        "q": enter(UNIT),
        "t": enter([1e-20, -1e-20, 1e-3]),
        "c": enter(UNIT[2:])[:, None],
        "u": enter(UNIT[2:]),
        "large": enter([90.0, 400.0, 1e4]),
    }


@pytest.mark.parametrize("name", IDENTITIES)
@pytest.mark.parametrize("kind", KINDS)
def test_identity_to_all_digits(kind, name):
    with computing(DIGITS, KINDS[kind]) as (xp, enter):
        assert largest(eval(IDENTITIES[name], arguments(xp, enter))) < ZERO


@pytest.mark.parametrize("digits", [30, 160, 300])
@pytest.mark.parametrize(
    "name",
    ["erfc of erfcinv", "Q(1/2, x²)", "I(1/2, 1/2)", "I(1/2)", "psi' reflection", "zeta(4, 1)"],
)
def test_digits_follow_the_precision(name, digits):
    with computing(digits) as (xp, enter):
        found = abs(eval(IDENTITIES[name], arguments(xp, enter)))
        assert np.all(np.asarray(found < xp.asarray(10.0) ** (4 - digits)))


# Functions that mpmath computes by other means, and identities leave a constant of open.
BY_MPMATH = {
    "digamma": lambda x: mpmath.digamma(x),
    "expi": lambda x: mpmath.ei(x),
    "j0": lambda x: mpmath.besselj(0, x),
    "y1": lambda x: mpmath.bessely(1, x),
    "i0": lambda x: mpmath.besseli(0, x),
    "i1e": lambda x: mpmath.besseli(1, x) * mpmath.exp(-x),
    "spence": lambda x: mpmath.re(mpmath.polylog(2, 1 - x)),
    "erfcx": lambda x: mpmath.erfc(x) * mpmath.exp(x * x),
    "gammaln": lambda x: mpmath.re(mpmath.loggamma(x)),
    "zeta": lambda x: mpmath.zeta(x),
}


@pytest.mark.parametrize("name", BY_MPMATH)
@pytest.mark.parametrize("x", [0.75, 2.5, 20.25, 300.5])
def test_mpmath_finds_the_same_number(name, x):
    with computing(DIGITS) as (xp, enter):
        found = getattr(xp.special, name)(enter(x))
        with mpmath.workdps(DIGITS + 20):
            wanted = BY_MPMATH[name](mpmath.mpf(x))
            assert abs(mpmath.mpf(str(found[()])) / wanted - 1) < ZERO


def test_exponential_integrals_keep_the_digits_that_their_recurrence_cancels():
    with computing(DIGITS) as (xp, enter):
        for n, x in ((2, 300.5), (5, 300.5), (5, 2.5), (8, 1e6)):
            found = xp.special.expn(n, enter(x))
            with mpmath.workdps(DIGITS + 60):
                wanted = mpmath.expint(n, mpmath.mpf(x))
                assert abs(mpmath.mpf(str(found[()])) / wanted - 1) < ZERO
