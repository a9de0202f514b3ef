"""The supervisor: one run from its first case to its last, or from where it was interrupted.

It imports no AD library: whatever a backend does, it does in a worker, and this process goes on.
"""

from __future__ import annotations

import contextlib
import time
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from harness import plugins
from harness.contract import Case
from harness.errors import RunFailedError
from harness.plugins import Registry
from harness.running.description import describe_run, usable_cores
from harness.running.estimating import estimate_line
from harness.running.hooks import Hooks
from harness.running.inputs import Inputs
from harness.running.interruption import RunInterruptedError, signals_interrupt
from harness.running.journal import Journal, read_journal
from harness.running.judged import judged_before
from harness.running.judging import Judging
from harness.running.measuring import Measuring
from harness.running.pacing import Pacing
from harness.running.plan import Plan
from harness.running.planning import may_be_timed
from harness.running.progress import View, as_clock
from harness.running.records import InterruptionRecord, Record, RunEndRecord, VerdictRecord
from harness.running.run_folder import RUN_FILE, read_run_file, write_run_file
from harness.running.run_notes import RunNotes
from harness.running.set_costs import SetCosts
from harness.running.starting import Starting
from harness.running.timing_log import TimingLog
from harness.running.timing_set import TimingSets
from harness.running.timing_state import TimingState
from harness.timing import environment
from harness.verification.judge import Judge

__all__ = ["resume", "run"]


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
    Hooks(registry, view).run_started(folder)
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

    @property
    def hooks(self) -> Hooks:
        return Hooks(self.registry, self.view)

    def carry_out(self) -> None:
        """Do what is left of the plan; on the way out no worker is left, whatever happens."""
        for line in self.content["notices"]:
            self.view.notice(line)
        with contextlib.closing(self.view), Journal(self.folder) as journal:
            records = read_journal(self.folder)
            if any(isinstance(record, RunEndRecord) for record in records):
                self.view.notice("this run is complete: nothing is left to do")
                return
            with signals_interrupt():
                try:
                    journal.append(self._phases(journal, records))
                except KeyboardInterrupt as error:
                    journal.append(InterruptionRecord(time.time()))
                    raise RunInterruptedError(
                        "interrupted; what was recorded is kept, go on with: "
                        f"adjudge run --resume {self.folder}"
                    ) from error
        self.hooks.run_finished(self.folder)

    def _phases(self, journal: Journal, records: list[Record]) -> RunEndRecord:
        inputs, at_once = Inputs(self.registry), usable_cores()
        starting = Starting(self.plan)
        notes = RunNotes(self.folder, self.content, self.view, self.plan.threads)
        estimate = estimate_line(self.plan, at_once) if self.plan.measure else None
        if estimate is not None:
            self.view.notice(estimate)
        judging = Judging(
            inputs=inputs,
            judge=self.judge,
            journal=journal,
            view=self.view,
            deadline_s=self.plan.deadline_s,
            came_up=notes.came_up,
            case_judged=self.hooks.case_judged,
            wanted=frozenset(c for c in self.plan.cases if self._may_be_timed(c)),
            judged=judged_before(records),
        )
        judging.run(self._unjudged(records), max(2, at_once), starting.for_judging)
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
            start=starting.for_timing,
            came_up=notes.came_up,
            found_threads=notes.found_threads,
        )
        measuring = Measuring(
            plan=self.plan,
            log=log,
            sets=sets,
            pacing=pacing,
            view=self.view,
            case_measured=self.hooks.case_measured,
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
