"""The built-in backends, registered through the door that anyone's plug-in uses."""

from __future__ import annotations

import importlib
from collections.abc import Callable
from pathlib import Path
from typing import cast

from backends.asked import asked_of_compiled, asked_of_eager, not_of_the_catalogue
from backends.dialects.autograd import AUTOGRAD
from backends.dialects.jax import JAX, JAX_EAGER
from backends.dialects.our_engine import OUR_ENGINE, OUR_ENGINE_COMPILED
from backends.dialects.pytorch import PYTORCH, PYTORCH_AUTOGRAD
from harness.contract import Backend, BackendRegistrar, hookimpl

_KNOWN = Path(__file__).with_name("known")
"""The ledgers; numpy_manual has none, because no divergence of it is accepted."""


@hookimpl
def register_backends(register: BackendRegistrar) -> None:
    """Register the adapters; none is imported before its factory is called."""
    register(
        "numpy_manual",
        _factory("numpy_manual_backend", "NumPyManualBackend"),
        summary="hand-written NumPy derivatives: the baseline",
        asked=not_of_the_catalogue,
    )
    register(
        "our_engine",
        _factory("our_engine_backend", "OurEngineBackend"),
        summary="this project's engine: plain NumPy code, forward and reverse",
        ledger=_KNOWN / "our_engine.toml",
        dialect=OUR_ENGINE,
    )
    register(
        "our_engine-compiled",
        _factory("our_engine_backend", "CompiledOurEngineBackend"),
        summary="this project's engine, through our_engine.compile",
        ledger=_KNOWN / "our_engine-compiled.toml",
        dialect=OUR_ENGINE_COMPILED,
    )
    register(
        "pytorch",
        _factory("pytorch_backend", "PyTorchBackend"),
        requires=("torch",),
        install="python -m pip install 'adjudge[pytorch]'",
        summary="PyTorch, eager: torch.func and torch.autograd",
        ledger=_KNOWN / "pytorch.toml",
        dialect=PYTORCH,
    )
    register(
        "pytorch-autograd",
        _factory("pytorch_autograd_backend", "PyTorchAutogradBackend"),
        requires=("torch",),
        install="python -m pip install 'adjudge[pytorch]'",
        summary="PyTorch, eager: torch.autograd.grad with create_graph, reverse mode alone",
        ledger=_KNOWN / "pytorch_autograd.toml",
        dialect=PYTORCH_AUTOGRAD,
    )
    register(
        "jax",
        _factory("jax_backend", "JaxBackend"),
        requires=("jax",),
        install="python -m pip install 'adjudge[jax]'",
        summary="JAX, compiled by jax.jit",
        asked=asked_of_compiled,
        ledger=_KNOWN / "jax.toml",
        dialect=JAX,
    )
    register(
        "jax-eager",
        _factory("jax_backend", "JaxEagerBackend"),
        requires=("jax",),
        install="python -m pip install 'adjudge[jax]'",
        summary="JAX without compilation",
        asked_at=asked_of_eager,
        ledger=_KNOWN / "jax-eager.toml",
        dialect=JAX_EAGER,
        timed_on_demand=True,
    )
    register(
        "autograd",
        _factory("autograd_backend", "AutogradBackend"),
        requires=("autograd",),
        install="python -m pip install 'adjudge[autograd]'",
        summary="HIPS autograd: a tape over NumPy",
        ledger=_KNOWN / "autograd.toml",
        dialect=AUTOGRAD,
    )
    register(
        "finite_difference",
        _factory("finite_difference_backend", "FiniteDifferenceBackend"),
        summary="central differences: what one does without AD",
        asked=not_of_the_catalogue,
        ledger=_KNOWN / "finite_difference.toml",
    )


def _factory(module: str, name: str) -> Callable[[], Backend]:
    """Import the adapter when it is first wanted: listing backends imports no AD library."""

    def create() -> Backend:
        adapter = getattr(importlib.import_module(f"backends.{module}"), name)
        return cast(Backend, adapter())

    return create
