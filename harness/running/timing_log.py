"""What timing writes: each record to the journal, and at once into the state that is acted on."""

from __future__ import annotations

from dataclasses import dataclass

from harness.contract import Case
from harness.running.journal import Journal
from harness.running.records import A_A, Record, SampleRecord, TimingFailureRecord
from harness.running.timing_state import TimingState

__all__ = ["TimingLog"]


@dataclass
class TimingLog:
    """Journal and state together, and the seconds that went into samples."""

    journal: Journal
    state: TimingState
    samples_s: float = 0.0

    def record(self, *records: Record) -> None:
        """Put the records on disk, with what they imply for larger sizes, and learn from them."""
        implied: list[Record] = []
        for record in records:
            if isinstance(record, TimingFailureRecord) and record.backend != A_A:
                implied += self._larger(record)
            if isinstance(record, SampleRecord):
                self.samples_s += record.wall_s
        self.journal.append(*records, *implied)
        for record in (*records, *implied):
            self.state.take(record)

    def fail(self, set_index: int, arm: str, case: Case, kind: str, reason: str) -> None:
        """The arm drops out of the case; of larger ones too, where the failure speaks of these."""
        self.record(TimingFailureRecord(arm, case.id, set_index, kind, reason))

    def _larger(self, failure: TimingFailureRecord) -> list[TimingFailureRecord]:
        case = Case.parse(failure.case)
        return [
            TimingFailureRecord(
                failure.backend,
                larger.id,
                failure.set_index,
                "smaller-failed",
                f"not tried, since {failure.case} failed ({failure.kind})",
            )
            for larger in self.state.larger(failure.backend, case, failure.kind)
        ]
