"""For each name that problems may use, a function that makes something of it, to be differentiated.

``SAMPLES[name] = (function of xp and its arguments, the shapes of these)``, by the dotted name and,
after a space, what is special about the sample. Elements lie in (0.2, 0.9) and keep clear of every
step and tie below.
"""

from __future__ import annotations

from harness.contract.namespace import DIFFERENTIABLE, DIFFERENTIABLE_FFT, SPECIAL


def complex_of(x):
    """A complex array from a real one, with both parts in motion."""
    return x + 1j * x * x


def product(arrays):
    """Of two arrays, in a way that tells them apart."""
    first, second = arrays
    return first * first * second


def exponential(xp, x):
    """By the eigenvectors of a symmetric matrix; their signs cancel."""
    w, v = xp.linalg.eigh(x)
    return (v * xp.exp(w)) @ v.T


def constants(xp, *values):
    """Arrays of one element, which are not differentiated."""
    return tuple(xp.asarray([value], dtype=xp.float64) for value in values)


def first_times_last(xp, factors):
    return factors[0] @ factors[-1]


def positive_definite(xp, x):
    """From any square matrix, by operations that every backend has."""
    return x @ x.T + 2 * xp.eye(3, dtype=xp.float64)


def leaning(xp, x):
    """A well-conditioned matrix that is not square."""
    return x + 2 * xp.eye(*x.shape, dtype=xp.float64)


