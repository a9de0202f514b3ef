"""The judge: one evaluation in, one verdict out.

Order of judgement: a failure is a verdict; then structure (exact); then identities that the
evaluation fulfils or breaks by itself; then the strongest oracle that knows the truth; then, if
none does, the identities between operators, which can convict but not acquit.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

import numpy as np

from harness.contract import Case, Evaluation, Failure, Operator, PointKind, Problem, Verdict
from harness.contract import VerdictKind as Kind
from harness.plugins import Registry
from harness.problems.inputs import CaseInputs, output_shape, plain_value
from harness.verification import verdicts
from harness.verification.bounded import Bounded
from harness.verification.oracles import builtin_oracles
from harness.verification.oracles.directions import contract
from harness.verification.oracles.identities import (
    Breach,
    Evaluated,
    between_operators,
    linearity,
    symmetry,
)
from harness.verification.oracles.oracle import Oracle, Question, Truth
from harness.verification.oracles.structure import structural_fault, value_fault
from harness.verification.tolerance import FACTOR, PRECISIONS, Standard
from harness.verification.truths import Truths, cache_directory

__all__ = ["Judge"]

_HISTORY_BYTES = 128 * 2**20
"""Of evaluations that are kept for identities between operators."""

_SEVERITY = (Kind.OK, Kind.CONVENTION, Kind.OUTSIDE_DOMAIN, Kind.ACCURACY_LOSS, Kind.INCONCLUSIVE)
"""From mild to grave; whatever is not listed is graver."""

_UNSURE_KINDS = (PointKind.INFINITE, PointKind.OUTSIDE)


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
        self._shapes: dict[tuple[int, str], tuple[Problem, tuple[int, ...]]] = {}

    def judge(
        self, backend: str, case: Case, inputs: CaseInputs, outcome: Evaluation | Failure
    ) -> Verdict:
        """The verdict on what ``backend`` made of ``case`` at ``inputs``."""
        problem = self._registry.problem(case.problem)
        point = problem.point(case.point)
        if isinstance(outcome, Failure):
            return verdicts.of_failure(outcome, point.kind)
        if case.dtype not in PRECISIONS:
            return verdicts.inconclusive([f"no tolerance is known for {case.dtype}"])
        trial = _Trial(self, backend, problem, case, inputs, outcome, point.kind)
        return trial.verdict()

    def factor(self, backend: str, case: Case) -> float:
        """c for a function of one operation: the plug-ins' for this case, or the default."""
        given = self._registry.hook.tolerance(backend=backend, case=case)
        return FACTOR if given is None else float(given)

    def truth(self, question: Question) -> tuple[Truth | None, tuple[str, ...]]:
        """The strongest oracle's truth, and why stronger ones had none."""
        return self._truths.ask(question)

    def output_shape(self, problem: Problem, case: Case) -> tuple[int, ...]:
        """The shape of f(x) at the case's size."""
        key = (id(problem), case.size)
        if key not in self._shapes:
            self._shapes[key] = problem, output_shape(problem, case)
        return self._shapes[key][1]

    def beside(
        self, backend: str, case: Case, evaluated: Evaluated
    ) -> Mapping[Operator, Evaluated]:
        """What this backend has been seen to give at the case's point, with ``evaluated`` now."""
        key = (backend, case.problem, case.size, case.dtype, case.point)
        seen = {**(self._history.get(key) or {}), case.operator: evaluated}
        size = sum(array.nbytes for e in seen.values() for array in (*e.results, *e.seeds))
        self._history.put(key, seen, size)
        return seen


