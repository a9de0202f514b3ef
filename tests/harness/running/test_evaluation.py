"""What a worker reports of a call: each thing that can be seen is seen, and only then."""

from __future__ import annotations

import dataclasses
import math

import numpy as np
import pytest

from harness.contract import (
    Backend,
    Case,
    Operator,
    Point,
    Problem,
    Size,
    UnsupportedOperatorError,
    VerdictKind,
)
from harness.problems.inputs import case_inputs
from harness.running import turns
from harness.running.evaluation import Evaluator, failure_of

PRODUCTS = Problem(
    name="products",
    source="the product rule",
    fun=lambda xp, x, y: x * y,
    arguments=("x", "y"),
    argnums=(0, 1),
    sizes=(Size({"n": 3}, 3),),
    points=tuple(
        Point(name, lambda dims, rng: (rng.uniform(1, 2, 3), rng.uniform(1, 2, 3)))
        for name in ("here", "there")
    ),
    operators=frozenset({Operator.VALUE, Operator.JVP, Operator.VJP}),
    timed_operators=frozenset(),
    closed_forms={},
    operations=lambda dims: 3,
)


class ByHand(Backend):
    """The product rule, written down; each test spoils one thing in it."""

    xp = np
    dtypes = frozenset({"float64"})

    def asarray(self, x):
        return np.array(x)

    def to_numpy(self, x):
        return np.asarray(x)

    def jvp(self, fun, primals, tangents):
        (x, y), (v, w) = primals, tangents
        return fun(*primals), v * y + x * w

    def vjp(self, fun, primals):
        x, y = primals
        return fun(*primals), lambda y_bar: (y_bar * y, y_bar * x)

    def versions(self):
        return {}


def asked(operator=Operator.JVP, point="here", dtype="float64"):
    case = Case("products", operator, "n=3", dtype, point)
    return case, case_inputs(PRODUCTS, case, (3,))


def evaluated(backend, operator=Operator.JVP, point="here"):
    return Evaluator(backend).evaluate(PRODUCTS, *asked(operator, point))


def test_a_right_backend_shows_nothing_amiss():
    case, inputs = asked()
    seen = Evaluator(ByHand()).evaluate(PRODUCTS, case, inputs)
    (x, y), (v, w) = inputs.args, inputs.seeds
    np.testing.assert_array_equal(seen.results[0], v * y + x * w)
    np.testing.assert_array_equal(seen.plain_value, x * y)
    np.testing.assert_array_equal(seen.value, x * y)
    assert seen.repeatable
    assert (seen.mutated, seen.aliased, seen.disconnected, seen.native) == ((), (), (), False)


def test_probe_and_combined_are_for_the_other_directions():
    case, inputs = asked()
    seen = Evaluator(ByHand()).evaluate(PRODUCTS, case, inputs)
    x, y = inputs.args
    for result, (v, w) in (
        (seen.probe, inputs.probe_seeds),
        (seen.combined, inputs.combined_seeds),
    ):
        np.testing.assert_array_equal(result[0], v * y + x * w)


class Rows(ByHand):
    """A map over a leading axis, which is a loop."""

    def vmap(self, call):
        def mapped(*operands):
            rows = [call(*row) for row in zip(*operands, strict=True)]
            return tuple(np.stack(parts) for parts in zip(*rows, strict=True))

        return mapped


def test_a_batch_has_one_row_for_the_seeds_and_one_for_the_probe():
    case, inputs = asked(Operator.JVP_BATCHED)
    seen = Evaluator(Rows()).evaluate(PRODUCTS, case, inputs)
    x, y = inputs.args
    for row, (v, w) in zip(seen.results[0], (inputs.seeds, inputs.probe_seeds), strict=True):
        np.testing.assert_array_equal(row, v * y + x * w)
    assert (seen.probe, seen.combined, seen.value) == ((), (), None)
    assert (seen.repeatable, seen.mutated, seen.aliased) == (True, (), ())
    # The same directions as without a batch: results can be held against each other.
    plain = asked()[1]
    np.testing.assert_array_equal(np.concatenate(inputs.seeds), np.concatenate(plain.seeds))
    np.testing.assert_array_equal(
        np.concatenate(inputs.probe_seeds), np.concatenate(plain.probe_seeds)
    )


