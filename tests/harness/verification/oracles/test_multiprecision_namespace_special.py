"""Special functions in many digits: SciPy's meaning, its domains and its edges."""

import itertools
import math

import numpy as np
import pytest
import scipy.special

from harness.verification.oracles.multiprecision_namespace import FloatNumbers, NumberNamespace
from tests.harness.verification.oracles.number_arrays import (
    KINDS,
    close_to_numpy,
    computing,
    entered,
    floats,
)

RNG = np.random.default_rng(21)
POSITIVE = RNG.uniform(0.05, 6, size=12)
ANY = RNG.uniform(-5.7, 5.7, size=16)
UNIT = RNG.uniform(0.01, 0.99, size=12)
SIGNED = RNG.uniform(-0.99, 0.99, size=12)

GENERIC = {
    **dict.fromkeys(("erf", "erfc", "erfcx", "ndtr", "log_ndtr", "i0", "i0e", "i1", "i1e"), ANY),
    **dict.fromkeys(("j0", "j1", "expit", "log_expit", "sinc", "exp2", "exp10", "cbrt"), ANY),
    **dict.fromkeys(("gamma", "gammaln", "digamma", "psi", "rgamma", "gammasgn"), ANY),
    **dict.fromkeys(("expm1", "expi"), ANY),
    **dict.fromkeys(("y0", "y1", "entr", "spence", "exp1", "log1p"), POSITIVE),
    **dict.fromkeys(("logit", "ndtri", "erfcinv"), UNIT),
    "erfinv": SIGNED,
    "zeta": 1.1 + POSITIVE,
}

PAIRS = {
    **dict.fromkeys(("beta", "betaln", "gammainc", "gammaincc", "rel_entr", "kl_div")),
    **dict.fromkeys(("xlogy", "xlog1py", "poch", "iv", "ive")),
}

# Large, small, and the places where formulae change hands.
EXTREME = {
    "erf": [1e-300, 1e-8, 5.9, 6.5, 400.0],
    "erfc": [1e-300, -5.9, 5.9, 26.0, 27.5, 400.0],
    "erfcx": [1e-300, 5.9, 12.0, 15.2, 15.3, 400.0, 1e20, 1e160, -5.0, -20.0],
    "erfinv": [1e-300, 1e-8, 0.4999, 0.5, 0.5001, 1 - 1e-15, -0.75],
    "erfcinv": [1e-300, 1e-20, 0.4999, 0.5, 1.0, 1.4999, 1.5001, 2 - 1e-15],
    "ndtri": [1e-300, 1e-20, 0.25, 0.5, 0.75, 1 - 1e-15],
    "log_ndtr": [-1e20, -400.0, -40.0, -1.0, -0.999, 0.0, 5.0, 20.0],
    "gammaln": [1e-300, 1e-8, 1 + 1e-8, 2 - 1e-8, 171.0, 1e8, 1e20, 1e160, -0.5, -1.5, -2.5, -20.5],
    "gamma": [1e-300, 1.0, 2.0, 20.0, 170.0, -0.5, -1.5, -20.5],
    "digamma": [1e-300, 1e-8, 1.4616321449683622, 1e8, 1e160, -0.5, -20.5],
    "i0": [1e-300, 40.0, 400.0, 700.0],
    "i0e": [40.0, 230.0, 240.0, 800.0, 1e20, -1e20],
    "i1": [1e-300, -40.0, 400.0],
    "i1e": [40.0, 230.0, 240.0, 800.0, -1e20],
    "expi": [1e-300, 0.3725074107813666, 40.0, 400.0, -40.0],
    "exp1": [1e-300, 40.0, 400.0],
    "expit": [-800.0, -40.0, 40.0, 800.0, -1e20],
    "log_expit": [-800.0, 40.0, -1e20, 700.0],
    "logit": [1e-300, 0.25, 0.5, 0.5000001, 0.75, 1 - 1e-15],
    "sinc": [1e-300, 1e-8, 0.5, 2.5, 40.25],
    "spence": [1e-300, 1e-8, 1.0, 1 + 1e-8, 400.0, 1e8],
    "zeta": [1 + 1e-8, 1.5, 20.0, 400.0, 1e20, 0.5, -1.5],
    "j0": [20.0, 40.0, 400.0, 800.0],
    "y0": [1e-300, 20.0, 400.0],
    "entr": [1e-300, 1.0, 1e160],
}

