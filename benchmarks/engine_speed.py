"""Ratios of our_engine to autograd, torch eager and hand-written NumPy, from one run.

Run from the repository root: python benchmarks/engine_speed.py
The rounds are interleaved and the minimum of each is compared: a quick look, not a judgement.
"""

from __future__ import annotations

import time
import tracemalloc
from collections.abc import Callable
from typing import Any

import numpy as np

import our_engine


def best(functions: dict[str, Callable[[], Any]], rounds: int, loops: int) -> dict[str, float]:
    """The least time of one call of each, in seconds, over interleaved rounds."""
    times = dict.fromkeys(functions, float("inf"))
    for f in functions.values():
        f()
    for _ in range(rounds):
        for name, f in functions.items():
            start = time.perf_counter()
            for _ in range(loops):
                f()
            times[name] = min(times[name], (time.perf_counter() - start) / loops)
    return times


def show(title: str, times: dict[str, float], base: str, unit: float = 1e-6) -> None:
    """One line: the time of `base`, and the ratios of the others to it."""
    ratios = ", ".join(f"{k} {v / times[base]:.2f}x" for k, v in times.items() if k != base)
    print(f"{title}: {base} {times[base] / unit:.2f} us; {ratios}")  # noqa: T201


def peak(f: Callable[[], Any]) -> int:
    """Peak of traced memory in one call, in bytes."""
    f()
    tracemalloc.start()
    f()
    size = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    return size


def scalar_loop() -> None:
    """A loop of 1000 operations on scalars: multiply, add, sine."""
    import autograd
    import autograd.numpy as anp
    import torch

    def loop(sin: Any) -> Any:
        def f(x: Any) -> Any:
            y = x
            for _ in range(334):
                y = sin(y * x + 0.5)
            return y

        return f

    ours, theirs = our_engine.grad(loop(np.sin)), autograd.grad(loop(anp.sin))

    def with_torch() -> Any:
        x = torch.tensor(0.3, dtype=torch.float64, requires_grad=True)
        loop(torch.sin)(x).backward()
        return x.grad

    torch.set_num_threads(1)
    times = best(
        {"our_engine": lambda: ours(0.3), "autograd": lambda: theirs(0.3), "torch": with_torch},
        15,
        3,
    )
    show("scalar loop, per operation", {k: v / 1002 for k, v in times.items()}, "our_engine")


def perceptron(batch: int, hidden: int, n_in: int) -> None:
    """The gradient of a two-layer perceptron by both weight matrices."""
    import autograd
    import autograd.numpy as anp

    rng = np.random.default_rng(0)
    W1, W3 = rng.normal(size=(n_in, hidden)), rng.normal(size=(hidden, 1))
    x, y = rng.normal(size=(batch, n_in)), rng.normal(size=(batch, 1))

    def loss(xp: Any) -> Any:
        def f(W1: Any, W3: Any) -> Any:
            return 0.5 * xp.sum((xp.maximum(x @ W1, 0.0) @ W3 - y) ** 2)

        return f

    def hand() -> Any:
        x1 = x @ W1
        x2 = np.maximum(x1, 0.0)
        r = x2 @ W3 - y
        value = 0.5 * np.sum(r**2)
        return value, x.T @ ((r @ W3.T) * (x1 > 0)), x2.T @ r

    ours, theirs = our_engine.grad(loss(np), (0, 1)), autograd.grad(loss(anp), (0, 1))
    functions = {
        "hand": hand,
        "our_engine": lambda: ours(W1, W3),
        "autograd": lambda: theirs(W1, W3),
    }
    title = f"perceptron {batch}x{n_in}x{hidden}"
    show(title, best(functions, 20, 200 if batch < 100 else 2), "hand")
    memory(title, functions)


def chain(n: int) -> None:
    """The gradient of a chain of elementwise functions."""
    import autograd
    import autograd.numpy as anp

    x = np.random.default_rng(0).uniform(0.1, 1.0, n)

    def program(xp: Any) -> Any:
        def f(x: Any) -> Any:
            return xp.sum(xp.exp(xp.sin(x) * x) * 0.5 + xp.sqrt(x))

        return f

    def hand() -> Any:
        s = np.sin(x)
        e = np.exp(s * x)
        root = np.sqrt(x)
        value = np.sum(e * 0.5 + root)
        u = 0.5 * e
        return value, u * s + u * x * np.cos(x) + 0.5 / root

    ours, theirs = our_engine.grad(program(np)), autograd.grad(program(anp))
    functions = {"hand": hand, "our_engine": lambda: ours(x), "autograd": lambda: theirs(x)}
    show(f"chain {n}", best(functions, 15, 200 if n < 1e5 else 2), "hand")
    memory(f"chain {n}", functions)


def memory(title: str, functions: dict[str, Callable[[], Any]]) -> None:
    """Peaks, in MB."""
    peaks = ", ".join(f"{name} {peak(f) / 1e6:.2f}" for name, f in functions.items())
    print(f"{title}, peak MB: {peaks}")  # noqa: T201


if __name__ == "__main__":
    scalar_loop()
    perceptron(32, 64, 64)
    perceptron(1024, 512, 512)
    chain(10_000)
    chain(1_000_000)