def test_a_third_derivative_is_probed_along_twice_its_direction():
    class Squares(ByHand):
        def __init__(self):
            self.native = {Operator.THIRD: lambda fun, primals, v: tuple(d * d for d in v)}

    case, inputs = asked(Operator.THIRD)
    seen = Evaluator(Squares()).evaluate(PRODUCTS, case, inputs)
    for result, probe in zip(seen.results, seen.probe, strict=True):
        np.testing.assert_array_equal(probe, 4 * result)
    assert seen.combined == ()


def test_a_cotangent_has_the_dtype_that_the_function_asks_for():
    taken = []

    class Seen(ByHand):
        dtypes = frozenset({"float32"})

        def vjp(self, fun, primals):
            y, pullback = super().vjp(fun, primals)

            def watched(y_bar):
                taken.append(y_bar)
                return tuple(x_bar.astype(np.float32) for x_bar in pullback(y_bar))

            return y, watched

    for fun, dtype in (
        (PRODUCTS.fun, "float32"),
        (lambda xp, x, y: xp.float64(1) * (x * y), "float64"),
    ):
        taken.clear()
        case, inputs = asked(Operator.VJP, dtype="float32")
        seen = Evaluator(Seen()).evaluate(dataclasses.replace(PRODUCTS, fun=fun), case, inputs)
        assert {y_bar.dtype.name for y_bar in taken} == {dtype}
        np.testing.assert_array_equal(taken[0], inputs.seeds[0])
        assert seen.results[0].dtype == np.float32
        assert seen.mutated == ()


def test_a_value_has_no_directions_and_is_seen_under_no_derivative():
    seen = evaluated(ByHand(), Operator.VALUE)
    assert (seen.probe, seen.combined, seen.value) == ((), (), None)


class MutatesTangent(ByHand):
    def jvp(self, fun, primals, tangents):
        result = super().jvp(fun, primals, tangents)
        tangents[1][0] += 1.0
        return result


class MutatesCotangentOnceOnly(ByHand):
    """In the second call alone."""

    calls = 0

    def vjp(self, fun, primals):
        y, pullback = super().vjp(fun, primals)

        def mutating(y_bar):
            result = pullback(y_bar)
            self.calls += 1
            if self.calls == 2:
                y_bar[...] = -y_bar
            return result

        return y, mutating


def test_mutated_operands_are_named():
    assert evaluated(MutatesTangent()).mutated == ("tangent of y",)
    assert evaluated(MutatesCotangentOnceOnly(), Operator.VJP).mutated == ("cotangent",)


class ReturnsOperand(ByHand):
    def vjp(self, fun, primals):
        y, pullback = super().vjp(fun, primals)
        return y, lambda y_bar: (pullback(y_bar)[0], y_bar[:])


class InterleavedHalves(ByHand):
    """Results in the gaps of one buffer: they overlap nothing, though their bounds do."""

    def vjp(self, fun, primals):
        y, pullback = super().vjp(fun, primals)

        def spread(y_bar):
            buffer = np.empty(6)
            buffer[::2], buffer[1::2] = pullback(y_bar)
            return buffer[::2], buffer[1::2]

        return y, spread


class ReturnsArguments(ByHand):
    """y x̄ and x ȳ for a cotangent of ones are y and x themselves: the memory of the arguments."""

    writeable = True

    def vjp(self, fun, primals):
        y, _ = super().vjp(fun, primals)
        views = [primals[1][:], primals[0][:]]
        for view in views:
            view.flags.writeable = self.writeable
        return y, lambda y_bar: tuple(views)


class ReturnsArgumentsToRead(ReturnsArguments):
    """The same, but nobody can write to what it returns."""

    writeable = False


def test_results_that_an_argument_could_be_written_to_through_are_named():
    seen = evaluated(ReturnsArguments(), Operator.VJP)
    assert (seen.aliased, seen.seed_aliased) == (("result 0 is y", "result 1 is x"), ())
    harmless = evaluated(ReturnsArgumentsToRead(), Operator.VJP)
    assert (harmless.aliased, harmless.seed_aliased) == ((), ())


