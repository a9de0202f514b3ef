"""JAX's spelling, compiled and not: ``jax.numpy`` has the standard's names."""

from __future__ import annotations

from dataclasses import replace

from backends.dialects.words import under
from harness.contract import Dialect, Operator
from harness.contract.namespace import SPECIAL

__all__ = ["JAX", "JAX_EAGER"]


def _hessian(outer: str, inner: str) -> str:
    return f"jax.{outer}(jax.{inner}({{f}}, {{argnums}}), {{argnums}})({{xs}})"


JAX_EAGER = Dialect(
    setup="import jax, jax.numpy as jnp; jax.config.update('jax_enable_x64', True)",
    names={
        **under("jnp"),
        **{f"special.{name}": f"jax.scipy.special.{name}" for name in SPECIAL},
        "special.j0": "lambda x: jax.scipy.special.bessel_jn(x, v=0)[0]",
        "special.j1": "lambda x: jax.scipy.special.bessel_jn(x, v=1)[1]",
        "special.jn": "lambda n, x: jax.scipy.special.bessel_jn(x, v=n)[n]",
        "special.log_expit": "jax.nn.log_sigmoid",
        "special.sinc": "jnp.sinc",
        "linalg.expm": "jax.scipy.linalg.expm",
        "linalg.solve_triangular": "jax.scipy.linalg.solve_triangular",
    },
    imports={
        "jax.scipy.special": "import jax.scipy.special",
        "jax.scipy.linalg": "import jax.scipy.linalg",
    },
    array="jnp.array({values}, dtype=jnp.{dtype})",
    jvp="jax.jvp({f}, {primals}, {tangents})[1]",
    vjp="jax.vjp({f}, {xs})[1]({cotangent}){only}",
    grad="jax.grad({f}, {argnums})",
    native={
        Operator.JACOBIAN: "jax.jacrev({f}, {argnums})({xs})",
        Operator.JACOBIAN_FORWARD: "jax.jacfwd({f}, {argnums})({xs})",
        Operator.JACOBIAN_REVERSE: "jax.jacrev({f}, {argnums})({xs})",
        Operator.HVP: "jax.jvp(jax.grad({f}, {argnums}), {primals}, {tangents})[1]",
        Operator.HVP_FORWARD_OVER_FORWARD: (
            "jax.jacfwd(lambda {xs}: jax.jvp({f}, {primals}, {tangents})[1], {argnums})({xs})"
        ),
        Operator.HESSIAN: _hessian("jacfwd", "jacrev"),
        Operator.HESSIAN_FORWARD_OVER_REVERSE: _hessian("jacfwd", "jacrev"),
        Operator.HESSIAN_REVERSE_OVER_FORWARD: _hessian("jacrev", "jacfwd"),
        Operator.HESSIAN_REVERSE_OVER_REVERSE: _hessian("jacrev", "jacrev"),
        Operator.HESSIAN_FORWARD_OVER_FORWARD: _hessian("jacfwd", "jacfwd"),
    },
    vmap="jax.vmap({f})",
)

JAX = replace(JAX_EAGER, call="jax.jit(lambda {operands}: {expression})({operands})")
