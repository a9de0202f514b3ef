"""The plug-in manager: entry points, who brought what, and clear errors."""

from __future__ import annotations

import importlib
import importlib.util
import os
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pluggy

from harness.contract import Backend, Case, Dialect, Operator, Problem
from harness.contract.hookspecs import Hookspecs
from harness.contract.validation import defects
from harness.errors import AdjudgeError, RunFailedError, UsageError, nearest

__all__ = ["MODULES", "BackendEntry", "Registry", "load"]

GROUP = "adjudge"

MODULES = "ADJUDGE_PLUGINS"
"""The environment variable that names modules to load as plug-ins too, separated by commas.

It reaches the workers, so that a plug-in needs no installed package.
"""


@dataclass(frozen=True, slots=True)
class BackendEntry:
    """A registered backend: its factory, and what is needed before the factory can be called."""

    name: str
    factory: Callable[[], Backend]
    plugin: str
    requires: tuple[str, ...]
    install: str
    summary: str
    ledger: Path | None = None
    dialect: Dialect | None = None
    asked: Callable[[Problem, Operator], bool] | None = None
    asked_at: Callable[[Problem, Case], bool] | None = None
    timed_on_demand: bool = False

    def asks(self, problem: Problem, operator: Operator) -> bool:
        """Whether the operator of the problem belongs into a plan for this backend."""
        return self.asked is None or self.asked(problem, operator)

    def asks_at(self, problem: Problem, case: Case) -> bool:
        """Whether a case of what it ``asks`` does."""
        return self.asked_at is None or self.asked_at(problem, case)

    @property
    def missing(self) -> tuple[str, ...]:
        """The required modules that are not installed (asked without importing them)."""
        return tuple(name for name in self.requires if importlib.util.find_spec(name) is None)

    def create(self) -> Backend:
        """Call the factory; a missing library is one line that names the cure."""
        if self.missing:
            raise RunFailedError(self.missing_line())
        return self.factory()

    def missing_line(self) -> str:
        """One line: who needs what, and how to install it."""
        cure = self.install or f"python -m pip install {' '.join(self.missing)}"
        return f"backend {self.name!r} needs {', '.join(self.missing)}; install with: {cure}"


@dataclass(slots=True)
class Registry:
    """All that the plug-ins registered, and the manager that calls their hooks."""

    manager: pluggy.PluginManager
    backends: dict[str, BackendEntry] = field(default_factory=dict)
    problems: dict[str, Problem] = field(default_factory=dict)
    problem_plugins: dict[str, str] = field(default_factory=dict)
    oracles: list[Any] = field(default_factory=list)

    @property
    def hook(self) -> Any:
        """pluggy's hook caller."""
        return self.manager.hook

    def backend(self, name: str) -> BackendEntry:
        """The backend called ``name``; UsageError names the nearest one."""
        if name not in self.backends:
            raise UsageError(f"no backend {name!r}; {nearest(name, self.backends)}")
        return self.backends[name]

    def problem(self, name: str) -> Problem:
        """The problem called ``name``; UsageError names the nearest one."""
        if name not in self.problems:
            raise UsageError(f"no problem {name!r}; {nearest(name, self.problems)}")
        return self.problems[name]


def load(*extra: tuple[str, object]) -> Registry:
    """Load every plug-in of the entry-point group and of MODULES, then ``extra`` (name, plug-in).

    Raises RunFailedError, in one line, when a plug-in cannot be imported, implements a hook
    that does not exist, raises while it registers, registers a problem that contradicts itself,
    or a name that another one has.
    """
    manager = pluggy.PluginManager(GROUP)
    manager.add_hookspecs(Hookspecs)
    try:
        manager.load_setuptools_entrypoints(GROUP)
    except Exception as error:
        raise RunFailedError(
            f"a plug-in of the entry-point group {GROUP!r} cannot be imported: "
            f"{type(error).__name__}: {error}; uninstall or mend the package that declares it"
        ) from error
    for name, plugin in (*_named_modules(), *extra):
        manager.register(plugin, name)
    try:
        manager.check_pending()
    except pluggy.PluginValidationError as error:
        raise RunFailedError(
            f"plug-in {manager.get_name(error.plugin) or error.plugin!r}: {error}; "
            "the hooks are listed in harness/contract/hookspecs.py"
        ) from error
    registry = Registry(manager)
    _collect_backends(registry)
    _collect_problems(registry)
    _call_each(registry, "register_oracles", lambda _plugin: registry.oracles.append)
    return registry


def _named_modules() -> list[tuple[str, object]]:
    """The modules that the environment names; each is a plug-in under its own name."""
    found: list[tuple[str, object]] = []
    for name in filter(None, os.environ.get(MODULES, "").split(",")):
        try:
            found.append((name, importlib.import_module(name)))
        except Exception as error:
            raise RunFailedError(
                f"{MODULES} names {name!r}, which cannot be imported: "
                f"{type(error).__name__}: {error}; correct the variable or unset it"
            ) from error
    return found


def _collect_backends(registry: Registry) -> None:
    def registrar(plugin: str) -> Callable[..., None]:
        def register(
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
            known = registry.backends.get(name)
            if known is not None:
                raise RunFailedError(_duplicate("backend", name, known.plugin, plugin))
            registry.backends[name] = BackendEntry(
                name,
                factory,
                plugin,
                tuple(requires),
                install,
                summary,
                ledger,
                dialect,
                asked,
                asked_at,
                timed_on_demand,
            )

        return register

    _call_each(registry, "register_backends", registrar)


def _collect_problems(registry: Registry) -> None:
    def registrar(plugin: str) -> Callable[[Problem], None]:
        def register(problem: Problem) -> None:
            if not isinstance(problem, Problem):
                raise RunFailedError(
                    f"plug-in {plugin!r} registers {problem!r} as a problem; "
                    "make it a harness.contract.Problem"
                )
            mistake = next(defects(problem), None)
            if mistake is not None:
                raise RunFailedError(f"plug-in {plugin!r}, problem {problem.name!r}: {mistake}")
            if problem.name in registry.problems:
                first = registry.problem_plugins[problem.name]
                raise RunFailedError(_duplicate("problem", problem.name, first, plugin))
            registry.problems[problem.name] = problem
            registry.problem_plugins[problem.name] = plugin

        return register

    _call_each(registry, "register_problems", registrar)


def _call_each(registry: Registry, hook: str, registrar: Callable[[str], Any]) -> None:
    """Call the hook of each plug-in by itself and in order, so that its name goes with it."""
    caller = getattr(registry.manager.hook, hook)
    for implementation in caller.get_hookimpls():
        plugin = implementation.plugin_name
        try:
            implementation.function(register=registrar(plugin))
        except AdjudgeError:
            raise
        except Exception as error:
            raise RunFailedError(
                f"plug-in {plugin!r} fails in {hook}: {type(error).__name__}: {error}; "
                "uninstall or mend the package that declares it"
            ) from error


def _duplicate(what: str, name: str, first: str, second: str) -> str:
    return (
        f"{what} {name!r} is registered by two plug-ins, {first!r} and {second!r}; "
        "uninstall one or rename its entry"
    )