def test_results_that_share_memory_with_a_seed_are_named_apart():
    seen = evaluated(ReturnsOperand(), Operator.VJP)
    assert (seen.aliased, seen.seed_aliased) == ((), ("result 1 is cotangent",))
    seen = evaluated(InterleavedHalves(), Operator.VJP)
    assert (seen.aliased, seen.seed_aliased) == ((), ())


class Buffered(ByHand):
    """Every result is written into one buffer: the second call changes the first's result."""

    buffer = np.empty(3)

    def jvp(self, fun, primals, tangents):
        y, y_dot = super().jvp(fun, primals, tangents)
        self.buffer[...] = y_dot
        return y, self.buffer


def test_results_are_copied_before_the_next_call():
    case, inputs = asked()
    (x, y), (v, w) = inputs.args, inputs.seeds
    seen = Evaluator(Buffered()).evaluate(PRODUCTS, case, inputs)
    np.testing.assert_array_equal(seen.results[0], v * y + x * w)


class Noisy(ByHand):
    calls = 0

    def jvp(self, fun, primals, tangents):
        y, y_dot = super().jvp(fun, primals, tangents)
        self.calls += 1
        return y, y_dot * (1 + self.calls * 2.0**-52)


class MinusZero(ByHand):
    """0 and -0 are equal numbers and different bits."""

    sign = 1.0

    def jvp(self, fun, primals, tangents):
        self.sign = -self.sign
        return fun(*primals), np.copysign(np.zeros(3), self.sign)


def test_another_bit_in_the_second_call_is_seen():
    assert not evaluated(Noisy()).repeatable
    assert not evaluated(MinusZero()).repeatable


class SaysNone(ByHand):
    def vjp(self, fun, primals):
        y, pullback = super().vjp(fun, primals)
        return y, lambda y_bar: (pullback(y_bar)[0], None)


def test_none_is_reported_as_disconnected_not_taken_for_zero():
    seen = evaluated(SaysNone(), Operator.VJP)
    assert seen.disconnected == ("y",)
    assert seen.results[1].shape == (3,)


class OtherValue(ByHand):
    def jvp(self, fun, primals, tangents):
        return super().jvp(fun, primals, tangents)[0] + 1, tangents[0]


def test_the_value_under_differentiation_is_the_backends_own():
    seen = evaluated(OtherValue())
    np.testing.assert_array_equal(seen.value, seen.plain_value + 1)


class Recording(ByHand):
    """Prepares by keeping the result at the example, as a careless trace would."""

    def prepare(self, call, *example):
        kept = call(*example)
        return lambda *operands: kept


def test_one_prepared_call_serves_all_points_of_a_size():
    evaluator = Evaluator(Recording())
    first, second = (evaluator.evaluate(PRODUCTS, *asked(point=p)) for p in ("here", "there"))
    # The same stale result at another point: the judge can see it.
    np.testing.assert_array_equal(first.results[0], second.results[0])
    right = Evaluator(ByHand()).evaluate(PRODUCTS, *asked(point="there"))
    assert not np.array_equal(right.results[0], second.results[0])


class NoNumbers(ByHand):
    def jvp(self, fun, primals, tangents):
        return fun(*primals), object()


def test_what_is_no_number_is_an_error_of_the_backend():
    with pytest.raises(TypeError, match="dtype object"):
        evaluated(NoNumbers())


def test_another_dtype_is_refused_not_tried():
    with pytest.raises(UnsupportedOperatorError, match="keeps float64, not float32"):
        Evaluator(ByHand()).evaluate(PRODUCTS, *asked(dtype="float32"))


class Raises(ByHand):
    def jvp(self, fun, primals, tangents):
        raise ValueError("first line\n   second line")