EDGES = (0.0, -0.0, 1.0, -1.0, 2.0, -2.0, -2.5, 0.5, -0.5, 3.0, math.inf, -math.inf, math.nan)

# Where SciPy has NaN or another value at an infinity, the limit, from DLMF 10.7, 10.30, 25.12, …;
# sinc, from its zeros; Γ has no limit at -inf.
LIMITS = {
    **{(f, s * math.inf): 0.0 for f in ("j0", "j1", "i0e", "i1e", "sinc") for s in (1, -1)},
    **{(f, math.inf): 0.0 for f in ("y0", "y1")},
    **{(f, s * math.inf): math.inf for f in ("i0",) for s in (1, -1)},
    **{("i1", s * math.inf): s * math.inf for s in (1, -1)},
    **{("sinc", x): 0.0 for x in (-2.0, -1.0, 1.0, 2.0, 3.0)},
    ("spence", math.inf): -math.inf,
    ("rgamma", -math.inf): math.nan,
    ("gammaln", -math.inf): math.inf,
}


def of_numbers(kind, name, *operands, digits=40):
    with computing(digits, KINDS[kind]) as (xp, enter):
        return floats(getattr(xp.special, name)(*map(enter, operands)))


def by_scipy(name, *operands):
    with np.errstate(all="ignore"):
        return np.asarray(getattr(scipy.special, name)(*operands))


@pytest.mark.parametrize("name", GENERIC)
@pytest.mark.parametrize("kind", KINDS)
def test_scipy_means_the_same(kind, name):
    x = GENERIC[name]
    close_to_numpy(of_numbers(kind, name, x), by_scipy(name, x), rtol=3e-13, atol=1e-14)


@pytest.mark.parametrize("name", EXTREME)
@pytest.mark.parametrize("kind", KINDS)
def test_scipy_means_the_same_far_out(kind, name):
    x = np.array(EXTREME[name])
    expected = by_scipy(name, x)
    # SciPy loses relative digits at the zeros of digamma, Ei and log Γ, and gains them nowhere.
    close_to_numpy(of_numbers(kind, name, x), expected, rtol=2e-12, atol=3e-16)


@pytest.mark.parametrize("name", PAIRS)
@pytest.mark.parametrize("kind", KINDS)
def test_functions_of_two_operands_broadcast(kind, name):
    x, y = POSITIVE[:4, None], POSITIVE[None, 4:]
    close_to_numpy(of_numbers(kind, name, x, y), by_scipy(name, x, y), rtol=1e-12, atol=1e-15)


@pytest.mark.parametrize("kind", KINDS)
def test_incomplete_functions_across_their_ranges(kind):
    a = np.array([1e-8, 0.5, 2.0, 20.0, 400.0, 1e4])[:, None]
    x = np.array([1e-160, 1e-8, 0.5, 2.0, 20.0, 60.0, 400.0, 1e4])
    for name in ("gammainc", "gammaincc"):
        close_to_numpy(of_numbers(kind, name, a, x), by_scipy(name, a, x), rtol=1e-10, atol=1e-300)
    a, b = np.array([1e-3, 0.5, 2.5, 60.0])[:, None, None], np.array([0.5, 1.0, 40.0])[:, None]
    x = np.array([0.0, 1e-10, 0.1, 0.5, 0.99, 1 - 1e-10, 1.0])
    close_to_numpy(of_numbers(kind, "betainc", a, b, x), by_scipy("betainc", a, b, x), rtol=1e-10)


@pytest.mark.parametrize("name", ["polygamma", "jn", "jv", "yn", "yv", "iv", "ive", "expn", "zeta"])
@pytest.mark.parametrize("kind", KINDS)
def test_functions_of_an_order(kind, name):
    order = np.arange(5)[:, None] + (2 if name == "zeta" else 0)
    x = POSITIVE[None, :]
    expected = by_scipy(name, order, x)
    close_to_numpy(of_numbers(kind, name, order, x), expected, rtol=1e-11, atol=1e-15)
    close_to_numpy(of_numbers(kind, name, order * 1.0, x), expected, rtol=1e-11, atol=1e-15)


