"""NumPy's words for the standard's names: our_engine's too."""

from __future__ import annotations

from backends.dialects.words import under

__all__ = ["NUMPY_NAMES"]

_SORT = "lambda x, axis=-1, descending=False, stable=True: "

NUMPY_NAMES: dict[str, str] = {
    **under("np"),
    "argsort": f"{_SORT}np.argsort(x, axis) if not descending else np.argsort(-x, axis)",
    "sort": f"{_SORT}np.flip(np.sort(x, axis), axis) if descending else np.sort(x, axis)",
}
