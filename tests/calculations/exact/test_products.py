"""Products and quotients in arrays against Python's own integers and fractions, within 64 bits and beyond."""

from __future__ import annotations

from fractions import Fraction

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from calculations.exact.products import divided, exact, half_up, nearest, product, rounded, scaled
from tests.calculations.exact import plain

# small, as booked money, close to where doubles and 64 bits end, and far beyond
sizes = st.one_of(st.integers(0, 100), st.integers(0, 10**13), st.integers(2**53 - 2, 2**53 + 2), st.integers(0, 2**70))
divisors = st.one_of(
    st.integers(1, 100), st.integers(1, 10**13), st.integers(2**60 - 2, 2**60 + 2), st.integers(1, 2**70)
)
signed = st.builds(lambda size, sign: size * sign, sizes, st.sampled_from([1, -1]))
rows = st.lists(st.tuples(signed, sizes, divisors), min_size=1, max_size=5)


def columns(rows: list[tuple[int, int, int]]) -> list[np.ndarray]:
    return [exact(column) for column in zip(*rows, strict=True)]


@given(rows)
def test_quotients_are_floored_and_remainders_are_what_is_left(rows: list[tuple[int, int, int]]) -> None:
    quotient, remainder = divided(*columns(rows))
    assert list(zip(quotient.tolist(), remainder.tolist(), strict=True)) == [divmod(a * n, d) for a, n, d in rows]


@given(st.integers(-(2**53), 2**53), st.integers(0, 2**60), st.integers(1, 2**60))
def test_products_of_up_to_113_bits_need_no_python_integers(amount: int, numerator: int, denominator: int) -> None:
    quotient, remainder = divided([amount], [numerator], [denominator])
    assert (quotient.tolist(), remainder.tolist()) == (
        [amount * numerator // denominator],
        [amount * numerator % denominator],
    )
    if abs(amount) * numerator < 2**52 * denominator:
        assert quotient.dtype == remainder.dtype == np.int64


@given(rows)
def test_shares_are_rounded_with_halves_away_from_zero(rows: list[tuple[int, int, int]]) -> None:
    assert half_up(*columns(rows)).tolist() == [plain.half_up(Fraction(a * n, d)) for a, n, d in rows]


def test_halves_round_away_from_zero_on_both_sides() -> None:
    assert half_up([5, -5, 4, -4, 15, -15], 1, 10).tolist() == [1, -1, 0, 0, 2, -2]


@given(st.lists(signed, min_size=1, max_size=5), st.fractions(-2, 2, max_denominator=10**20))
def test_amounts_are_scaled_by_a_ratio_of_either_sign(amounts: list[int], ratio: Fraction) -> None:
    assert scaled(exact(amounts), ratio).tolist() == [plain.half_up(amount * ratio) for amount in amounts]


@given(st.lists(st.tuples(st.integers(-(10**15), 10**15), st.integers(0, 10**12)), min_size=1, max_size=9))
def test_a_sum_taken_apart_is_rounded_as_the_sum(parts: list[tuple[int, int]]) -> None:
    whole, rest = divided([a for a, _ in parts], [n for _, n in parts], 365 * 10**10)
    found = rounded(whole.sum(keepdims=True), rest.sum(keepdims=True), 365 * 10**10)
    assert found.tolist() == [plain.half_up(Fraction(sum(a * n for a, n in parts), 365 * 10**10))]


@given(signed, signed)
def test_products_do_not_wrap_around(one: int, two: int) -> None:
    found = product(exact([one]), exact([two]))
    assert found.tolist() == [one * two]


def test_nothing_divided_is_nothing() -> None:
    assert half_up([], 1, 3).tolist() == []


def test_what_is_no_share_of_whole_numbers_is_refused() -> None:
    with pytest.raises(ValueError, match="numerators must be >= 0, found -1"):
        divided([3], [-1], 2)
    with pytest.raises(ValueError, match="denominators must be >= 1, found 0"):
        divided([3], [1], [0])
    with pytest.raises(TypeError, match="expected whole numbers, found float64"):
        divided([0.5], 1, 2)


@given(st.fractions())
def test_one_amount_is_rounded_as_many_are(amount: Fraction) -> None:
    assert nearest(amount) == plain.half_up(amount) == scaled(np.array([1]), amount).item()