@dataclass(slots=True)
class _Trial:
    """One evaluation before the judge."""

    judge: Judge
    backend: str
    problem: Problem
    case: Case
    inputs: CaseInputs
    evaluation: Evaluation
    kind: PointKind
    standard: Standard = field(init=False)
    question: Question = field(init=False)

    def __post_init__(self) -> None:
        precision = PRECISIONS[self.case.dtype]
        dims = self.problem.size(self.case.size).dims
        self.question = Question(
            self.problem,
            self.case.operator.base,
            self.inputs.args,
            self.inputs.seeds,
            dims,
            self.kind,
            precision.unit_roundoff,
        )
        self.standard = Standard(
            precision, self.question.operations, self.judge.factor(self.backend, self.case)
        )

    def verdict(self) -> Verdict:
        """The gravest that is found, by the strongest oracle that finds it."""
        results = self.evaluation.results
        shape = self.judge.output_shape(self.problem, self.case)
        fault = structural_fault(self.problem, self.case, self.inputs.args, shape, self.evaluation)
        if fault is not None:
            return verdicts.of_structure(fault)
        if self.kind is PointKind.OUTSIDE:
            return verdicts.outside(results, self._plain_value())
        truth, reasons = self.judge.truth(self.question)
        fault = self._value_fault() or self._cut_off(truth)
        if fault is not None:
            return verdicts.of_structure(fault)
        evaluated = Evaluated(results, self.inputs.seeds)
        seen = self.judge.beside(self.backend, self.case, evaluated)
        found = [verdicts.of_breach(b, self._loss) for b in self._own_identities(truth) if b.broken]
        if truth is None:
            found += self._crossed(seen)
            found.append(verdicts.inconclusive(reasons))
        else:
            found.append(self._held_against(truth))
        return _gravest(found)

    @property
    def _loss(self) -> float:
        return self.standard.precision.accuracy_loss

    def _plain_value(self) -> np.ndarray:
        """f(x) in NumPy; NaN where it raises, as a function may outside its domain."""
        try:
            return plain_value(self.problem, self.inputs.args)
        except Exception:  # noqa: BLE001 - whatever it likes
            return np.array(np.nan)

    def _held_against(self, truth: Truth) -> Verdict:
        results = self.evaluation.results
        if truth.directions:
            truth, results = self._contracted(truth)
        verdict = verdicts.compare(truth, results, self.standard)
        descent = self.problem.descent
        if self.case.operator is Operator.DESCENT and descent is not None:
            final = float(results[0][-1])
            if not final < descent.final_loss:
                return replace(
                    verdict,
                    kind=Kind.WRONG,
                    reason=f"the last loss is {final:.6g}, not below {descent.final_loss:.6g}",
                )
        return verdict

    def _contracted(self, truth: Truth) -> tuple[Truth, tuple[np.ndarray, ...]]:
        """The results along the truth's directions; roundings of all terms count there."""
        primals = self.question.primals
        wide = [r.astype(np.longdouble) for r in self.evaluation.results]
        blocks, contracted = [], []
        for block, directions in zip(truth.blocks, truth.directions, strict=True):
            operator = self.question.operator
            contracted.append(contract(operator, wide, primals, directions))
            sizes = [tuple(np.abs(part) for part in v) for v in directions]
            terms = contract(operator, [np.abs(r) for r in wide], primals, sizes)
            blocks.append(
                replace(block, conditioning=block.conditioning + terms.astype(np.float64))
            )
        return replace(truth, blocks=tuple(blocks)), tuple(contracted)

    def _own_identities(self, truth: Truth | None) -> list[Breach]:
        """Linearity and symmetry: to rounding, or without truth to gross agreement."""
        finite = all(np.isfinite(r).all() for r in self.evaluation.results)
        if self.kind in _UNSURE_KINDS or not finite:
            return []
        unit, conditioning = self._loss, None
        if truth is not None and truth.curve_bound is None and not truth.directions:
            unit = 2 * self.standard.relative
            conditioning = [self.standard.tolerance(block) / unit for block in truth.blocks]
        results = self.evaluation.results
        breaches = (
            linearity(self.evaluation, self.inputs, unit, conditioning),
            symmetry(self.case.operator, results, unit, conditioning),
        )
        return [breach for breach in breaches if breach is not None]

    def _crossed(self, seen: Mapping[Operator, Evaluated]) -> list[Verdict]:
        """The identities between operators that this evaluation breaks."""
        finite = {op: e for op, e in seen.items() if all(np.isfinite(r).all() for r in e.results)}
        breaches = between_operators(self.case.operator, finite, self.question.primals, self._loss)
        return [verdicts.of_breach(b, self._loss) for b in breaches if b.broken]

    def _value_fault(self) -> str | None:
        """Whether differentiation changed the value by more than rounding."""
        if self.evaluation.value is None or self.evaluation.plain_value is None:
            return None
        exact = np.zeros(self.evaluation.value.shape)
        if value_fault(self.evaluation, exact) is None:
            return None
        truth, _ = self.judge.truth(replace(self.question, operator=Operator.VALUE, seeds=()))
        plain = np.abs(self.evaluation.plain_value.astype(np.float64))
        if truth is None:
            return value_fault(self.evaluation, self._loss * plain)
        # Either of the two may be off by the tolerance.
        return value_fault(self.evaluation, 2 * self.standard.tolerance(truth.blocks[0]))

    def _cut_off(self, truth: Truth | None) -> str | None:
        """Whether an argument is reported as cut off from an output that depends on it."""
        reported, argnums = self.evaluation.disconnected, self.problem.argnums
        if truth is None or truth.directions or len(truth.blocks) != len(argnums):
            return None
        for position, block in zip(argnums, truth.blocks, strict=True):
            name = self.problem.arguments[position]
            if name in reported and (np.abs(block.high) > block.bound).any():
                return f"{name} is reported as cut off from the output, which depends on it"
        return None


def _severity(verdict: Verdict) -> int:
    return _SEVERITY.index(verdict.kind) if verdict.kind in _SEVERITY else len(_SEVERITY)


def _gravest(found: Sequence[Verdict]) -> Verdict:
    """The gravest, and of equals the first: they come in the order of the oracles' strength.

    For lost accuracy the last is taken: an identity of two inexact results says less of either
    than the truth does.
    """
    gravest = max(map(_severity, found))
    equals = [verdict for verdict in found if _severity(verdict) == gravest]
    return equals[-1] if equals[0].kind is Kind.ACCURACY_LOSS else equals[0]
