"""The judge: one evaluation in, one verdict out.

A failure is its own verdict; an evaluation has its trial. What the judge keeps: truths, for they
serve every backend, and what each backend gave at a point, for its operators must agree there.
"""

from __future__ import annotations

import functools
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np

from harness.contract import Case, Evaluation, Failure, Operator, Problem, Verdict
from harness.plugins import Registry
from harness.problems.inputs import CaseInputs, output_form
from harness.verification import verdicts
from harness.verification.bounded import Bounded
from harness.verification.oracles import builtin_oracles
from harness.verification.oracles.cross_identities import Evaluated
from harness.verification.oracles.oracle import Oracle, Question, Truth
from harness.verification.questions import question_of
from harness.verification.tolerance import FACTOR, PRECISIONS, Standard
from harness.verification.trial import Trial
from harness.verification.truths import Truths, cache_directory

__all__ = ["Judge"]

Form = tuple[tuple[int, ...], np.dtype[Any]]

_HISTORY_BYTES = 128 * 2**20
"""Of evaluations that are kept for identities between operators."""


class Judge:
    """Judges evaluations of the registry's problems.

    Truths are found once for all backends, and kept under ``cache`` (None: the user's cache
    folder, or $ADJUDGE_CACHE_DIR). ``oracles`` are the built-in ones and those that plug-ins
    registered, unless given.
    """

    def __init__(
        self,
        registry: Registry,
        cache: Path | None = None,
        *,
        budget_s: float = 2.0,
        oracles: Sequence[Oracle] | None = None,
    ) -> None:
        """``budget_s``: what one truth may cost in multiprecision where nothing else decides."""
        self._registry = registry
        known = (*builtin_oracles(budget_s), *registry.oracles) if oracles is None else oracles
        self._truths = Truths(known, cache_directory() if cache is None else cache)
        self._history: Bounded[tuple[str, ...], dict[Operator, Evaluated]] = Bounded(_HISTORY_BYTES)
        self._forms: dict[tuple[int, str, str], tuple[Problem, Form]] = {}

    def judge(
        self, backend: str, case: Case, inputs: CaseInputs, outcome: Evaluation | Failure
    ) -> Verdict:
        """The verdict on what ``backend`` made of ``case`` at ``inputs``."""
        problem = self._registry.problem(case.problem)
        if isinstance(outcome, Failure):
            return verdicts.of_failure(outcome, problem.point(case.point).kind)
        if case.dtype not in PRECISIONS:
            return verdicts.inconclusive([f"no tolerance is known for {case.dtype}"])
        precision = PRECISIONS[case.dtype]
        question = self._question(case, inputs)
        shape, dtype = self._output_form(problem, case)
        trial = Trial(
            case=case,
            inputs=inputs,
            evaluation=outcome,
            question=question,
            standard=Standard(precision, question.operations, self._factor(backend, case)),
            shape=shape,
            dtype=dtype,
            ask=self._truths.ask,
            remember=functools.partial(self._remember, backend, case),
        )
        return trial.verdict()

    def truth(self, case: Case, inputs: CaseInputs, *, ask: bool = True) -> Truth | None:
        """What is true of ``case`` at the arguments and seeds of ``inputs``; None: not known.

        Of a batched operator, of its first row. Without ``ask`` no oracle is asked: only what is
        kept of earlier answers counts, at no cost.
        """
        if case.dtype not in PRECISIONS:
            return None
        question = self._question(case, inputs)
        if ask:
            return self._truths.ask(question)[0]
        kept = self._truths.kept(question)
        return kept[0] if kept else None

    def _question(self, case: Case, inputs: CaseInputs) -> Question:
        problem = self._registry.problem(case.problem)
        return question_of(problem, case, inputs)

    def _factor(self, backend: str, case: Case) -> float:
        """c for a function of one operation: the plug-ins' for this case, or the default."""
        given = self._registry.hook.tolerance(backend=backend, case=case)
        return FACTOR if given is None else float(given)

    def _output_form(self, problem: Problem, case: Case) -> Form:
        """The shape and the dtype of f(x) at the case's size, for arguments in its dtype."""
        key = (id(problem), case.size, case.dtype)
        if key not in self._forms:
            self._forms[key] = problem, output_form(problem, case)
        return self._forms[key][1]

    def _remember(
        self, backend: str, case: Case, evaluated: Evaluated
    ) -> Mapping[Operator, Evaluated]:
        """What this backend has been seen to give at the case's point, with ``evaluated`` now."""
        key = (backend, case.problem, case.size, case.dtype, case.point)
        seen = {**(self._history.get(key) or {}), case.operator: evaluated}
        size = sum(e.nbytes for e in seen.values())
        self._history.put(key, seen, size)
        return seen
