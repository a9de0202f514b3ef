"""scipy.special for traced arrays: its ufuncs as they are, its Python functions made traceable.

A ufunc of scipy.special (expit, gammaln, ...) takes a tracer as it is, wherever it comes from. The
functions that SciPy writes in Python turn their argument into an array, which a tracer refuses;
these are here under the same names: logsumexp, softmax, log_softmax, polygamma, multigammaln,
softplus. All else is SciPy's own.
"""

from __future__ import annotations

from typing import Any

import scipy.special as _scipy

from .rules import special as _special

_special.register()

from .rules.special.entropy import softplus  # noqa: E402 - SciPy first
from .rules.special.gamma import multigammaln, polygamma  # noqa: E402
from .rules.special.softmax import log_softmax, logsumexp, softmax  # noqa: E402


def __getattr__(name: str) -> Any:
    """SciPy's own function of that name."""
    return getattr(_scipy, name)


def __dir__() -> list[str]:
    """SciPy's names."""
    return dir(_scipy)


__all__ = ["log_softmax", "logsumexp", "multigammaln", "polygamma", "softmax", "softplus"]
