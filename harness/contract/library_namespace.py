"""The namespace ``xp`` of a library: names as attributes, some of them imported when asked for."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from types import SimpleNamespace
from typing import Any

__all__ = ["LibraryNamespace", "public_names"]


class LibraryNamespace(SimpleNamespace):
    """``names`` as attributes, and ``later``: each made by its factory when first asked for.

    ``path`` is where a problem finds it (``linalg``), for the error about a name that it lacks.
    """

    def __init__(
        self,
        names: Mapping[str, Any],
        later: Mapping[str, Callable[[], Any]] | None = None,
        path: str = "",
    ) -> None:
        """Take the names that are there, and the factories of the others."""
        super().__init__(**names)
        self._later = dict(later or {})
        self._path = path

    def __getattr__(self, name: str) -> Any:
        """Called only for a name that is not there yet."""
        if name.startswith("_") or name not in self._later:
            dotted = f"{self._path}.{name}" if self._path else name
            raise AttributeError(f"this backend's namespace has no {dotted!r}")
        made = self._later[name]()
        setattr(self, name, made)
        return made


def public_names(module: Any, *, without: tuple[str, ...] = ()) -> dict[str, Any]:
    """The names of ``module`` that have no leading underscore and are not in ``without``."""
    return {
        name: value
        for name, value in vars(module).items()
        if not name.startswith("_") and name not in without
    }
