"""The judge: problems, verification, timing, running and reporting of adjudge."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from harness.reporting.frames import load_run

__all__ = ["load_run"]


def __getattr__(name: str) -> Any:
    """``load_run`` on first use: a plug-in or a worker that imports harness needs no pandas."""
    if name == "load_run":
        from harness.reporting.frames import load_run

        return load_run
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
