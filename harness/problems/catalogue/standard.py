"""The functions of the Python array API standard 2024.12, and which of them have no derivative.

Source: https://data-apis.org/array-api/2024.12/API_specification, all of its sections that list
functions, and the extensions ``linalg`` and ``fft``. The operators and attributes of an array and
the inspection functions of ``__array_namespace_info__`` are no functions of a namespace, and are
not listed.
"""

from __future__ import annotations

import functools
from dataclasses import dataclass

__all__ = ["NO_DERIVATIVE", "UNTRIED_KEYWORDS", "Signature", "standard"]


@dataclass(frozen=True, slots=True)
class Signature:
    """A function of the standard: its dotted name, its section, and what it takes.

    ``operands`` are the parameters that a call must give by position, ``keywords`` those that it
    can give by name; a leading star stands for any number of arrays.
    """

    name: str
    section: str
    operands: tuple[str, ...]
    keywords: tuple[str, ...]

    @property
    def group(self) -> str:
        """The catalogue's group of its entries: ``array_api``, ``linalg`` or ``fft``."""
        return self.name.partition(".")[0] if "." in self.name else "array_api"


# What stands before the slash is given by position alone.
_SECTIONS: dict[str, str] = {
    "creation functions": """
        arange start / stop step dtype device
        asarray obj / dtype device copy
        empty shape / dtype device
        empty_like x / dtype device
        eye n_rows n_cols / k dtype device
        from_dlpack x / device copy
        full shape fill_value / dtype device
        full_like x fill_value / dtype device
        linspace start stop num / dtype device endpoint
        meshgrid *arrays / indexing
        ones shape / dtype device
        ones_like x / dtype device
        tril x / k
        triu x / k
        zeros shape / dtype device
        zeros_like x / dtype device
    """,
    "data type functions": """
        astype x dtype / copy device
        can_cast from_ to /
        finfo type /
        iinfo type /
        isdtype dtype kind /
        result_type *arrays_and_dtypes /
    """,
    "element-wise functions": """
        abs x /
        acos x /
        acosh x /
        add x1 x2 /
        asin x /
        asinh x /
        atan x /
        atan2 x1 x2 /
        atanh x /
        bitwise_and x1 x2 /
        bitwise_left_shift x1 x2 /
        bitwise_invert x /
        bitwise_or x1 x2 /
        bitwise_right_shift x1 x2 /
        bitwise_xor x1 x2 /
        ceil x /
        clip x / min max
        conj x /
        copysign x1 x2 /
        cos x /
        cosh x /
        divide x1 x2 /
        equal x1 x2 /
        exp x /
        expm1 x /
        floor x /
        floor_divide x1 x2 /
        greater x1 x2 /
        greater_equal x1 x2 /
        hypot x1 x2 /
        imag x /
        isfinite x /
        isinf x /
        isnan x /
        less x1 x2 /
        less_equal x1 x2 /
        log x /
        log1p x /
        log2 x /
        log10 x /
        logaddexp x1 x2 /
        logical_and x1 x2 /
        logical_not x /
        logical_or x1 x2 /
        logical_xor x1 x2 /
        maximum x1 x2 /
        minimum x1 x2 /
        multiply x1 x2 /
        negative x /
        nextafter x1 x2 /
        not_equal x1 x2 /
        positive x /
        pow x1 x2 /
        real x /
        reciprocal x /
        remainder x1 x2 /
        round x /
        sign x /
        signbit x /
        sin x /
        sinh x /
        square x /
        sqrt x /
        subtract x1 x2 /
        tan x /
        tanh x /
        trunc x /
    """,
    "indexing functions": """
        take x indices / axis
        take_along_axis x indices / axis
    """,
    "linear algebra functions": """
        matmul x1 x2 /
        matrix_transpose x /
        tensordot x1 x2 / axes
        vecdot x1 x2 / axis
    """,
    "manipulation functions": """
        broadcast_arrays *arrays /
        broadcast_to x shape /
        concat arrays / axis
        expand_dims x / axis
        flip x / axis
        moveaxis x source destination /
        permute_dims x axes /
        repeat x repeats / axis
        reshape x shape / copy
        roll x shift / axis
        squeeze x axis /
        stack arrays / axis
        tile x repetitions /
        unstack x / axis
    """,
    "searching functions": """
        argmax x / axis keepdims
        argmin x / axis keepdims
        count_nonzero x / axis keepdims
        nonzero x /
        searchsorted x1 x2 / side sorter
        where condition x1 x2 /
    """,
    "set functions": """
        unique_all x /
        unique_counts x /
        unique_inverse x /
        unique_values x /
    """,
    "sorting functions": """
        argsort x / axis descending stable
        sort x / axis descending stable
    """,
    "statistical functions": """
        cumulative_prod x / axis dtype include_initial
        cumulative_sum x / axis dtype include_initial
        max x / axis keepdims
        mean x / axis keepdims
        min x / axis keepdims
        prod x / axis dtype keepdims
        std x / axis correction keepdims
        sum x / axis dtype keepdims
        var x / axis correction keepdims
    """,
    "utility functions": """
        all x / axis keepdims
        any x / axis keepdims
        diff x / axis n prepend append
    """,
    "linear algebra extension": """
        linalg.cholesky x / upper
        linalg.cross x1 x2 / axis
        linalg.det x /
        linalg.diagonal x / offset
        linalg.eigh x /
        linalg.eigvalsh x /
        linalg.inv x /
        linalg.matmul x1 x2 /
        linalg.matrix_norm x / keepdims ord
        linalg.matrix_power x n /
        linalg.matrix_rank x / rtol
        linalg.matrix_transpose x /
        linalg.outer x1 x2 /
        linalg.pinv x / rtol
        linalg.qr x / mode
        linalg.slogdet x /
        linalg.solve x1 x2 /
        linalg.svd x / full_matrices
        linalg.svdvals x /
        linalg.tensordot x1 x2 / axes
        linalg.trace x / offset dtype
        linalg.vecdot x1 x2 / axis
        linalg.vector_norm x / axis keepdims ord
    """,
    "Fourier transform extension": """
        fft.fft x / n axis norm
        fft.ifft x / n axis norm
        fft.fftn x / s axes norm
        fft.ifftn x / s axes norm
        fft.rfft x / n axis norm
        fft.irfft x / n axis norm
        fft.rfftn x / s axes norm
        fft.irfftn x / s axes norm
        fft.hfft x / n axis norm
        fft.ihfft x / n axis norm
        fft.fftfreq n / d dtype device
        fft.rfftfreq n / d dtype device
        fft.fftshift x / axes
        fft.ifftshift x / axes
    """,
}

