"""The reference before the judge, on the whole catalogue, with a process for each core."""

from __future__ import annotations

import multiprocessing
import os
import sys
import time
from concurrent.futures import ProcessPoolExecutor, as_completed
from fnmatch import fnmatchcase

from harness.problems.catalogue import problems

from .judging import HARMLESS, Tally, of_problem


def main(patterns: list[str]) -> int:
    """Print the count of each verdict, and the alarms; 1 where there are any."""
    names = [p.name for p in problems() if any(fnmatchcase(p.name, q) for q in patterns or ["*"])]
    total, began = Tally(), time.perf_counter()
    context = multiprocessing.get_context("spawn")
    with ProcessPoolExecutor(os.cpu_count(), mp_context=context) as pool:
        running = {pool.submit(of_problem, name): name for name in names}
        for done, future in enumerate(as_completed(running), 1):
            tally = future.result()
            if sys.stderr.isatty():  # progress, for a person
                print(f"\r{done} of {len(names)} problems", end="", file=sys.stderr)
            total.kinds += tally.kinds
            total.reasons += tally.reasons
            for case, verdict in tally.alarms:
                print(f"{case}: {verdict.kind} by {verdict.oracle}: {verdict.reason}", flush=True)
    for kind, count in total.kinds.most_common():
        print(f"{count:6} {kind}")
    for reason, count in total.reasons.most_common():
        print(f"{count:6} unsupported: {reason}")
    seconds = time.perf_counter() - began
    print(f"{total.kinds.total()} cases of {len(names)} problems in {seconds:.0f} s")
    return int(not HARMLESS.issuperset(total.kinds))


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
