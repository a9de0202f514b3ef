"""The hooks of a plug-in: the pluggy project is ``adjudge``, the entry-point group too."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any, Protocol

import pluggy

from harness.contract.backend import Backend
from harness.contract.case import Case
from harness.contract.dialect import Dialect
from harness.contract.operators import Operator
from harness.contract.outcome import Verdict
from harness.contract.problem import Problem

if TYPE_CHECKING:
    from pathlib import Path

__all__ = ["BackendRegistrar", "Hookspecs", "ProblemRegistrar", "hookimpl", "hookspec"]

hookspec = pluggy.HookspecMarker("adjudge")
hookimpl = pluggy.HookimplMarker("adjudge")


class BackendRegistrar(Protocol):
    """Takes a backend's name and its factory; nothing is imported until the factory is called."""

    def __call__(
        self,
        name: str,
        factory: Callable[[], Backend],
        *,
        requires: Sequence[str] = (),
        install: str = "",
        summary: str = "",
        ledger: Path | None = None,
        dialect: Dialect | None = None,
        asked: Callable[[Problem, Operator], bool] | None = None,
        asked_at: Callable[[Problem, Case], bool] | None = None,
        timed_on_demand: bool = False,
    ) -> None:
        """Register ``factory`` as ``name``.

        ``requires`` names the modules that the factory imports, so that a missing one is
        told without a try; ``install`` is the command that brings them; ``ledger`` is the
        TOML file of the backend's known divergences, if it keeps one; ``dialect`` says how the
        library spells what adjudge asks, so that a finding can be shown without adjudge;
        ``asked`` tells which operators of which problems belong into a plan at all, ``asked_at``
        which cases of those, for a backend that is asked some only where they tell something new
        (None: every one). What is asked and not claimed is recorded as unsupported; what is not
        asked is not. A backend ``timed_on_demand`` is judged like the others
        and has a part in a timed run only where a pattern names it.
        """


ProblemRegistrar = Callable[[Problem], None]


class Hookspecs:
    """Each hook may be implemented by any number of plug-ins."""

    @hookspec
    def register_backends(self, register: BackendRegistrar) -> None:
        """Register backend factories."""

    @hookspec
    def register_problems(self, register: ProblemRegistrar) -> None:
        """Register problems."""

    @hookspec
    def register_oracles(self, register: Callable[[Any], None]) -> None:
        """Register oracles (``harness.verification.oracles.Oracle``) beside the built-in ones."""

    @hookspec(firstresult=True)
    def tolerance(self, backend: str, case: Case) -> float | None:
        """Return the factor c of the tolerance for this case, or None to leave the default."""

    @hookspec
    def run_started(self, run: Path) -> None:
        """A run begins; ``run`` is its folder."""

    @hookspec
    def case_judged(self, backend: str, case: Case, verdict: Verdict) -> None:
        """A verdict is on disk."""

    @hookspec
    def case_measured(self, backend: str, case: Case, samples: int) -> None:
        """All samples of a (backend, case) are on disk."""

    @hookspec
    def run_finished(self, run: Path) -> None:
        """A run is complete; its frames can be read."""

    @hookspec
    def report_sections(self, run: Path) -> list[tuple[str, str]] | None:
        """Return (title, plain text) sections that the report appends; text is escaped."""
