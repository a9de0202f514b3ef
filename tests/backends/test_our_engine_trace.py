"""The engine's adapter shows the lecture's tables of the harness's own problems."""

import math

import numpy as np
import pytest

from backends.our_engine_backend import OurEngineBackend
from harness.contract import Case, Operator
from harness.problems.inputs import case_inputs
from harness.problems.log_sqrt import LOG_SQRT
from harness.problems.perceptron import PERCEPTRON


@pytest.mark.parametrize("mode", ["forward", "reverse"])
def test_log_sqrt_has_the_slides_rows(mode):
    trace = OurEngineBackend().trace(LOG_SQRT, (np.array(math.e), np.array(4.0)), mode)
    text = trace.text()
    for row in ("x_3 = log x_1", "x_4 = x_2 x_3", "x_5 = sqrt x_4", "x_6 = x_4 + x_5"):
        assert row in text
    for derivative in ("∂x_6/∂x_1", "∂x_6/∂x_2"):
        assert derivative in text
    assert ("ẋ_6 = 1.8394" in text) == (mode == "forward")
    assert ("x̄_1 = 1.8394" in text) == (mode == "reverse")


def test_the_perceptron_s_constants_have_the_problem_s_names():
    case = Case(PERCEPTRON.name, Operator.VALUE, "batch=1,hidden=16", "float64", "generic-1")
    args = case_inputs(PERCEPTRON, case).args
    trace = OurEngineBackend().trace(PERCEPTRON, args, "reverse")
    text = trace.text()
    assert "∂x_1/∂W_1 = I_16 ⊗ xᵀ, shape (16, 160), 160 nonzeros; never formed" in text
    assert "x_4 = x_3 - y" in text
    for shown in (trace.latex(), trace.html(), trace.svg()):
        assert shown
