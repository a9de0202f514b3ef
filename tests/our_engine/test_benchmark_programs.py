"""What the benchmark compares computes the same: by hand, and with every engine installed."""

import importlib.util

import numpy as np
import pytest

from benchmarks.programs import ENGINES, Chain, DenseChain, Perceptron, scalar_loop

GRADIENTS = {
    "scalar loop": scalar_loop,
    "perceptron": Perceptron(5, 3, 4),
    "perceptron, the lecture's": Perceptron(5, 3, 4, True),
    "chain": Chain(7),
}


def arrays(result):
    result = result if isinstance(result, (tuple, list)) else (result,)
    found = [np.asarray(x) for x in result]
    # By hand, some give the value first.
    return [x for i, x in enumerate(found) if i or x.ndim or len(found) == 1]


def engines():
    return [name for name in ENGINES if importlib.util.find_spec(name.split()[0])]


@pytest.mark.parametrize("name", GRADIENTS)
def test_gradients_agree(name):
    make = GRADIENTS[name]
    want = arrays(make("our_engine")())
    others = [e for e in engines() if e not in ("our_engine", "jax eager")]
    if name != "scalar loop":
        others.append("hand")
    for other in others:
        for got, expected in zip(arrays(make(other)()), want, strict=True):
            np.testing.assert_allclose(got, expected, rtol=1e-12, err_msg=other)


@pytest.mark.parametrize("mode", ["forward", "reverse"])
def test_jacobians_agree(mode):
    make = DenseChain(4, mode)
    want = make("hand")()
    for name in engines():
        if name != "autograd":
            np.testing.assert_allclose(np.asarray(make(name)()), want, rtol=1e-11, err_msg=name)
