"""The rules, one module for each family; importing a module enters its rules into the table.

What most programs use is entered at once. `load` enters the rest; it is called when a function
without a rule is first met, so that the import of the engine stays short. `load_special` enters
those of scipy.special, once a program that has imported it comes with one of its functions.
"""

from our_engine.primitives import COMPOSITE, TABLE

from . import (
    complex_parts,
    constants,
    elementwise,
    indexing,
    kinks,
    linalg,
    reductions,
    shaping,
    smooth,
)

__all__ = [
    "complex_parts",
    "constants",
    "elementwise",
    "indexing",
    "kinks",
    "linalg",
    "load",
    "load_special",
    "reductions",
    "shaping",
    "smooth",
]

_loaded: set[str] = set()


def load() -> bool:
    """Enter all rules of NumPy's functions; whether there were any to enter.

    A rule that a user gave for one of them before stays.
    """
    if "numpy" in _loaded:
        return False
    _loaded.add("numpy")
    own, composite = dict(TABLE), dict(COMPOSITE)
    from . import arrays, fft, matrices  # noqa: F401 - they enter their rules

    for function in composite.keys() - own.keys():
        TABLE.pop(function, None)
    TABLE.update(own)
    COMPOSITE.update(composite)
    return True


def load_special() -> bool:
    """Enter the rules of scipy.special; whether there were any to enter."""
    if "scipy.special" in _loaded:
        return False
    _loaded.add("scipy.special")
    from . import special

    special.register()
    return True
