"""How a compiled function is held against the function itself."""

import types
import warnings

import numpy as np
import pytest

import our_engine as oe
from our_engine.trees import leaves, structure


def assert_same(got, want):
    """The same tree of results, of the same types, bit for bit but for the sign of zero."""
    assert structure(got) == structure(want)
    for a, b in zip(leaves(got), leaves(want), strict=True):
        assert type(a) is type(b)
        assert np.shape(a) == np.shape(b)
        assert np.result_type(a) == np.result_type(b)
        np.testing.assert_array_equal(a, b)


def outcome(call, args, kwargs):
    """What a call returns, or the type and text of what it raises."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", RuntimeWarning)
        try:
            return call(*args, **kwargs), None
        except Exception as error:  # noqa: BLE001 - compared with that of the other call
            return None, (type(error), str(error))


def held_against(g, calls):
    """Compile g and hold it against g in these calls, each a tuple of arguments or has `kwargs`.

    Tells how often g was run, and the recordings.
    """
    runs = 0

    def counted(*args, **kwargs):
        nonlocal runs
        runs += 1
        return g(*args, **kwargs)

    compiled = oe.compile(counted)
    # Twice in turn: what a call did to a recording shows in the next, and in one of another branch.
    for call in (*calls, *calls):
        args, kwargs = getattr(call, "args", call), getattr(call, "kwargs", {})
        want, error = outcome(g, args, kwargs)
        before = [np.array(x, copy=True) for x in leaves(args)]
        got, raised = outcome(compiled, args, kwargs)
        assert raised == error
        if error is None:
            assert_same(got, want)
            for x, y in zip(leaves(args), before, strict=True):
                np.testing.assert_array_equal(x, y, err_msg="an argument was changed")
    return types.SimpleNamespace(runs=runs, compiled=compiled)


@pytest.fixture
def agree():
    """agree(g, calls): compiled g does as g in each of the calls."""
    return held_against
