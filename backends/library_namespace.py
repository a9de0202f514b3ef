"""The namespace ``xp`` of a library: its own names, some of them replaced, and ``special``."""

from __future__ import annotations

import importlib
from collections.abc import Mapping
from types import ModuleType, SimpleNamespace
from typing import Any

__all__ = ["LibraryNamespace"]


class LibraryNamespace(SimpleNamespace):
    """``names`` as attributes, and ``special``: a module imported when it is first asked for."""

    def __init__(self, names: Mapping[str, Any], special: str) -> None:
        """``special`` is the full name of the library's module of special functions."""
        super().__init__(**names)
        self._special = special

    def __getattr__(self, name: str) -> ModuleType:
        """Called only for a name that is not there yet."""
        if name != "special":
            raise AttributeError(f"this backend's namespace has no {name!r}")
        self.special = importlib.import_module(self._special)
        return self.special
