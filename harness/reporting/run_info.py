"""run.json as the reports need it: the plan, and the circumstances under which it was run."""

from __future__ import annotations

import shlex
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from harness.contract import Descent, Operator
from harness.errors import RunFailedError
from harness.reporting.text import clean
from harness.running.plan import Plan
from harness.running.run_folder import RUN_FILE, read_run_file

__all__ = ["ProblemInfo", "RunInfo", "SizeInfo", "read_run_info"]


@dataclass(frozen=True, slots=True)
class SizeInfo:
    """A size: its dimensions by name, and its scale, the n of "cost grows as n^p"."""

    dims: Mapping[str, int]
    scale: int


@dataclass(frozen=True, slots=True)
class ProblemInfo:
    """What a run keeps of a problem, so that it is read where the problem is not installed."""

    name: str
    source: str
    sizes: Mapping[str, SizeInfo]
    predicted_cost: Mapping[Operator, Mapping[str, int]]
    descent: Descent | None

    def scale(self, size: str) -> int | None:
        """The scale of a size; None where the run does not tell."""
        return self.sizes[size].scale if size in self.sizes else None

    def family(self, size: str) -> str:
        """The name of the sizes that ``size`` grows with: the dimensions that they hold fixed.

        A dimension that takes several values at one scale (the batch of a perceptron whose
        scale is the hidden size) does not belong to the growth and tells the families apart.
        """
        at_scale: dict[tuple[int, str], set[int]] = {}
        for info in self.sizes.values():
            for dim, n in info.dims.items():
                at_scale.setdefault((info.scale, dim), set()).add(n)
        fixed = {dim for (_, dim), values in at_scale.items() if len(values) > 1}
        dims = self.sizes[size].dims if size in self.sizes else {}
        return ",".join(f"{dim}={n}" for dim, n in dims.items() if dim in fixed)


@dataclass(frozen=True, slots=True)
class RunInfo:
    """A run's plan and circumstances, as run.json keeps them; see results/README.md."""

    run: str
    started: str
    command: tuple[str, ...]
    plan: Plan
    problems: Mapping[str, ProblemInfo]
    versions: Mapping[str, Mapping[str, str]]
    devices: Mapping[str, str]
    environment: Mapping[str, Any]
    seeds: Mapping[str, Any]
    notices: tuple[str, ...]

    @property
    def command_line(self) -> str:
        """The command that made the run, quoted for a POSIX shell."""
        return shlex.join(self.command)

    def version(self, backend: str) -> str:
        """The versions of a backend's libraries on one line."""
        return ", ".join(f"{k} {v}" for k, v in self.versions.get(backend, {}).items())

    def problem(self, name: str) -> ProblemInfo:
        """The problem called ``name``; an empty one where the run tells nothing of it."""
        return self.problems.get(name) or ProblemInfo(name, "", {}, {}, None)


def read_run_info(folder: Path) -> RunInfo:
    """Read ``folder``/run.json.

    RunFailedError, in one line, when ``folder`` is no run, its schema is newer than this
    adjudge's, or a part is missing.
    """
    raw = _cleaned(read_run_file(folder))
    try:
        return RunInfo(
            run=str(raw["run"]),
            started=str(raw["started"]),
            command=tuple(str(word) for word in raw["command"]),
            plan=Plan.from_json(raw["plan"]),
            problems={name: _problem(name, p) for name, p in raw["plan"]["problems"].items()},
            versions=dict(raw["versions"]),
            devices=dict(raw["devices"]),
            environment=dict(raw["environment"]),
            seeds=dict(raw["seeds"]),
            notices=tuple(str(line) for line in raw["notices"]),
        )
    except KeyError as error:
        raise RunFailedError(
            f"{folder / RUN_FILE} has no {error}; what belongs there is listed in results/README.md"
        ) from error
    except (TypeError, ValueError, AttributeError) as error:
        raise RunFailedError(
            f"{folder / RUN_FILE} is not as results/README.md describes: {error}"
        ) from error


def _cleaned(raw: Any) -> Any:
    """The names and texts as the frames have them, so that one is found by the other."""
    if isinstance(raw, str):
        return clean(raw)
    if isinstance(raw, dict):
        return {_cleaned(key): _cleaned(value) for key, value in raw.items()}
    return [_cleaned(item) for item in raw] if isinstance(raw, list) else raw


def _problem(name: str, raw: Mapping[str, Any]) -> ProblemInfo:
    descent = raw["descent"]
    return ProblemInfo(
        name=name,
        source=str(raw["source"]),
        sizes={size: SizeInfo(s["dims"], s["scale"]) for size, s in raw["sizes"].items()},
        predicted_cost={Operator(op): by for op, by in raw["predicted_cost"].items()},
        descent=Descent(**descent) if descent else None,
    )
