"""Rules of scipy.special, entered when the first of its functions meets a tracer.

The ufuncs of SciPy find these rules by themselves. Its Python functions (logsumexp, softmax,
polygamma, multigammaln) do not dispatch: they refuse a tracer, and `our_engine.scipy_special` has
those that take one.
"""

import importlib


def register() -> None:
    """Enter the rules; SciPy has been imported by whoever called one of its functions."""
    for family in (
        "bessel",
        "beta",
        "entropy",
        "error",
        "exponential",
        "gamma",
        "hurwitz",
        "softmax",
    ):
        importlib.import_module(f"{__name__}.{family}")
