"""Jacobians of chains by sweeps and in the cheapest bracketing; sparse ones by colouring.

On a small chain the time of recording it, which all modes share, hides a part of the ratio; what is
compiled is recorded before the clock starts.

Run from the repository root: python benchmarks/accumulating_jacobians.py
The rounds are interleaved and the minimum of each is compared: a quick look, not a judgement.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from itertools import pairwise
from typing import Any

import numpy as np

import our_engine
from our_engine.accumulation import forward_bracketing, reverse_bracketing
from our_engine.accumulation.chain import Chain
from our_engine.program import Program

SIZES = (200, 400, 4, 400, 4, 400, 200)
OPTIMAL = "optimal"


def chain(sizes: tuple[int, ...], activation: Callable[[Any], Any] | None) -> None:
    """One chain with bottlenecks: the counts and the times, also of sweeps one after the other."""
    rng = np.random.default_rng(0)
    weights = [rng.normal(size=(m, n)) / np.sqrt(n) for n, m in pairwise(sizes)]
    for W in weights:
        # Recording, which all modes share, copies what the program could change.
        W.flags.writeable = False
    x = rng.normal(size=sizes[0])

    def f(x: Any) -> Any:
        for W in weights:
            x = W @ x if activation is None else activation(W @ x)
        return x

    def one_by_one(x: Any) -> Any:
        linear = our_engine.linearize(f, x)[1]
        return np.stack([linear(e) for e in np.eye(len(x))], axis=1)

    recorded = Chain(Program("benchmark", f, [x], lambda xs: f(xs[0])))
    forward = forward_bracketing(recorded.sizes, recorded.factors).multiplications
    reverse = reverse_bracketing(recorded.sizes, recorded.factors).multiplications
    optimal = recorded.optimal().multiplications
    stacked: dict[str, tuple[Callable[[Any], Any], int]] = {
        "forward, sweeps stacked": (our_engine.jacobian(f, mode="forward"), forward),
        "reverse, sweeps stacked": (our_engine.jacobian(f, mode="reverse"), reverse),
        OPTIMAL: (our_engine.jacobian(f, mode="optimal"), optimal),
    }
    kind = "linear" if activation is None else activation.__name__
    print(f"chain {'-'.join(map(str, sizes))}, {kind}: {recorded.optimal()}")  # noqa: T201
    compare({"forward, a sweep for each input": (one_by_one, forward), **stacked}, x)
    print(" compiled:")  # noqa: T201
    compare({name: (our_engine.compile(f), n) for name, (f, n) in stacked.items()}, x)


def compare(arms: dict[str, tuple[Callable[[Any], Any], int]], x: Any) -> None:
    """Times and counts of multiplications, over those of the optimal bracketing."""
    times = dict.fromkeys(arms, float("inf"))
    for _ in range(25):
        for name, (jacobian, _) in arms.items():
            start = time.perf_counter()
            jacobian(x)
            times[name] = min(times[name], time.perf_counter() - start)
    for name, (_, count) in arms.items():
        print(  # noqa: T201
            f"  {name}: {count} multiplications ({count / arms[OPTIMAL][1]:.1f}x), "
            f"{times[name] * 1e3:.2f} ms ({times[name] / times[OPTIMAL]:.1f}x)"
        )


def brusselator(z: Any) -> Any:
    """The one-dimensional Brusselator: u and v at n points each, A = 1, B = 3."""
    n = z.shape[0] // 2
    u, v = z[:n], z[n:]
    rate = (n + 1) ** 2 / 50.0

    def diffusion(w: Any, end: float) -> Any:
        padded = np.concatenate([np.array([end]), w, np.array([end])])
        return rate * (padded[:-2] - 2.0 * w + padded[2:])

    u_dot = 1.0 + u**2 * v - 4.0 * u + diffusion(u, 1.0)
    return np.concatenate([u_dot, 3.0 * u - u**2 * v + diffusion(v, 3.0)])


def rosenbrock(x: Any) -> Any:
    """The chained Rosenbrock function, with a tridiagonal Hessian."""
    return np.sum(100.0 * (x[1:] - x[:-1] ** 2) ** 2 + (1.0 - x[:-1]) ** 2)


def sparse(name: str, by_colours: Any, by_sweeps: Any, x: Any) -> None:
    """The count of sweeps, and the times of the triplets and of the dense derivative."""
    found = by_colours(x)
    times = []
    for f, rounds in ((by_colours, 5), (by_sweeps, 2)):
        least = float("inf")
        for _ in range(rounds):
            start = time.perf_counter()
            f(x)
            least = min(least, time.perf_counter() - start)
        times.append(least)
    print(  # noqa: T201
        f"{name}: {found.sweeps} sweeps ({found.direction}) for {len(found.values)} entries, "
        f"{times[0] * 1e3:.1f} ms; {len(x)} sweeps {times[1] * 1e3:.1f} ms"
    )


if __name__ == "__main__":
    chain(SIZES, None)
    chain(SIZES, np.tanh)
    chain(tuple(4 * n for n in SIZES), None)
    sparse(
        "Brusselator of size 1000",
        our_engine.sparse_jacobian(brusselator),
        our_engine.jacobian(brusselator),
        np.random.default_rng(0).uniform(0.5, 2.0, 1000),
    )
    sparse(
        "Rosenbrock of size 1000",
        our_engine.sparse_hessian(rosenbrock),
        our_engine.hessian(rosenbrock),
        np.random.default_rng(1).uniform(-1.5, 1.5, 1000),
    )
