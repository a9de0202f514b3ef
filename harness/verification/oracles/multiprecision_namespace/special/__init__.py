"""``xp.special``: SciPy's special functions, by its names and argument orders, in many digits.

Outside a domain and at poles they give NaN and ±inf as SciPy's do, and raise nothing. At ±inf
they have their limits, where some of SciPy's are NaN; sinc is 0 at the integers. A value too
large for a float is finite here. Functions of floats are computed in 34 digits and rounded.

NotImplementedError: ``zeta`` and ``polygamma`` below -10⁵, and ``gammainc`` and ``betainc`` with
parameters above 10⁷ where only series of very many terms are known here.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Any

import numpy as np

from harness.verification.oracles.multiprecision_namespace.arrays import NumberArray
from harness.verification.oracles.multiprecision_namespace.precision import (
    FloatNumbers,
    multiprecision_numbers,
)
from harness.verification.oracles.multiprecision_namespace.special import (
    bessel,
    error_functions,
    gamma_functions,
    incomplete,
    logarithmic,
)
from harness.verification.oracles.multiprecision_namespace.special.exponential_sums import (
    ExponentialSums,
)

__all__ = ["Special"]


def _elementwise(core: Callable[..., Any], name: str = "") -> Callable[..., NumberArray]:
    """``core(numbers, *operands)`` on arrays, broadcast."""

    def function(self: Special, *operands: Any) -> NumberArray:
        return self.apply(core, *operands)

    function.__name__ = function.__qualname__ = name or core.__name__
    function.__doc__ = core.__doc__
    return function


def _of_order(core: Callable[..., Any], order: int, name: str) -> Callable[..., NumberArray]:
    """A Bessel function of one order."""

    def function(self: Special, x: Any) -> NumberArray:
        return self.apply(core, order, x)

    function.__name__ = function.__qualname__ = name
    function.__doc__ = f"``{core.__name__}`` of order {order}."
    return function


class Special(ExponentialSums):
    """The special functions of one kind of numbers; their operands broadcast."""

    erf = _elementwise(error_functions.erf)
    erfc = _elementwise(error_functions.erfc)
    erfcinv = _elementwise(error_functions.erfcinv)
    erfcx = _elementwise(error_functions.erfcx)
    erfinv = _elementwise(error_functions.erfinv)
    log_ndtr = _elementwise(error_functions.log_ndtr)
    ndtr = _elementwise(error_functions.ndtr)
    ndtri = _elementwise(error_functions.ndtri)

    beta = _elementwise(gamma_functions.beta)
    betaln = _elementwise(gamma_functions.betaln)
    digamma = _elementwise(gamma_functions.digamma)
    gamma = _elementwise(gamma_functions.gamma)
    gammaln = _elementwise(gamma_functions.gammaln)
    gammasgn = _elementwise(gamma_functions.gammasgn)
    poch = _elementwise(gamma_functions.poch)
    polygamma = _elementwise(gamma_functions.polygamma)
    psi = _elementwise(gamma_functions.digamma, "psi")
    rgamma = _elementwise(gamma_functions.rgamma)
    zeta = _elementwise(gamma_functions.zeta)

    betainc = _elementwise(incomplete.betainc)
    exp1 = _elementwise(incomplete.exp1)
    expi = _elementwise(incomplete.expi)
    expn = _elementwise(incomplete.expn)
    gammainc = _elementwise(incomplete.gammainc)
    gammaincc = _elementwise(incomplete.gammaincc)

    i0 = _of_order(bessel.iv, 0, "i0")
    i0e = _of_order(bessel.ive, 0, "i0e")
    i1 = _of_order(bessel.iv, 1, "i1")
    i1e = _of_order(bessel.ive, 1, "i1e")
    iv = _elementwise(bessel.iv)
    ive = _elementwise(bessel.ive)
    j0 = _of_order(bessel.jv, 0, "j0")
    j1 = _of_order(bessel.jv, 1, "j1")
    jn = _elementwise(bessel.jv, "jn")
    jv = _elementwise(bessel.jv)
    y0 = _of_order(bessel.yv, 0, "y0")
    y1 = _of_order(bessel.yv, 1, "y1")
    yn = _elementwise(bessel.yv, "yn")
    yv = _elementwise(bessel.yv)

    cbrt = _elementwise(logarithmic.cbrt)
    entr = _elementwise(logarithmic.entr)
    exp10 = _elementwise(logarithmic.exp10)
    exp2 = _elementwise(logarithmic.exp2)
    expit = _elementwise(logarithmic.expit)
    expm1 = _elementwise(logarithmic.expm1)
    kl_div = _elementwise(logarithmic.kl_div)
    log1p = _elementwise(logarithmic.log1p)
    log_expit = _elementwise(logarithmic.log_expit)
    logit = _elementwise(logarithmic.logit)
    rel_entr = _elementwise(logarithmic.rel_entr)
    sinc = _elementwise(logarithmic.sinc)
    spence = _elementwise(logarithmic.spence)
    xlog1py = _elementwise(logarithmic.xlog1py)
    xlogy = _elementwise(logarithmic.xlogy)

    def multigammaln(self, a: Any, d: int) -> NumberArray:
        """The logarithm of the multivariate Γ of dimension ``d``."""
        return self.apply(partial(gamma_functions.multigammaln, d=d), a)

    def apply(self, core: Callable[..., Any], *operands: Any) -> NumberArray:
        """``core(numbers, *scalars)`` for each tuple of elements, broadcast."""
        numbers = self.numbers
        entered = [self.enter(x) for x in operands]
        if isinstance(numbers, FloatNumbers):
            wide = multiprecision_numbers(34)
            with wide.computing():
                lifted = (NumberArray.of(wide.array(x), wide) for x in entered)
                high, low = wide.split(np.asarray(Special(wide).apply(core, *lifted)))
                return self.leave(high.astype(numbers.dtype) + low.astype(numbers.dtype))

        def each(*scalars: Any) -> Any:
            return core(numbers, *(numbers.number(x) if type(x) is int else x for x in scalars))

        return self.leave(np.frompyfunc(each, len(entered), 1)(*entered))
