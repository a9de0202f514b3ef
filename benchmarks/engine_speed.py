"""our_engine, plain and compiled, beside autograd, torch eager, jax and hand-written NumPy.

    python -m benchmarks.engine_speed             all of it, a few minutes
    python -m benchmarks.engine_speed --quick     fewer rounds, for a look
    python -m benchmarks.engine_speed perceptron  only the programs whose title has this word

Run it from the repository root. Times come from interleaved rounds on one thread; a ratio is the
median over the rounds of the two times in one round, with its quartiles. Engines that are not
installed are left out; jax is timed with jit and without. Memory is the peak that Python and NumPy
allocate in one call, and for the large programs the growth of resident memory in a process of its
own, which any library shows.
What the project wants of a ratio is printed beside it. This is a look, not a judgement: for that,
run `adjudge bench`.
"""

from __future__ import annotations

import argparse
import importlib.util
import os
import statistics
import sys
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from .measuring import allocated_peak, import_times, interleaved, ratio, resident_peak
from .programs import ENGINES, Chain, DenseChain, Perceptron, scalar_loop

Call = Callable[[], Any]
ONE_THREAD = {
    "OMP_NUM_THREADS": "1",
    "OPENBLAS_NUM_THREADS": "1",
    "MKL_NUM_THREADS": "1",
    "JAX_PLATFORMS": "cpu",
    "XLA_FLAGS": "--xla_cpu_multi_thread_eigen=false intra_op_parallelism_threads=1",
}


@dataclass(frozen=True)
class Benchmark:
    """A program, what its times are compared with, and the ratio that is wanted of our_engine."""

    title: str
    make: Callable[[str], Call]
    base: str = "hand"
    at_most: float | None = None
    operations: int = 1
    large: bool = False
    gradient: bool = True
    engines: tuple[str, ...] = ENGINES


_JACOBIAN: dict[str, Any] = {
    "gradient": False,
    "engines": ("our_engine", "our_engine compiled", "torch", "jax jit", "jax eager"),
}
BENCHMARKS = (
    Benchmark("scalar loop, for one operation", scalar_loop, "our_engine", operations=1002),
    Benchmark("perceptron 32x64x64", Perceptron(32, 64, 64), at_most=2.0),
    Benchmark("perceptron 32x10x64, the lecture's", Perceptron(32, 10, 64, True), at_most=2.0),
    Benchmark("perceptron 1024x512x512", Perceptron(1024, 512, 512), at_most=1.2, large=True),
    Benchmark("elementwise chain of 1e4", Chain(10_000), at_most=1.3),
    Benchmark("elementwise chain of 1e6", Chain(1_000_000), at_most=1.3, large=True),
    Benchmark("Jacobian of a dense chain, forward", DenseChain(256, "forward"), **_JACOBIAN),
    Benchmark("Jacobian of a dense chain, reverse", DenseChain(256, "reverse"), **_JACOBIAN),
)
LEAST_SPEED_UP = {"autograd": 10.0, "torch": 4.0}
OPERATION_AT_MOST_S = 1.2e-6
IMPORT_AT_MOST = 1.3


def main() -> None:
    """Run what was asked for, and print it."""
    parser = argparse.ArgumentParser(description="Ratios of our_engine to other engines.")
    parser.add_argument("word", nargs="?", default="", help="run what has this in its title")
    parser.add_argument("--quick", action="store_true", help="fewer rounds")
    options = parser.parse_args()
    if any(os.environ.get(name) != value for name, value in ONE_THREAD.items()):
        arguments = [sys.executable, "-m", "benchmarks.engine_speed", *sys.argv[1:]]
        os.execve(sys.executable, arguments, {**os.environ, **ONE_THREAD})
    rounds = 7 if options.quick else 25
    installed = [name for name in ENGINES if _installed(name)]
    for benchmark in BENCHMARKS:
        if options.word in benchmark.title:
            report(benchmark, installed, rounds)
    if options.word in "import":
        report_import(rounds)


def report(benchmark: Benchmark, engines: list[str], rounds: int) -> None:
    """Print the times and peaks of one program."""
    names = ["hand"] if benchmark.base == "hand" else []
    names += [name for name in benchmark.engines if name in engines]
    calls = {name: benchmark.make(name) for name in names}
    times = interleaved(calls, rounds)
    base = benchmark.base
    say(f"\n{benchmark.title}; ratios to {base}")
    for name, found in times.items():
        seconds = statistics.median(found) / benchmark.operations
        line = f"  {name:20}{seconds * 1e6:12.2f} us"
        if name != base:
            line += "{:9.2f}x   [{:.2f}, {:.2f}]".format(*ratio(times, name, base))
        say(line + _wanted(benchmark, name, times))
    if benchmark.gradient:
        _report_memory(benchmark, calls)


def _wanted(benchmark: Benchmark, name: str, times: Mapping[str, list[float]]) -> str:
    """What the project wants of this line, and whether it is so."""
    if benchmark.base == "our_engine":
        if name == "our_engine":
            found = statistics.median(times[name]) / benchmark.operations
            limit = f"{OPERATION_AT_MOST_S * 1e6:g} us"
            return _answer(found <= OPERATION_AT_MOST_S, f"at most {limit}")
        if name in LEAST_SPEED_UP:
            least = LEAST_SPEED_UP[name]
            return _answer(ratio(times, name, "our_engine")[0] >= least, f"at least {least:g}x")
        return ""
    if name.startswith("our_engine") and benchmark.at_most is not None:
        met = ratio(times, name, benchmark.base)[0] <= benchmark.at_most
        return _answer(met, f"at most {benchmark.at_most:g}x")
    return ""


def _report_memory(benchmark: Benchmark, calls: Mapping[str, Call]) -> None:
    shown = ("hand", "our_engine", "our_engine compiled", "autograd")
    traced = {n: allocated_peak(calls[n]) for n in shown if n in calls}
    line = "  peak allocated, MB: " + ", ".join(f"{n} {p / 1e6:.3f}" for n, p in traced.items())
    if "autograd" in traced:
        ours = max(traced["our_engine"], traced["our_engine compiled"])
        line += _answer(ours <= traced["autograd"], "at most autograd's")
    say(line)
    if benchmark.large:
        grown = {name: resident_peak(benchmark.make, name) for name in calls}
        found = ", ".join(f"{n} {p / 1e6:.0f}" for n, p in grown.items() if p is not None)
        say(f"  growth of resident memory, MB: {found}")


def report_import(rounds: int) -> None:
    """Print the time to import the engine beside that of NumPy, in fresh processes."""
    times = import_times(("numpy", "our_engine"), rounds)
    middle, low, high = ratio(times, "our_engine", "numpy")
    say("\nimport; ratio to NumPy's")
    say(f"  numpy               {statistics.median(times['numpy']) * 1e6:12.0f} us")
    say(
        f"  our_engine          {statistics.median(times['our_engine']) * 1e6:12.0f} us"
        f"{middle:9.2f}x   [{low:.2f}, {high:.2f}]"
        + _answer(middle <= IMPORT_AT_MOST, f"at most {IMPORT_AT_MOST:g}x")
    )


def _installed(engine: str) -> bool:
    return importlib.util.find_spec(engine.split()[0]) is not None


def _answer(met: bool, wanted: str) -> str:
    return f"   wanted: {wanted}, {'met' if met else 'MISSED'}"


def say(line: str) -> None:
    """Print at once, so that a long run shows where it is."""
    print(line, flush=True)  # noqa: T201 - it is what the command is for


if __name__ == "__main__":
    main()
