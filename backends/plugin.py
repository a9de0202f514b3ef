"""The built-in backends, registered through the door that anyone's plug-in uses."""

from __future__ import annotations

import importlib
from collections.abc import Callable
from typing import cast

from harness.contract import Backend, BackendRegistrar, hookimpl


@hookimpl
def register_backends(register: BackendRegistrar) -> None:
    """Register the adapters; none is imported before its factory is called."""
    register(
        "numpy_manual",
        _factory("numpy_manual_backend", "NumPyManualBackend"),
        summary="hand-written NumPy derivatives: the baseline",
    )
    register(
        "our_engine",
        _factory("our_engine_backend", "OurEngineBackend"),
        summary="this project's engine: plain NumPy code, forward and reverse",
    )
    register(
        "pytorch",
        _factory("pytorch_backend", "PyTorchBackend"),
        requires=("torch",),
        install="python -m pip install 'adjudge[pytorch]'",
        summary="PyTorch, eager: torch.func and torch.autograd",
    )
    register(
        "jax",
        _factory("jax_backend", "JaxBackend"),
        requires=("jax",),
        install="python -m pip install 'adjudge[jax]'",
        summary="JAX, compiled by jax.jit",
    )
    register(
        "jax-eager",
        _factory("jax_backend", "JaxEagerBackend"),
        requires=("jax",),
        install="python -m pip install 'adjudge[jax]'",
        summary="JAX without compilation",
    )
    register(
        "autograd",
        _factory("autograd_backend", "AutogradBackend"),
        requires=("autograd",),
        install="python -m pip install 'adjudge[autograd]'",
        summary="HIPS autograd: a tape over NumPy",
    )
    register(
        "finite_difference",
        _factory("finite_difference_backend", "FiniteDifferenceBackend"),
        summary="central differences: what one does without AD",
    )


def _factory(module: str, name: str) -> Callable[[], Backend]:
    """Import the adapter when it is first wanted: listing backends imports no AD library."""

    def create() -> Backend:
        adapter = getattr(importlib.import_module(f"backends.{module}"), name)
        return cast(Backend, adapter())

    return create
