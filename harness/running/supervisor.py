"""The supervisor: one run from its first case to its last, or from where it was interrupted.

It imports no AD library: whatever a backend does, it does in a worker, and this process goes on.
"""

from __future__ import annotations

import contextlib
import signal
import threading
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np

from harness import plugins
from harness.contract import Case, Verdict
from harness.errors import AdjudgeError, RunFailedError
from harness.plugins import Registry
from harness.running.description import describe_run, usable_cores
from harness.running.estimating import estimate_line
from harness.running.inputs import Inputs
from harness.running.journal import Journal, read_journal
from harness.running.judged import judged_before
from harness.running.judging import Judging
from harness.running.measuring import Measuring
from harness.running.messages import COMPILED, Hello
from harness.running.pacing import Pacing
from harness.running.plan import Plan
from harness.running.planning import may_be_timed
from harness.running.process import WorkerProcess
from harness.running.progress import View, as_clock
from harness.running.records import (
    InterruptionRecord,
    Record,
    RunEndRecord,
    VerdictRecord,
)
from harness.running.run_folder import RUN_FILE, read_run_file, write_run_file
from harness.running.set_costs import SetCosts
from harness.running.timing_log import TimingLog
from harness.running.timing_set import TimingSets
from harness.running.timing_state import TimingState
from harness.timing import environment
from harness.verification.judge import Judge
from harness.verification.truths import cache_directory

__all__ = ["RunInterruptedError", "resume", "run"]

_INTERRUPTING = (signal.SIGTERM, signal.SIGHUP)


class RunInterruptedError(AdjudgeError):
    """A person or a signal stopped the run; what was recorded stays, and it can be resumed."""

    exit_code = 130


def run(
    plan: Plan,
    folder: Path,
    view: View,
    *,
    registry: Registry | None = None,
    judge: Judge | None = None,
    command: Sequence[str] = (),
) -> None:
    """Carry out ``plan`` and leave its records in ``folder``, which ``create_folder`` made.

    ``command`` are the words of the command line, for the record. Raises RunInterruptedError
    after Ctrl-C, SIGTERM or SIGHUP, and RunFailedError when the folder cannot be written.
    """
    if (folder / RUN_FILE).exists():
        raise RunFailedError(f"{folder} holds a run already; go on with it by --resume {folder}")
    registry = registry or plugins.load()
    cores = environment.timing_core(threads=plan.threads)
    content = describe_run(plan, folder, registry, command, cores)
    write_run_file(folder, content)
    _tell(view, registry, "run_started", run=folder)
    _Run(plan, folder, view, registry, judge or Judge(registry), cores, content).carry_out()


def resume(
    folder: Path, view: View, *, registry: Registry | None = None, judge: Judge | None = None
) -> None:
    """Finish the run in ``folder``: what its journal holds is not done again.

    Raises as ``run`` does, and RunFailedError when the folder is no run, when its journal is
    damaged, or when a backend or problem of the run is not installed any more.
    """
    content = read_run_file(folder)
    try:
        plan = Plan.from_json(content["plan"])
        content = {"versions": {}, "devices": {}, "notices": [], **content}
    except (KeyError, TypeError, ValueError) as error:
        raise RunFailedError(
            f"{folder / RUN_FILE} holds no plan ({type(error).__name__}: {error}); begin a new run"
        ) from error
    registry = registry or plugins.load()
    _refuse_if_gone(plan, registry)
    cores = environment.timing_core(threads=plan.threads)
    _Run(plan, folder, view, registry, judge or Judge(registry), cores, content).carry_out()


