"""The built-in backends, registered through the door that anyone's plug-in uses."""

from __future__ import annotations

from harness.contract import BackendRegistrar, hookimpl


@hookimpl
def register_backends(register: BackendRegistrar) -> None:
    """Register the adapters; none is imported before its factory is called."""