SAMPLES = {
    "abs": (lambda xp, x: xp.abs(x - 0.5), (2, 3)),
    "acosh": (lambda xp, x: xp.acosh(x + 1), (2, 3)),
    "ceil": (lambda xp, x: x + xp.ceil(x), (2, 3)),
    "floor": (lambda xp, x: x + xp.floor(x), (2, 3)),
    "round": (lambda xp, x: x + xp.round(x), (2, 3)),
    "sign": (lambda xp, x: x + xp.sign(x), (2, 3)),
    "trunc": (lambda xp, x: x + xp.trunc(x), (2, 3)),
    "where": (lambda xp, x, y: xp.where(x > 0.5, x * x, y), (2, 3), (2, 3)),
    "clip": (lambda xp, x: xp.clip(x, 0.3, 0.6), (2, 3)),
    "cumulative_sum": (lambda xp, x: xp.cumulative_sum(x, axis=1), (2, 3)),
    "astype": (lambda xp, x: xp.astype(x, xp.float64), (2, 3)),
    "broadcast_arrays": (lambda xp, x, y: product(xp.broadcast_arrays(x, y)), (2, 1), (3,)),
    "broadcast_to": (lambda xp, x: xp.broadcast_to(x, (2, 3)), (2, 1)),
    "broadcast_to new axis": (lambda xp, x: xp.broadcast_to(x, (2, 3)), (3,)),
    "conj": (lambda xp, x: xp.imag(xp.conj(complex_of(x))), (2, 3)),
    "copysign": (lambda xp, x, y: xp.copysign(x, y - 0.5), (2, 3), (3,)),
    "cumulative_prod": (lambda xp, x: xp.cumulative_prod(x, axis=1), (2, 3)),
    "cumulative_sum initial": (
        lambda xp, x: xp.cumulative_sum(x, axis=-1, include_initial=True),
        (2, 3),
    ),
    "floor_divide": (lambda xp, x: x + xp.floor_divide(x, 0.35 * xp.ones_like(x)), (2, 3)),
    "imag": (lambda xp, x: xp.imag(complex_of(x)), (2, 3)),
    "meshgrid": (lambda xp, x, y: product(xp.meshgrid(x, y)), (2,), (3,)),
    "meshgrid ij": (lambda xp, x, y: product(xp.meshgrid(x, y, indexing="ij")), (2,), (3,)),
    "real": (lambda xp, x: xp.real(complex_of(x) ** 2), (2, 3)),
    "remainder": (lambda xp, x, y: xp.remainder(4 * x, y), (2, 3), (3,)),
    "sort": (lambda xp, x: xp.sort(x, axis=1), (2, 3)),
    "sort vector": (lambda xp, x: xp.sort(x), (4,)),
    "sort descending": (lambda xp, x: xp.sort(x, descending=True), (4,)),
    "take_along_axis": (
        lambda xp, x: xp.take_along_axis(x, xp.asarray([[2, 0], [1, 1]]), axis=1),
        (2, 3),
    ),
    "concat": (lambda xp, x, y: xp.concat([x, y, x], axis=0), (2, 3), (1, 3)),
    "diff": (lambda xp, x: xp.diff(x, axis=1), (2, 3)),
    "expand_dims": (lambda xp, x: xp.expand_dims(x, axis=1), (2, 3)),
    "flip": (lambda xp, x: xp.flip(x, axis=1), (2, 3)),
    "matrix_transpose": (lambda xp, x: xp.matrix_transpose(x), (2, 2, 3)),
    "moveaxis": (lambda xp, x: xp.moveaxis(x, 0, 2), (2, 2, 3)),
    "permute_dims": (lambda xp, x: xp.permute_dims(x, (2, 0, 1)), (2, 2, 3)),
    "repeat": (lambda xp, x: xp.repeat(x, 2, axis=1), (2, 3)),
    "reshape": (lambda xp, x: xp.reshape(x, (3, 2)), (2, 3)),
    "roll": (lambda xp, x: xp.roll(x, 1, axis=1), (2, 3)),
    "squeeze": (lambda xp, x: xp.squeeze(x, axis=0), (1, 3)),
    "stack": (lambda xp, x, y: xp.stack([x, y], axis=1), (2, 3), (2, 3)),
    "take": (lambda xp, x: xp.take(x, xp.asarray([2, 0, 0]), axis=1), (2, 3)),
    "tile": (lambda xp, x: xp.tile(x, (2, 1)), (2, 3)),
    "tril": (lambda xp, x: xp.tril(x), (3, 3)),
    "triu": (lambda xp, x: xp.triu(x), (3, 3)),
    "unstack": (lambda xp, x: xp.unstack(x)[1] * xp.unstack(x)[0], (2, 3)),
    "matmul": (lambda xp, x, y: xp.matmul(x, y), (2, 3), (3, 2)),
    "tensordot": (lambda xp, x, y: xp.tensordot(x, y, axes=1), (2, 3), (3, 2)),
    "vecdot": (lambda xp, x, y: xp.vecdot(x, y), (2, 3), (3,)),
}
TWO = ("add", "atan2", "divide", "hypot", "logaddexp", "maximum", "minimum", "multiply", "pow")
SAMPLES |= {
    name: (lambda xp, x, y, name=name: getattr(xp, name)(x, y), (2, 3), (3,))
    for name in (*TWO, "subtract")
}
REDUCTIONS = ("max", "mean", "min", "prod", "std", "sum", "var")
SAMPLES |= {
    f"{name}{setting}": (lambda xp, x, n=name, kw=kw: getattr(xp, n)(x, **kw), (2, 3))
    for name in REDUCTIONS
    for setting, kw in {
        "": {},
        " axis": {"axis": 1},
        " keepdims": {"axis": 0, "keepdims": True},
    }.items()
}
SAMPLES |= {
    "var correction": (lambda xp, x: xp.var(x, axis=1, correction=1.0), (2, 3)),
    "std correction": (lambda xp, x: xp.std(x, axis=1, correction=1.0), (2, 3)),
    "where broadcast": (lambda xp, x, y: xp.where(x > 0.5, x * x, y), (2, 3), (3,)),
    "where scalar": (lambda xp, x: xp.where(x > 0.5, x * x, 0), (2, 3)),
    "concat flat": (lambda xp, x, y: xp.concat([x, y], axis=None), (2, 3), (4,)),
    "flip all": (lambda xp, x: xp.flip(x), (2, 3)),
    "matmul vectors": (lambda xp, x, y: xp.matmul(x, y), (3,), (3,)),
    "matmul by vector": (lambda xp, x, y: xp.matmul(x, y), (2, 3), (3,)),
    "matmul batch": (lambda xp, x, y: xp.matmul(x, y), (2, 2, 3), (3, 2)),
    "operators": (lambda xp, x, y: -(x**2) / y + 2 * (x - y) * abs(x @ y.T)[0, 0], (2, 3), (2, 3)),
    "indexing": (lambda xp, x: x[0, 1:] * x[1, 0] + x[:, None, 2][1] * x[..., :2][0], (2, 3)),
    "indexing by an array": (lambda xp, x: x[xp.asarray([1, 0, 1])], (2, 3)),
    "T": (lambda xp, x: x.T * 2, (2, 3)),
}
# What is left takes one argument and means what it says.
SAMPLES |= {
    name: (lambda xp, x, name=name: getattr(xp, name)(x), (2, 3))
    for name in DIFFERENTIABLE
    if name not in SAMPLES
}


