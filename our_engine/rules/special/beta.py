"""The beta function, its logarithm, and the incomplete beta functions.

By the parameters a and b of the incomplete functions there is no rule; that is refused. Where a is
tiny, B(a, b) is 1/a and little more: of the mixed derivatives of beta, which do not grow with 1/a,
as many digits are lost as a has zeros. Those of betaln keep theirs.
"""

from __future__ import annotations

import scipy.special as sp

from our_engine.primitives import elementwise, refused

from .stirling import beta_density, psi_difference

elementwise(
    sp.beta,
    lambda a, b, y: y * psi_difference(a, b),
    lambda a, b, y: y * psi_difference(b, a),
)
elementwise(
    sp.betaln,
    lambda a, b, _y: psi_difference(a, b),
    lambda a, b, _y: psi_difference(b, a),
)
elementwise(sp.betainc, refused, refused, lambda a, b, x, _y: beta_density(a, b, x))
elementwise(sp.betaincc, refused, refused, lambda a, b, x, _y: -beta_density(a, b, x))
elementwise(sp.betainccinv, refused, refused, lambda a, b, _p, y: -1.0 / beta_density(a, b, y))
elementwise(sp.betaincinv, refused, refused, lambda a, b, _p, y: 1.0 / beta_density(a, b, y))
