"""One evaluation before the judge: who is asked in which order, and what the answers weigh.

Structure first (exact); then identities that the evaluation fulfils or breaks by itself; then the
strongest oracle that knows the truth; then, if none does, the identities between operators, which
can convict but not acquit.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from harness.contract import Case, Evaluation, Operator, PointKind, Verdict
from harness.contract import VerdictKind as Kind
from harness.problems.inputs import CaseInputs, plain_value
from harness.verification import verdicts
from harness.verification.oracles.cross_identities import Evaluated, between_operators
from harness.verification.oracles.directions import contract
from harness.verification.oracles.identities import Breach, homogeneity, linearity, symmetry
from harness.verification.oracles.oracle import Question, Truth
from harness.verification.oracles.structure import structural_fault, value_fault
from harness.verification.tolerance import Standard
from harness.verification.truths import Answer

__all__ = ["Trial"]

_SEVERITY = (Kind.OK, Kind.CONVENTION, Kind.OUTSIDE_DOMAIN, Kind.ACCURACY_LOSS, Kind.INCONCLUSIVE)
"""From mild to grave; whatever is not listed is graver."""

_UNSURE_KINDS = (PointKind.INFINITE, PointKind.OUTSIDE)


@dataclass(frozen=True, slots=True)
class _Row:
    """Results that belong to one question, and how a person calls them; a batch has two."""

    question: Question
    results: tuple[np.ndarray, ...]
    name: str = ""


@dataclass(slots=True)
class Trial:
    """One evaluation before the judge.

    ``question`` is what the case asks, ``standard`` what its results are held to, ``shape`` and
    ``dtype`` are those of f(x). ``ask`` finds truths. ``remember`` keeps a well-formed
    evaluation, and returns what the backend has given at this point so far, by operator, this
    one among it.
    """

    case: Case
    inputs: CaseInputs
    evaluation: Evaluation
    question: Question
    standard: Standard
    shape: tuple[int, ...]
    dtype: np.dtype[Any]
    ask: Callable[[Question], Answer]
    remember: Callable[[Evaluated], Mapping[Operator, Evaluated]]

    def verdict(self) -> Verdict:
        """The gravest that is found, by the strongest oracle that finds it.

        What shares memory with a seed is noted in its details, and no fault (``structure``).
        """
        verdict = self._found()
        if not self.evaluation.seed_aliased or self.case.operator is Operator.VALUE:
            return verdict
        shared = {"shares memory": ", ".join(self.evaluation.seed_aliased)}
        return replace(verdict, details=verdict.details | shared)

    def _found(self) -> Verdict:
        results = self.evaluation.results
        fault = structural_fault(
            self.question.problem,
            self.case,
            self.inputs.args,
            self.shape,
            self.evaluation,
            self.dtype,
        )
        if fault is not None:
            return verdicts.of_structure(fault)
        if self.question.kind is PointKind.OUTSIDE:
            plain = self._plain_value()
            digits = self._loss * np.abs(np.where(np.isfinite(plain), plain, 0.0))
            if (fault := value_fault(self.evaluation, digits)) is not None:
                return verdicts.of_structure(fault)
            return verdicts.outside(self.case.operator, results, plain)
        answers = [(row, *self.ask(row.question)) for row in self._rows()]
        truth = answers[0][1]
        fault = self._value_fault() or self._cut_off(truth)
        if fault is not None:
            return verdicts.of_structure(fault)
        seen = self.remember(Evaluated(results, self.inputs.seeds, self.evaluation.probe))
        found = [verdicts.of_breach(b, self._loss) for b in self._own_identities(truth) if b.broken]
        if any(known is None for _, known, _ in answers):
            found += self._crossed(seen)
        found.append(
            _graver_row(
                (row.name, verdicts.inconclusive(why) if known is None else self._held(row, known))
                for row, known, why in answers
            )
        )
        return _gravest(found)

    def _rows(self) -> list[_Row]:
        """The results by the question that they answer: the two rows of a batch, or all of them."""
        results, question = self.evaluation.results, self.question
        if not self.case.operator.batched:
            return [_Row(question, results)]
        second = replace(question, seeds=self.inputs.probe_seeds)
        return [
            _Row(question, tuple(r[0] for r in results), "the first row"),
            _Row(second, tuple(r[1] for r in results), "the second row"),
        ]

    @property
    def _loss(self) -> float:
        return self.standard.precision.accuracy_loss

    def _plain_value(self) -> np.ndarray:
        """f(x) in NumPy; NaN where it raises, as a function may outside its domain."""
        try:
            return plain_value(self.question.problem, self.inputs.args)
        except Exception:  # noqa: BLE001 - whatever it likes
            return np.array(np.nan)

    def _held(self, row: _Row, truth: Truth) -> Verdict:
        results = row.results
        if truth.directions:
            truth, results = self._contracted(truth, results)
        verdict = verdicts.compare(truth, results, self.standard)
        if verdict.kind not in (Kind.OK, Kind.CONVENTION) and self._on_the_far_side:
            verdict = verdicts.beyond_the_border(verdict, truth, results, self.standard)
        descent = self.question.problem.descent
        if self.case.operator is Operator.DESCENT and descent is not None:
            final = float(results[0][-1])
            if not final < descent.final_loss:
                return replace(
                    verdict,
                    kind=Kind.WRONG,
                    reason=f"the last loss is {final:.6g}, not below {descent.final_loss:.6g}",
                )
        return verdict

    @property
    def _on_the_far_side(self) -> bool:
        """Whether the border of a domain is met at -0: with the sign of what is outside."""
        return self.question.kind is PointKind.INFINITE and any(
            ((x == 0) & np.signbit(x)).any() for x in self.question.primals
        )

    def _contracted(
        self, truth: Truth, results: tuple[np.ndarray, ...]
    ) -> tuple[Truth, tuple[np.ndarray, ...]]:
        """The results along the truth's directions; roundings of all terms count there."""
        primals = self.question.primals
        wide = [r.astype(np.longdouble) for r in results]
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
        """Linearity or homogeneity, and symmetry: to rounding, or without truth to gross agreement.

        The rows of a batch are no less linear, but are held against their truths one by one.
        """
        finite = all(np.isfinite(r).all() for r in self.evaluation.results)
        if self.question.kind in _UNSURE_KINDS or not finite:
            return []
        unit, conditioning = self._loss, None
        if truth is not None and truth.curve_bound is None and not truth.directions:
            unit = 2 * self.standard.relative
            conditioning = [self.standard.tolerance(block) / unit for block in truth.blocks]
        given, operator = self.evaluation, self.case.operator
        terms = (unit, conditioning, self.standard.precision.smallest_normal)
        if operator.base is Operator.THIRD:
            breach = homogeneity(given, *terms)
        elif operator.base is Operator.HESSIAN:
            breach = symmetry(operator, given.results, *terms)
        else:
            breach = linearity(given, self.inputs, *terms)
        return [] if breach is None else [breach]

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
        truth, _ = self.ask(replace(self.question, operator=Operator.VALUE, seeds=()))
        plain = np.abs(self.evaluation.plain_value.astype(np.float64))
        if truth is None:
            return value_fault(self.evaluation, self._loss * plain)
        # Either of the two may be off by the tolerance.
        return value_fault(self.evaluation, 2 * self.standard.tolerance(truth.blocks[0]))

    def _cut_off(self, truth: Truth | None) -> str | None:
        """Whether an argument is reported as cut off from an output that depends on it."""
        problem = self.question.problem
        reported, argnums = self.evaluation.disconnected, problem.argnums
        if truth is None or truth.directions or len(truth.blocks) != len(argnums):
            return None
        for position, block in zip(argnums, truth.blocks, strict=True):
            name = problem.arguments[position]
            if name in reported and (np.abs(block.high) > block.bound).any():
                return f"{name} is reported as cut off from the output, which depends on it"
        return None


def _graver_row(rows: Iterable[tuple[str, Verdict]]) -> Verdict:
    """The verdict on the worse row, which it names; of one row without a name, its own."""
    name, verdict = max(rows, key=lambda row: (_severity(row[1]), _excess(row[1])))
    return replace(verdict, reason=f"{name}: {verdict.reason}") if name else verdict


def _excess(verdict: Verdict) -> float:
    """The error over its tolerance; 0 where there is none."""
    return 0.0 if np.isnan(verdict.error_over_tolerance) else verdict.error_over_tolerance


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
