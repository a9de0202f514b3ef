"""Functions whose result does not depend smoothly on their arguments: they see plain arrays."""

from __future__ import annotations

import numpy as np

from our_engine.primitives import constant

constant(
    np.equal,
    np.not_equal,
    np.less,
    np.less_equal,
    np.greater,
    np.greater_equal,
    np.logical_and,
    np.logical_or,
    np.logical_not,
    np.logical_xor,
    np.isnan,
    np.isinf,
    np.isfinite,
    np.signbit,
    np.isclose,
    np.allclose,
    np.array_equal,
    np.array_equiv,
    np.iscomplex,
    np.isreal,
    np.iscomplexobj,
    np.isrealobj,
    np.isneginf,
    np.isposinf,
    np.result_type,
    np.can_cast,
    np.common_type,
    np.min_scalar_type,
    np.all,
    np.any,
    np.array_repr,
    np.array_str,
    np.array2string,
    np.shares_memory,
    np.may_share_memory,
)
