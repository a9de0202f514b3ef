"""The programs that are timed: each for hand-written NumPy and for every engine, by name."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

import our_engine

Call = Callable[[], Any]
ENGINES = ("our_engine", "our_engine compiled", "autograd", "torch", "jax jit", "jax eager")


def _torch() -> Any:
    import torch

    torch.set_num_threads(1)
    return torch


def _jax() -> Any:
    import jax

    jax.config.update("jax_enable_x64", True)
    return jax


def _perhaps_compiled(name: str, ours: Callable[..., Any]) -> Callable[..., Any]:
    return our_engine.compile(ours) if name == "our_engine compiled" else ours


def gradient_call(name: str, program: Callable[[Any], Any], args: tuple[Any, ...]) -> Call:
    """A call of the gradient of `program(xp)`, by all of `args`, with the engine `name`."""
    numbers = tuple(range(len(args)))
    if name.startswith("our_engine"):
        ours = _perhaps_compiled(name, our_engine.grad(program(np), numbers))
        return lambda: ours(*args)
    if name == "autograd":
        import autograd
        import autograd.numpy as anp

        theirs = autograd.grad(program(anp), numbers)
        return lambda: theirs(*args)
    if name == "torch":
        torch = _torch()
        f = program(torch)

        def with_torch() -> Any:
            leaves = [torch.tensor(x, dtype=torch.float64, requires_grad=True) for x in args]
            f(*leaves).backward()
            return [x.grad for x in leaves]

        return with_torch
    jax = _jax()
    gradient = jax.grad(program(jax.numpy), numbers)
    if name == "jax jit":
        gradient = jax.jit(gradient)
    arrays = tuple(jax.numpy.asarray(x, "float64") for x in args)
    return lambda: jax.block_until_ready(gradient(*arrays))


def scalar_loop(name: str) -> Call:
    """1002 operations on scalars: multiply, add, sine."""

    def program(xp: Any) -> Any:
        def f(x: Any) -> Any:
            y = x
            for _ in range(334):
                y = xp.sin(y * x + 0.5)
            return y

        return f

    return gradient_call(name, program, (0.3,))


class Perceptron:
    """½ sum (max(X W_1, 0) W_3 - y)² by both weights; or as the lecture writes it, by columns."""

    def __init__(self, batch: int, n_in: int, hidden: int, lecture: bool = False) -> None:
        """Random data and weights of these sizes."""
        rng = np.random.default_rng(0)
        self.lecture = lecture
        self.X, self.y = rng.normal(size=(batch, n_in)), rng.normal(size=(batch, 1))
        self.weights: tuple[Any, ...] = (
            rng.normal(size=(n_in, hidden)),
            rng.normal(size=(hidden, 1)),
        )
        if lecture:
            self.X, self.y = np.ascontiguousarray(self.X.T), np.ascontiguousarray(self.y.T)
            self.weights = tuple(np.ascontiguousarray(W.T) for W in self.weights)

    def __call__(self, name: str) -> Call:
        """The gradient with the engine `name`, or by hand."""
        X, y, weights = self.X, self.y, self.weights
        if name == "hand":
            return lambda: self._by_lecture(*weights) if self.lecture else self._by_rows(*weights)
        if name == "torch":
            X, y = (_torch().tensor(v) for v in (X, y))
        elif name.startswith("jax"):
            X, y = (_jax().numpy.asarray(v) for v in (X, y))

        def rows(xp: Any) -> Any:
            def loss(W_1: Any, W_3: Any) -> Any:
                x_1 = X @ W_1
                x_2 = xp.clamp(x_1, min=0.0) if name == "torch" else xp.maximum(x_1, 0.0)
                return 0.5 * xp.sum((x_2 @ W_3 - y) ** 2)

            return loss

        def columns(xp: Any) -> Any:
            def loss(W_1: Any, W_3: Any) -> Any:
                x_1 = xp.matmul(W_1, X)
                r = xp.matmul(W_3, xp.where(x_1 > 0, x_1, 0)) - y
                return xp.sum(r * r) / (2 * X.shape[1])

            return loss

        return gradient_call(name, columns if self.lecture else rows, weights)

    def _by_rows(self, W_1: Any, W_3: Any) -> Any:
        x_1 = self.X @ W_1
        x_2 = np.maximum(x_1, 0.0)
        r = x_2 @ W_3 - self.y
        value = 0.5 * np.sum(r**2)
        return value, self.X.T @ ((r @ W_3.T) * (x_1 > 0)), x_2.T @ r

    def _by_lecture(self, W_1: Any, W_3: Any) -> Any:
        x_1 = np.matmul(W_1, self.X)
        slopes = np.where(x_1 > 0, 1, 0)
        x_2 = slopes * x_1
        r = np.matmul(W_3, x_2) - self.y
        x_1_bar = slopes * (W_3.T * r)
        batch = self.X.shape[1]
        return np.matmul(x_1_bar, self.X.T) / batch, np.matmul(r, x_2.T) / batch


class Chain:
    """sum exp(x sin x) / 2 + sqrt x, of n numbers."""

    def __init__(self, n: int) -> None:
        """Random numbers where all is smooth."""
        self.x = np.random.default_rng(0).uniform(0.1, 1.0, n)

    def __call__(self, name: str) -> Call:
        """The gradient with the engine `name`, or by hand."""

        def program(xp: Any) -> Any:
            return lambda x: xp.sum(xp.exp(xp.sin(x) * x) * 0.5 + xp.sqrt(x))

        return self._by_hand if name == "hand" else gradient_call(name, program, (self.x,))

    def _by_hand(self) -> Any:
        x = self.x
        s = np.sin(x)
        e = np.exp(s * x)
        root = np.sqrt(x)
        value = np.sum(e * 0.5 + root)
        u = 0.5 * e
        return value, u * s + u * x * np.cos(x) + 0.5 / root


class DenseChain:
    """The Jacobian of x -> tanh(W_4 ... tanh(W_1 x)), all of size n, forward or in reverse."""

    def __init__(self, n: int, mode: str) -> None:
        """Random weights, of a scale that saturates no tanh."""
        rng = np.random.default_rng(0)
        self.x = rng.normal(size=n)
        self.weights = [rng.normal(size=(n, n)) / np.sqrt(n) for _ in range(4)]
        self.mode = mode

    def __call__(self, name: str) -> Call:
        """The Jacobian with the engine `name`, or by hand."""
        if name == "hand":
            return self._by_hand
        forward = self.mode == "forward"
        if name.startswith("our_engine"):
            jacobian = our_engine.jacobian(self._program(np, self.weights), mode=self.mode)
            ours = _perhaps_compiled(name, jacobian)
            return lambda: ours(self.x)
        if name == "torch":
            torch = _torch()
            f = self._program(torch, [torch.tensor(W) for W in self.weights])
            theirs = (torch.func.jacfwd if forward else torch.func.jacrev)(f)
            x = torch.tensor(self.x)
            return lambda: theirs(x)
        jax = _jax()
        f = self._program(jax.numpy, [jax.numpy.asarray(W) for W in self.weights])
        jacobian = (jax.jacfwd if forward else jax.jacrev)(f)
        if name == "jax jit":
            jacobian = jax.jit(jacobian)
        x = jax.numpy.asarray(self.x)
        return lambda: jax.block_until_ready(jacobian(x))

    @staticmethod
    def _program(xp: Any, weights: list[Any]) -> Any:
        def f(x: Any) -> Any:
            for W in weights:
                x = xp.tanh(xp.matmul(W, x))
            return x

        return f

    def _by_hand(self) -> Any:
        x, product = self.x, None
        for W in self.weights:
            x = np.tanh(W @ x)
            J = (1 - x * x)[:, None] * W
            product = J if product is None else J @ product
        return product