@dataclass
class _Run:
    plan: Plan
    folder: Path
    view: View
    registry: Registry
    judge: Judge
    cores: environment.CorePlan
    content: dict[str, Any]
    began: float = field(default_factory=time.monotonic)

    def carry_out(self) -> None:
        """Do what is left of the plan; on the way out no worker is left, whatever happens."""
        for line in self.content["notices"]:
            self.view.notice(line)
        with contextlib.closing(self.view), Journal(self.folder) as journal:
            records = read_journal(self.folder)
            if any(isinstance(record, RunEndRecord) for record in records):
                self.view.notice("this run is complete: nothing is left to do")
                return
            with _signals_interrupt():
                try:
                    journal.append(self._phases(journal, records))
                except KeyboardInterrupt as error:
                    journal.append(InterruptionRecord(time.time()))
                    raise RunInterruptedError(
                        "interrupted; what was recorded is kept, go on with: "
                        f"adjudge run --resume {self.folder}"
                    ) from error
        _tell(self.view, self.registry, "run_finished", run=self.folder)

    def _phases(self, journal: Journal, records: list[Record]) -> RunEndRecord:
        inputs, at_once = Inputs(self.registry), usable_cores()
        estimate = estimate_line(self.plan, at_once) if self.plan.measure else None
        if estimate is not None:
            self.view.notice(estimate)
        judging = Judging(
            inputs=inputs,
            judge=self.judge,
            journal=journal,
            view=self.view,
            deadline_s=self.plan.deadline_s,
            came_up=self._came_up,
            case_judged=self._judged,
            wanted=frozenset(c for c in self.plan.cases if self._may_be_timed(c)),
            judged=judged_before(records),
        )
        judging.run(self._unjudged(records), max(2, at_once), self._start_anywhere)
        judged_at = time.monotonic()
        judged = read_journal(self.folder) if self.plan.measure else []
        state = TimingState(self.plan, self.registry.problems, judged)
        log = TimingLog(journal, state)
        costs = SetCosts(at_once, self.plan.depth.sample_s)
        ends = self._ends(judged_at)
        pacing = Pacing(self.plan, state, costs, ends)
        sets = TimingSets(
            plan=self.plan,
            log=log,
            inputs=inputs,
            judge=self.judge,
            judged=judging.judged,
            view=self.view,
            cores=self.cores,
            costs=costs,
            call_s=pacing.call_s,
            start=self._start,
            came_up=self._came_up,
            found_threads=self._found_threads,
        )
        measuring = Measuring(
            plan=self.plan,
            log=log,
            sets=sets,
            pacing=pacing,
            view=self.view,
            case_measured=self._measured,
        )
        if self.plan.measure:
            measuring.run()
        return RunEndRecord(
            time=time.time(),
            seconds_judging=judged_at - self.began,
            seconds_timing=time.monotonic() - judged_at,
            seconds_in_samples=log.samples_s,
            seconds_start_up=sets.start_up_s,
            seconds_first_calls=sets.first_calls_s,
        )

    def _may_be_timed(self, case: Case) -> bool:
        return may_be_timed(self.registry.problem(case.problem), case)

    def _ends(self, judged_at: float) -> float | None:
        """When the budget is spent; timing has its share of it, however long judging took."""
        depth = self.plan.depth
        if depth.budget_s is None:
            return None
        planned, least = (
            self.began + depth.budget_s,
            judged_at + depth.timing_share * depth.budget_s,
        )
        if least > planned and self.plan.measure:
            self.view.notice(
                f"judging took {as_clock(judged_at - self.began)} of the {as_clock(depth.budget_s)}"
                f" of this depth, so the run ends about {as_clock(least - planned)} later than that"
            )
        return max(planned, least)

    def _unjudged(self, records: Sequence[Record]) -> dict[str, list[Case]]:
        done = {(r.backend, r.case) for r in records if isinstance(r, VerdictRecord)}
        todo = {
            backend: [
                case for case in self.plan.cases_of(backend) if (backend, case.id) not in done
            ]
            for backend in self.plan.backends
        }
        # Those that import a library take longest: begun last, they would be left over alone.
        heavy_first = sorted(todo, key=lambda name: not self.registry.backends[name].requires)
        return {backend: todo[backend] for backend in heavy_first if todo[backend]}

    def _start(self, backend: str, rng: np.random.Generator, compiles: bool) -> WorkerProcess:
        """A worker for timing; one that ``compiles`` does so by itself, to see what it costs."""
        variables = environment.worker_environment(self.plan.threads, rng)
        if not compiles:
            variables[COMPILED] = _compiled(backend)
        return WorkerProcess(backend, variables, self.plan.threads)

    def _start_anywhere(self, backend: str) -> WorkerProcess:
        """A worker for judging; what it compiles is kept for the sets and for the runs to come."""
        rng = np.random.default_rng(self.plan.seed)
        variables = environment.worker_environment(self.plan.threads, rng)
        return WorkerProcess(
            backend, {**variables, COMPILED: _compiled(backend)}, self.plan.threads
        )

    def _came_up(self, backend: str, hello: Hello) -> None:
        """Keep the versions; libraries that changed since the run began are told."""
        versions = dict(hello.versions)
        before = self.content["versions"].get(backend)
        if before == versions:
            return
        if before is None:
            self.content["devices"][backend] = hello.device
            self.content["versions"][backend] = versions
        else:
            line = f"{backend}: the run began with {before}, and went on with {versions}"
            if line in self.content["notices"]:
                return
            self.content["notices"].append(line)
            self.view.notice(line)
        write_run_file(self.folder, self.content)

    def _found_threads(self, backend: str, pools: dict[str, int]) -> None:
        """Keep what a library made of ``--threads``, and tell of one that made more of it."""
        self.content.setdefault("threads", {})[backend] = pools
        above = {n: count for n, count in pools.items() if count > self.plan.threads}
        above.pop("process", None)
        if above:
            told = ", ".join(f"{name} {count}" for name, count in above.items())
            line = f"{backend} uses more threads than {self.plan.threads}: {told}"
            self.content["notices"].append(line)
            self.view.notice(line)
        write_run_file(self.folder, self.content)

    def _judged(self, backend: str, case: Case, verdict: Verdict) -> None:
        _tell(self.view, self.registry, "case_judged", backend=backend, case=case, verdict=verdict)

    def _measured(self, backend: str, case: Case, samples: int) -> None:
        _tell(
            self.view, self.registry, "case_measured", backend=backend, case=case, samples=samples
        )