@pytest.mark.parametrize("kind", KINDS)
def test_polygamma_and_bessel_functions_of_negative_numbers(kind):
    x = np.array([-0.5, -1.5, -2.25, -20.5])
    for name in ("polygamma", "jn", "iv", "ive"):
        order = np.arange(4)[:, None]
        expected = by_scipy(name, order, x)
        close_to_numpy(of_numbers(kind, name, order, x), expected, rtol=1e-11, atol=1e-15)
    with computing(40, KINDS[kind]) as (xp, enter):
        # DLMF 10.4.1, 10.27.1: by the sign of an integer order.
        close_to_numpy(xp.special.jn(-3, enter(2.5)), -scipy.special.jv(3, 2.5))
        close_to_numpy(xp.special.iv(-3, enter(2.5)), scipy.special.iv(3, 2.5))
        # And of an order that is no integer.
        close_to_numpy(xp.special.jv(enter(1.5), enter(2.5)), scipy.special.jv(1.5, 2.5))
        close_to_numpy(xp.special.iv(enter(1.5), enter(2.5)), scipy.special.iv(1.5, 2.5))
        close_to_numpy(xp.special.yv(enter(1.5), enter(2.5)), scipy.special.yv(1.5, 2.5))


@pytest.mark.parametrize("name", sorted(GENERIC))
@pytest.mark.parametrize("kind", KINDS)
def test_edges_are_scipy_s_or_the_limit(kind, name):
    for x in EDGES:
        if kind == "mpmath" and math.copysign(1.0, x) < 0 and x == 0:
            continue  # It has no negative zero.
        wanted = LIMITS.get((name, x), float(by_scipy(name, x)))
        found = float(of_numbers(kind, name, x))
        np.testing.assert_allclose(found, wanted, rtol=1e-12, atol=1e-15, err_msg=f"{name}({x})")


SECOND = (0.0, -1.0, 1.0, 0.5, 2.0, -0.5, math.inf, math.nan)


@pytest.mark.parametrize(
    "name", ["xlogy", "xlog1py", "rel_entr", "kl_div", "gammainc", "gammaincc"]
)
@pytest.mark.parametrize("kind", KINDS)
def test_edges_of_two_operands(kind, name):
    for x, y in itertools.product(SECOND, SECOND):
        found, wanted = float(of_numbers(kind, name, x, y)), float(by_scipy(name, x, y))
        np.testing.assert_allclose(found, wanted, rtol=1e-12, err_msg=f"{name}({x}, {y})")


@pytest.mark.parametrize("kind", KINDS)
def test_poles_of_several_operands(kind):
    inf, nan = math.inf, math.nan
    for name, operands, wanted in (
        ("beta", (0.0, 2.0), inf),
        ("beta", (-0.5, -0.5), 0.0),
        ("beta", (2.0, inf), 0.0),
        ("betaln", (0.0, 2.0), inf),
        ("betaln", (-0.5, -0.5), -inf),
        ("zeta", (1.0, 2.0), inf),
        ("zeta", (2.0, 0.0), inf),
        ("zeta", (2.0, -1.0), inf),
        ("zeta", (0.5, 2.0), nan),
        ("zeta", (2.5, -0.5), nan),
        ("zeta", (2.0, inf), 0.0),
        ("zeta", (inf, 1.0), 1.0),
        ("polygamma", (1, 0.0), inf),
        ("polygamma", (2, -3.0), -inf),
        ("polygamma", (1, inf), 0.0),
        ("poch", (0.5, -1.0), -2.0),
        ("poch", (1.0, -1.0), inf),
        ("poch", (-2.0, 3.0), 0.0),
        ("poch", (-2.0, 2.0), 2.0),
        ("betainc", (0.5, 0.5, -0.1), nan),
        ("betainc", (0.5, 0.5, 1.1), nan),
        ("betainc", (0.0, 0.5, 0.5), 1.0),
        ("betainc", (0.5, 0.0, 0.5), 0.0),
        ("betainc", (-1.0, 0.5, 0.5), nan),
        ("expn", (0, 0.0), inf),
        ("expn", (1, 0.0), inf),
        ("expn", (3, 0.0), 0.5),
        ("expn", (2, -1.0), nan),
        ("expn", (2, inf), 0.0),
    ):
        found = float(of_numbers(kind, name, *operands))
        np.testing.assert_allclose(found, wanted, rtol=1e-14, err_msg=f"{name}{operands}")