_REASONS: dict[str, str] = {
    "it answers true or false": """
        equal not_equal less less_equal greater greater_equal isfinite isinf isnan signbit
        logical_and logical_not logical_or logical_xor all any
    """,
    "it is a function of integers": """
        bitwise_and bitwise_invert bitwise_left_shift bitwise_or bitwise_right_shift bitwise_xor
    """,
    "it gives an index or a count": """
        argmax argmin argsort count_nonzero nonzero searchsorted linalg.matrix_rank
    """,
    "how many elements it gives depends on their values": """
        unique_all unique_counts unique_inverse unique_values
    """,
    "it is a function of floating-point numbers, not of real ones": "nextafter",
    "it makes an array of Python numbers": "arange full full_like linspace",
    "what it makes depends on shapes and dtypes alone": """
        empty empty_like eye ones ones_like zeros zeros_like fft.fftfreq fft.rfftfreq
    """,
    "it hands memory from one library to another": "from_dlpack",
    "it is about dtypes": "can_cast finfo iinfo isdtype result_type",
}

NO_DERIVATIVE: dict[str, str] = {
    name: reason for reason, names in _REASONS.items() for name in names.split()
}
"""Functions without a derivative, and why."""

UNTRIED_KEYWORDS: dict[str, str] = {
    "device": "where an array lies changes no derivative, and there is one device here",
    "copy": "whether memory is shared changes no derivative",
    "sort.stable": "equal elements have one value, in whatever order they stand",
}
"""Keywords that no variant need give, for all functions or for one, and why."""


@functools.cache
def standard() -> dict[str, Signature]:
    """All functions by their dotted names, in the order of the specification."""
    signatures = {}
    for section, lines in _SECTIONS.items():
        for line in lines.strip().splitlines():
            name, *parameters = line.split()
            slash = parameters.index("/")
            signatures[name] = Signature(
                name, section, tuple(parameters[:slash]), tuple(parameters[slash + 1 :])
            )
    return signatures
