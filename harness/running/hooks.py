"""Hooks: plug-ins are told how a run goes on, and cannot stop it."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

from harness.contract import Case, Verdict
from harness.plugins import Registry
from harness.running.progress import View

__all__ = ["Hooks"]


@dataclass(frozen=True, slots=True)
class Hooks:
    """Calls the hooks of ``registry`` (``harness.contract.hookspecs``).

    A plug-in that fails there costs a notice in ``view``, not the run.
    """

    registry: Registry
    view: View

    def run_started(self, folder: Path) -> None:
        """The run in ``folder`` has begun; its ``run.json`` is there."""
        self._tell("run_started", run=folder)

    def run_finished(self, folder: Path) -> None:
        """The run in ``folder`` is complete."""
        self._tell("run_finished", run=folder)

    def case_judged(self, backend: str, case: Case, verdict: Verdict) -> None:
        """The verdict is on disk."""
        self._tell("case_judged", backend=backend, case=case, verdict=verdict)

    def case_measured(self, backend: str, case: Case, samples: int) -> None:
        """So many samples of the backend's are on disk; no more will be taken."""
        self._tell("case_measured", backend=backend, case=case, samples=samples)

    def _tell(self, hook: str, **facts: Any) -> None:
        try:
            getattr(self.registry.hook, hook)(**facts)
        except Exception as error:  # noqa: BLE001 - a plug-in may raise anything
            self.view.notice(f"a plug-in failed in {hook}: {type(error).__name__}: {error}")