SAMPLES |= {
    "linalg.cholesky": (lambda xp, x: xp.linalg.cholesky(positive_definite(xp, x)), (3, 3)),
    "linalg.det": (lambda xp, x: xp.linalg.det(positive_definite(xp, x)), (3, 3)),
    "linalg.diagonal": (lambda xp, x: xp.linalg.diagonal(x), (2, 3)),
    "linalg.diagonal above": (lambda xp, x: xp.linalg.diagonal(x, offset=1), (2, 3)),
    "linalg.diagonal below": (lambda xp, x: xp.linalg.diagonal(x, offset=-1), (3, 2)),
    "linalg.inv": (lambda xp, x: xp.linalg.inv(positive_definite(xp, x)), (3, 3)),
    "linalg.matmul": (lambda xp, x, y: xp.linalg.matmul(x, y), (2, 3), (3, 2)),
    "linalg.matrix_norm": (lambda xp, x: xp.linalg.matrix_norm(x), (2, 3)),
    "linalg.matrix_transpose": (lambda xp, x: xp.linalg.matrix_transpose(x), (2, 3)),
    "linalg.outer": (lambda xp, x, y: xp.linalg.outer(x, y), (3,), (2,)),
    "linalg.slogdet": (lambda xp, x: xp.linalg.slogdet(positive_definite(xp, x))[1], (3, 3)),
    "linalg.solve": (lambda xp, x, b: xp.linalg.solve(positive_definite(xp, x), b), (3, 3), (3, 2)),
    "linalg.solve vector": (
        lambda xp, x, b: xp.linalg.solve(positive_definite(xp, x), b),
        (3, 3),
        (3,),
    ),
    "linalg.tensordot": (lambda xp, x, y: xp.linalg.tensordot(x, y, axes=1), (2, 3), (3, 2)),
    "linalg.trace": (lambda xp, x: xp.linalg.trace(x), (3, 3)),
    "linalg.vecdot": (lambda xp, x, y: xp.linalg.vecdot(x, y), (2, 3), (2, 3)),
    "linalg.vector_norm": (lambda xp, x: xp.linalg.vector_norm(x, axis=1), (2, 3)),
    "linalg.cross": (lambda xp, x, y: xp.linalg.cross(x, y), (2, 3), (2, 3)),
    "linalg.eigh": (lambda xp, x: exponential(xp, positive_definite(xp, x)), (3, 3)),
    "linalg.eigvalsh": (lambda xp, x: xp.linalg.eigvalsh(positive_definite(xp, x)), (3, 3)),
    "linalg.matrix_norm nuclear": (lambda xp, x: xp.linalg.matrix_norm(x, ord="nuc"), (2, 3)),
    "linalg.matrix_power": (lambda xp, x: xp.linalg.matrix_power(x, 3), (3, 3)),
    "linalg.pinv": (lambda xp, x: xp.linalg.pinv(x), (3, 2)),
    "linalg.qr": (lambda xp, x: xp.linalg.qr(x)[1] ** 2, (3, 2)),
    # The polar factor: it does not depend on the signs of the singular vectors.
    "linalg.svd": (
        lambda xp, x: first_times_last(xp, xp.linalg.svd(x, full_matrices=False)),
        (3, 2),
    ),
    "linalg.svdvals": (lambda xp, x: xp.linalg.svdvals(x), (3, 2)),
    "linalg.vector_norm all": (lambda xp, x: xp.linalg.vector_norm(x), (2, 3)),
    "linalg.vector_norm axes": (lambda xp, x: xp.linalg.vector_norm(x, axis=(0, -1)), (2, 2, 3)),
    "linalg.vector_norm order": (lambda xp, x: xp.linalg.vector_norm(x, axis=0, ord=3), (2, 3)),
    # The sum of the cubes, the trace of the matrix cubed: the order of eigenvalues is nobody's.
    "linalg.eigvals": (lambda xp, x: xp.real(xp.sum(xp.linalg.eigvals(x) ** 3)), (3, 3)),
    "linalg.expm": (lambda xp, x: xp.linalg.expm(x), (3, 3)),
    "linalg.lstsq": (lambda xp, x, b: xp.linalg.lstsq(leaning(xp, x), b)[0], (3, 2), (3, 2)),
    "linalg.multi_dot": (lambda xp, x, y: xp.linalg.multi_dot([x, y, x]), (2, 3), (3, 2)),
    "linalg.solve_triangular": (
        lambda xp, x, b: xp.linalg.solve_triangular(positive_definite(xp, x), b, lower=True),
        (3, 3),
        (3, 2),
    ),
}


def parts(xp, y):
    """A real array that shows both parts of ``y``."""
    return xp.stack([xp.real(y), xp.imag(y)])


