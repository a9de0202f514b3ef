"""Packed answers: nothing that a comparison could see is lost, and the bytes are settled."""

from __future__ import annotations

import numpy as np
import pytest

from harness.verification.oracles import TrueBlock, Truth, Undecided
from harness.verification.packing import pack, packed_in, rounded


def truth(high, low=0.0, conditioning=0.0, bound=0.0):
    arrays = np.broadcast_arrays(*(np.atleast_1d(a) for a in (high, low, conditioning, bound)))
    return Truth("someone", (TrueBlock(*(np.array(a, dtype=float) for a in arrays)),), "how")


def back(answers):
    (record,) = packed_in(pack(answers))
    return {key: record.answer(key) for key in record}


def test_seventy_seven_bits_are_enough_for_long_doubles():
    # The distance of a result from the truth, in long doubles: what packing takes away from the
    # truth moves it by less than the last bit that a long double of the truth's size has.
    rng = np.random.default_rng(3)
    high = rng.standard_normal(1000) * 10.0 ** rng.integers(-290, 290, 1000)
    low = np.ldexp(rng.uniform(-0.5, 0.5, 1000), np.frexp(high)[1] - 53)
    (block,) = back({b"k" * 16: truth(high, low)})[b"k" * 16].blocks
    np.testing.assert_array_equal(block.high, high)
    lost = np.abs(block.low - low)
    assert (lost <= np.ldexp(np.abs(high), -78)).all()
    assert (lost < np.abs(high.astype(np.longdouble)) * np.finfo(np.longdouble).eps / 2**12).all()


@pytest.mark.parametrize("size", [5e-324, 1e-300, 1e-9, 0.99, 1.0, 1.5, 3.7e20, 1e308])
def test_sizes_are_rounded_up_and_hardly(size):
    (block,) = rounded(truth(1.0, 0.0, size, size)).blocks
    for found in (block.conditioning[0], block.bound[0]):
        assert size * (1 - 1e-9) <= found <= size * 2 ** (1 / 16) * (1 + 1e-9)


def test_sizes_that_are_zero_or_infinite_stay_so():
    (block,) = rounded(truth(1.0, 0.0, 0.0, np.inf)).blocks
    assert (block.conditioning[0], block.bound[0]) == (0.0, np.inf)


def test_what_is_not_finite_comes_back():
    (block,) = back({b"k" * 16: truth([np.inf, -np.inf, np.nan, -0.0])})[b"k" * 16].blocks
    np.testing.assert_array_equal(block.high, [np.inf, -np.inf, np.nan, 0.0])
    assert np.signbit(block.high[3])
    np.testing.assert_array_equal(block.low, np.zeros(4))


def test_answers_of_all_shapes_are_found_again_in_any_order():
    answers = {
        bytes([k]) * 16: truth(np.full((k, 2), float(k)), conditioning=float(k))
        for k in (3, 0, 2, 1)
    }
    answers[b"u" * 16] = Undecided("never", lasting=True)
    found = back(answers)
    assert found[b"u" * 16] == answers[b"u" * 16]
    for k in (2, 0, 3, 1):
        (block,) = found[bytes([k]) * 16].blocks
        np.testing.assert_array_equal(block.high, np.full((k, 2), float(k)))


def test_the_same_answers_give_the_same_bytes():
    first, second = truth([1 / 3, 2 / 7], [1e-18, 1e-19], 1.0), truth(2.0)
    one = pack({b"a" * 16: first, b"b" * 16: second})
    assert one == pack({b"b" * 16: second, b"a" * 16: first})
    # What is read is packed again into the same bytes.
    (record,) = packed_in(one)
    assert pack({key: record.answer(key) for key in record}) == one


@pytest.mark.parametrize("cut", [1, 9, 20, 60])
def test_a_torn_record_is_passed_over_and_the_others_are_read(cut):
    a, b, c = (pack({k * 16: truth(1.0)}) for k in (b"a", b"b", b"c"))
    found = [key for record in packed_in(a + b[:-cut] + c) for key in record]
    assert found == [b"a" * 16, b"c" * 16]


def test_every_flipped_byte_is_noticed():
    record = pack({b"a" * 16: truth(1 / 3, 1e-18)})
    for at in range(len(record)):
        damaged = record[:at] + bytes([record[at] ^ 4]) + record[at + 1 :]
        for packed in packed_in(damaged):
            assert pack({key: packed.answer(key) for key in packed}) == record
            raise AssertionError(f"byte {at}")


def test_many_numbers_take_few_bytes():
    rng = np.random.default_rng(1)
    high = rng.standard_normal((60, 36))
    low = high * 2.0**-54 * rng.uniform(-1, 1, high.shape)
    answers = {bytes([k]) * 16: truth(high[k], low[k], np.abs(high[k]), 1e-40) for k in range(60)}
    assert len(pack(answers)) < 15 * high.size