def test_a_failure_is_one_line_and_knows_of_the_plain_function():
    _, inputs = asked()
    with pytest.raises(ValueError, match="first line") as caught:
        evaluated(Raises())
    failure = failure_of(caught.value, ByHand(), PRODUCTS, inputs)
    assert failure.kind is VerdictKind.RAISED
    assert failure.message == "ValueError: first line second line"
    assert failure.plain_raises is False

    class NoMultiplication(ByHand):
        def asarray(self, x):
            raise RuntimeError("no arrays today")

    assert failure_of(caught.value, NoMultiplication(), PRODUCTS, inputs).plain_raises is True


def test_what_is_not_claimed_is_unsupported_without_a_traceback():
    failure = failure_of(UnsupportedOperatorError("not claimed"), ByHand(), PRODUCTS, None)
    assert (failure.kind, failure.message, failure.stderr_tail) == (
        VerdictKind.UNSUPPORTED,
        "not claimed",
        "",
    )


class Retracing(ByHand):
    """Traces anew in every hundredth call."""

    calls = 0

    def jvp(self, fun, primals, tangents):
        self.calls += 1
        return super().jvp(fun, primals, tangents)

    def traces(self):
        return self.calls // 100


def test_a_retrace_during_a_turn_is_counted():
    backend = Retracing()
    ready, costs = turns.make_ready(backend, PRODUCTS, *asked())
    assert costs.first_call_s > 0
    assert ready.warm(10, 1e-3).loops == 10
    assert ready.take(20).traces == 0  # 2 first calls, 10 to warm, 20: still below 100
    assert ready.take(100).traces == 1


def test_warming_takes_a_quarter_of_a_sample():
    backend = Noisy()
    ready, _ = turns.make_ready(backend, PRODUCTS, *asked())
    before = backend.calls
    assert ready.warm(10, 1e-3).loops == 10
    assert backend.calls - before == 3
    assert ready.warm(1, 1e-3).loops == 1
    assert backend.calls - before == 4


@pytest.mark.parametrize(
    ("second_call_s", "trial_s", "loops"),
    [(1e-5, 2e-3, 20), (1.9e-3, 2e-3, 20), (2.1e-3, 8e-3, 5), (math.nan, 8e-3, 5)],
)
def test_short_calls_are_calibrated_in_a_quarter_of_a_sample(
    monkeypatch, second_call_s, trial_s, loops
):
    ready, _ = turns.make_ready(Noisy(), PRODUCTS, *asked())
    ready.costs = dataclasses.replace(ready.costs, second_call_s=second_call_s)
    trials = []

    def calibrate(call, operands, wait, minimum_s, one_call_s):
        trials.append(minimum_s)
        return 5

    monkeypatch.setattr(turns.sampling, "calibrate", calibrate)
    assert ready.warm(None, 8e-3).loops == loops
    assert trials == [pytest.approx(trial_s)]


def test_the_check_is_of_the_last_timed_call():
    backend = Noisy()
    ready, _ = turns.make_ready(backend, PRODUCTS, *asked())
    ready.take(5)
    (x, y), (v, w) = asked()[1].args, asked()[1].seeds
    expected = (v * y + x * w) * (1 + 7 * 2.0**-52)  # the seventh call: two first ones and five
    np.testing.assert_array_equal(ready.check().results[0], expected)
    assert backend.calls == 7


def test_between_problems_the_library_may_forget():
    class Counting(ByHand):
        forgotten = 0

        def forget(self):
            self.forgotten += 1

    backend = Counting()
    evaluator = Evaluator(backend)
    case, inputs = asked()
    evaluator.evaluate(PRODUCTS, case, inputs)
    evaluator.evaluate(PRODUCTS, *asked(point="there"))
    before = backend.forgotten
    other = dataclasses.replace(PRODUCTS, name="others")
    evaluator.evaluate(other, dataclasses.replace(case, problem="others"), inputs)
    assert backend.forgotten == before + 1
    # What was prepared for the first problem is gone: it is prepared anew.
    prepared = []
    backend.prepare = lambda call, *example: prepared.append(call) or call
    evaluator.evaluate(other, dataclasses.replace(case, problem="others"), inputs)
    assert not prepared
    evaluator.evaluate(PRODUCTS, case, inputs)
    assert prepared