OF_REAL = ("rfft", "rfftn", "ihfft")
TO_REAL = ("hfft", "irfft", "irfftn")
SAMPLES |= {
    f"fft.{name}": (
        lambda xp, x, name=name: parts(
            xp, getattr(xp.fft, name)(x if name in OF_REAL else complex_of(x))
        ),
        (2, 4),
    )
    for name in DIFFERENTIABLE_FFT
    if name not in TO_REAL
}
SAMPLES |= {
    f"fft.{name}": (lambda xp, x, name=name: getattr(xp.fft, name)(complex_of(x)), (2, 3))
    for name in TO_REAL
}
SAMPLES |= {
    "fft.fft n": (lambda xp, x: parts(xp, xp.fft.fft(complex_of(x), n=5, axis=0)), (2, 4)),
    "fft.rfft n": (lambda xp, x: parts(xp, xp.fft.rfft(x, n=6, norm="ortho")), (2, 4)),
    "fft.rfft odd": (lambda xp, x: parts(xp, xp.fft.rfft(x)), (2, 3)),
}
SAMPLES |= {
    "special.beta": (lambda xp, x, y: xp.special.beta(x, y), (3,), (3,)),
    "special.betainc": (lambda xp, x: xp.special.betainc(*constants(xp, 2, 3), x), (3,)),
    "special.betaln": (lambda xp, x, y: xp.special.betaln(x, y), (3,), (3,)),
    "special.expn": (lambda xp, x: xp.special.expn(3, x), (3,)),
    "special.gammainc": (lambda xp, x: xp.special.gammainc(*constants(xp, 2.5), x), (3,)),
    "special.gammaincc": (lambda xp, x: xp.special.gammaincc(*constants(xp, 2.5), x), (3,)),
    "special.jn": (lambda xp, x: xp.special.jn(2, x), (3,)),
    "special.kl_div": (lambda xp, x, y: xp.special.kl_div(x, y), (3,), (3,)),
    "special.log_softmax": (lambda xp, x: xp.special.log_softmax(x, axis=1), (2, 3)),
    "special.log_softmax all": (lambda xp, x: xp.special.log_softmax(x), (2, 3)),
    "special.logsumexp": (lambda xp, x: xp.special.logsumexp(x, axis=1), (2, 3)),
    "special.logsumexp keepdims": (
        lambda xp, x: xp.special.logsumexp(x, axis=(0, 1), keepdims=True),
        (2, 3),
    ),
    "special.multigammaln": (lambda xp, x: xp.special.multigammaln(x + 1, 2), (3,)),
    "special.poch": (lambda xp, x, y: xp.special.poch(x, y), (3,), (3,)),
    "special.polygamma": (lambda xp, x: xp.special.polygamma(1, x), (3,)),
    "special.rel_entr": (lambda xp, x, y: xp.special.rel_entr(x, y), (3,), (3,)),
    "special.softmax": (lambda xp, x: xp.special.softmax(x, axis=1), (2, 3)),
    "special.softmax all": (lambda xp, x: xp.special.softmax(x), (2, 3)),
    "special.xlog1py": (lambda xp, x, y: xp.special.xlog1py(x, y), (3,), (3,)),
    "special.xlogy": (lambda xp, x, y: xp.special.xlogy(x, y), (3,), (3,)),
    "special.zeta": (lambda xp, x: xp.special.zeta(*constants(xp, 2.5), x), (3,)),
}
SAMPLES |= {
    f"special.{name}": (lambda xp, x, name=name: getattr(xp.special, name)(x), (3,))
    for name in SPECIAL
    if f"special.{name}" not in SAMPLES
}
SAMPLES |= {
    "corrcoef": (lambda xp, x: xp.corrcoef(leaning(xp, x)), (2, 3)),
    "cov": (lambda xp, x: xp.cov(x), (2, 3)),
    "deg2rad": (lambda xp, x: xp.deg2rad(x), (3,)),
    "diag": (lambda xp, x: xp.diag(x), (3,)),
    "diag above": (lambda xp, x: xp.diag(x, k=1), (3,)),
    "diag of a matrix": (lambda xp, x: xp.diag(x), (2, 3)),
    "einsum": (lambda xp, x, y: xp.einsum("ij,kj->ik", x, y), (2, 3), (2, 3)),
    "exp2": (lambda xp, x: xp.exp2(x), (3,)),
    "fmax": (lambda xp, x, y: xp.fmax(x, y), (2, 3), (3,)),
    "fmin": (lambda xp, x, y: xp.fmin(x, y), (2, 3), (3,)),
    "kron": (lambda xp, x, y: xp.kron(x, y), (2, 2), (2, 2)),
    "logaddexp2": (lambda xp, x, y: xp.logaddexp2(x, y), (2, 3), (3,)),
    "median": (lambda xp, x: xp.median(x, axis=1), (2, 4)),
    "nan_to_num": (lambda xp, x: xp.nan_to_num(x), (3,)),
    "nanmean": (lambda xp, x: xp.nanmean(x, axis=1), (2, 3)),
    "nansum": (lambda xp, x: xp.nansum(x, axis=1), (2, 3)),
    "quantile": (lambda xp, x: xp.quantile(x, 0.3, axis=1), (2, 4)),
    "rad2deg": (lambda xp, x: xp.rad2deg(x), (3,)),
    "trapezoid": (lambda xp, x: xp.trapezoid(x, axis=1), (2, 3)),
    "trapezoid over points": (lambda xp, y, x: xp.trapezoid(y, x), (3,), (3,)),
}