def _compiled(backend: str) -> str:
    """The folder for what ``backend`` compiles."""
    return str(cache_directory() / "compiled" / backend)


def _refuse_if_gone(plan: Plan, registry: Registry) -> None:
    """A plug-in that went away since is no fault of its backend, and gets no verdicts for it."""
    for what, names, there in (
        ("backend", plan.backends, registry.backends),
        ("problem", {case.problem for case in plan.cases}, registry.problems),
    ):
        for name in names:
            if name not in there:
                raise RunFailedError(
                    f"this run has a {what} {name!r} that is not installed any more; "
                    "install its plug-in again to resume"
                )
    for name in plan.backends:
        if registry.backends[name].missing:
            raise RunFailedError(registry.backends[name].missing_line())


@contextlib.contextmanager
def _signals_interrupt() -> Iterator[None]:
    """SIGTERM and SIGHUP end the run as Ctrl-C does, in the main thread; restored on leaving."""
    if threading.current_thread() is not threading.main_thread():
        yield
        return

    def interrupt(number: int, _frame: object) -> None:
        raise KeyboardInterrupt(signal.Signals(number).name)

    # One that is ignored stays ignored: that is how nohup works.
    numbers = [n for n in _INTERRUPTING if signal.getsignal(n) is not signal.SIG_IGN]
    before = {number: signal.signal(number, interrupt) for number in numbers}
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


def _tell(view: View, registry: Registry, hook: str, **facts: Any) -> None:
    """Call a hook; a plug-in that fails there costs a notice, not the run."""
    try:
        getattr(registry.hook, hook)(**facts)
    except Exception as error:  # noqa: BLE001 - a plug-in may raise anything
        view.notice(f"a plug-in failed in {hook}: {type(error).__name__}: {error}")
