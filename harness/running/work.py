"""Work: the cases of one backend, dealt out to its workers point by point."""

from __future__ import annotations

from collections import deque
from collections.abc import Hashable, Sequence
from itertools import groupby

from harness.contract import Case

__all__ = ["Work"]

Bundle = tuple[Case, ...]


class Work:
    """What is left of a backend's cases, in bundles: all operators at one point of a problem.

    A worker keeps to one problem until it is done, for what was compiled serves all its points;
    when no new problem is left, it takes from the end of another worker's.
    """

    def __init__(self, cases: Sequence[Case]) -> None:
        """All of ``cases``: problems in the order of their first case, and so are their points."""
        problems: dict[str, dict[Hashable, list[Case]]] = {}
        for case in cases:
            points = problems.setdefault(case.problem, {})
            points.setdefault((case.size, case.dtype, case.point), []).append(case)
        self._fresh = deque(
            deque(tuple(bundle) for bundle in points.values()) for points in problems.values()
        )
        self._begun: dict[int, deque[Bundle]] = {}
        self.left = len(cases)
        """How many cases nobody has taken yet."""

    def take(self, worker: int) -> Bundle:
        """The next cases for ``worker``, a number of its own; none when all are taken."""
        own = self._begun.setdefault(worker, deque())
        if not own and self._fresh:
            own = self._begun[worker] = self._fresh.popleft()
        if own:
            bundle = own.popleft()
        else:
            longest = max(self._begun.values(), key=len)
            bundle = longest.pop() if longest else ()
        self.left -= len(bundle)
        return bundle

    def give_back(self, cases: Sequence[Case]) -> None:
        """Let somebody else take ``cases``, which were taken and not answered."""
        for _, problem in groupby(cases, key=lambda case: case.problem):
            self._fresh.appendleft(deque([tuple(problem)]))
        self.left += len(cases)