@pytest.mark.parametrize("kind", KINDS)
def test_multigammaln(kind):
    a = np.array([2.25, 3.5, 40.0])
    with computing(40, KINDS[kind]) as (xp, enter):
        for d in (1, 2, 3, 5):
            close_to_numpy(xp.special.multigammaln(enter(a), d), scipy.special.multigammaln(a, d))
        assert np.isnan(floats(xp.special.multigammaln(enter(1.0), 3)))


SUMS = [
    *(f"S.logsumexp(x, axis={a}, keepdims={k})" for a in (None, 0, -1, (0, 1)) for k in (0, 1)),
    *("S.logsumexp(x, axis=1, b=w)", "S.logsumexp(x, 0, w[:1], True)", "S.logsumexp(x[0])"),
    *(f"S.{f}(x, axis={a})" for f in ("softmax", "log_softmax") for a in (None, 0, -1)),
    *("S.logsumexp(x * 400, axis=-1)", "S.softmax(x * 400, axis=-1)", "S.log_softmax(x * 400)"),
    *(
        "S.logsumexp(xs.low)",
        "S.logsumexp(xs.high)",
        "S.logsumexp(xs.mixed)",
        "S.logsumexp(xs.nan)",
    ),
    *("S.softmax(xs.mixed)", "S.log_softmax(xs.mixed)"),
]


class Unbounded:
    def __init__(self, enter):
        inf = math.inf
        self.low, self.high = enter([-inf, -inf]), enter([inf, 1.0])
        self.mixed, self.nan = enter([-inf, 1.0, 2.0]), enter([math.nan, 1.0])


@pytest.mark.parametrize("call", SUMS)
@pytest.mark.parametrize("kind", KINDS)
def test_sums_of_exponentials(kind, call):
    x, w = 3 * RNG.normal(size=(3, 4)), RNG.uniform(0.5, 2, size=(3, 4))
    with computing(40, KINDS[kind]) as (xp, enter):
        given = {"S": xp.special, "x": enter(x), "w": enter(w), "xs": Unbounded(enter)}
        result = floats(eval(call, given))
    with np.errstate(all="ignore"):
        theirs = {"S": scipy.special, "x": x, "w": w, "xs": Unbounded(np.asarray)}
        expected = np.asarray(eval(call, theirs))
    close_to_numpy(result, expected, rtol=1e-12, atol=1e-300)


def test_a_sum_that_is_negative_has_no_logarithm():
    with computing(40) as (xp, enter):
        assert np.isnan(floats(xp.special.logsumexp(enter([1.0, 2.0]), b=enter([1.0, -1.0]))))


@pytest.mark.parametrize("dtype", [np.float64, np.longdouble])
def test_floats_get_the_same_and_keep_their_digits(dtype):
    numbers = FloatNumbers(dtype)
    with numbers.computing():
        special = NumberNamespace(numbers).special
        for name, x in GENERIC.items():
            result = np.asarray(getattr(special, name)(entered(numbers, x)))
            assert result.dtype == dtype
            np.testing.assert_allclose(result, by_scipy(name, x), rtol=3e-13, atol=1e-14)
        # A complement, to the last digit that the type has.
        both = special.gammainc(np.array(2.5), 3.0) + special.gammaincc(np.array(2.5), 3.0)
        assert abs(both - 1) <= 2 * np.finfo(dtype).eps


def test_what_takes_too_many_terms_is_said_and_not_endured():
    with computing(40) as (xp, enter):
        for name, operands in (
            ("gammainc", (1e9, 1e9)),
            ("gammaincc", (1e9, 1e9)),
            ("betainc", (1e9, 1e9, 0.5)),
            ("polygamma", (1, -1e9 - 0.5)),
        ):
            with pytest.raises(NotImplementedError):
                getattr(xp.special, name)(*map(enter, operands))
        # Far from the turn both are known.
        assert floats(xp.special.gammainc(enter(1e9), enter(1.0))) == 0
        assert floats(xp.special.gammainc(enter(1e9), enter(1e11))) == 1
