"""Rules of exact money: rounding and allocation. Expected values are worked by hand beside each test."""

from __future__ import annotations

from decimal import Decimal
from fractions import Fraction
from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from calculations.money import allocate, minor_unit, round_half_up

CENT = Decimal("0.01")

cents = st.integers(min_value=-(10**16), max_value=10**16).map(lambda units: Decimal(units).scaleb(-2))
weight_lists = st.lists(
    st.decimals(min_value=0, max_value=10**9, places=6, allow_nan=False, allow_infinity=False), min_size=1, max_size=12
).filter(lambda weights: sum(weights) > 0)


def D(*texts: str) -> tuple[Decimal, ...]:
    return tuple(Decimal(text) for text in texts)


def test_the_missing_cent_goes_to_the_largest_remainder() -> None:
    # 100.00 over 1:1:4 is 16.666..., 16.666..., 66.666...: floors leave two cents, all remainders tie, positions decide
    assert allocate(Decimal("100.00"), D("1", "1", "4"), CENT) == D("16.67", "16.67", "66.66")
    # 0.10 over 3:2:2 is 0.042857, 0.028571, 0.028571: floors 4, 2, 2 leave two cents for the remainders .857 and .857
    assert allocate(Decimal("0.10"), D("3", "2", "2"), CENT) == D("0.04", "0.03", "0.03")


def test_equal_remainders_go_by_party_id() -> None:
    # three equal parties share one unit: the smallest id gets it, wherever it stands
    assert allocate(Decimal("0.01"), D("1", "1", "1"), CENT, ids=["c", "a", "b"]) == D("0.00", "0.01", "0.00")


def test_v14_three_equal_commitments_share_a_million() -> None:
    # fund-admin V14: 333,333.34, 333,333.33, 333,333.33, first by id
    shares = allocate(Decimal("1000000.00"), D("1", "1", "1"), CENT, ids=["b", "a", "c"])
    assert shares == D("333333.33", "333333.34", "333333.33")


def test_a_currency_without_decimals_is_shared_in_whole_units() -> None:
    assert allocate(Decimal("1000"), D("1", "1", "1"), minor_unit(0), ids=["x", "y", "z"]) == D("334", "333", "333")


def test_a_negative_total_mirrors_the_positive_one() -> None:
    weights = D("1", "1", "4")
    assert allocate(Decimal("-100.00"), weights, CENT) == D("-16.67", "-16.67", "-66.66")


def test_a_class_split_at_twelve_decimals_is_exact_beyond_28_digits() -> None:
    total = Decimal("12345678901234567890123456.000000000001")  # 38 digits, as wide as DECIMAL(38,12)
    parts = allocate(total, D("1", "1"), Decimal("1e-12"))
    assert Fraction(parts[0]) + Fraction(parts[1]) == Fraction(total)
    assert Fraction(parts[0]) - Fraction(parts[1]) == Fraction(1, 10**12)  # an odd number of units in two halves


@pytest.mark.parametrize(
    ("total", "weights", "ids", "message"),
    [
        ("1.00", ("0", "0"), None, "sum to more than zero"),
        ("1.00", (), None, "sum to more than zero"),
        ("1.00", ("1", "-1"), None, "weights must be >= 0, found -1 at position 1"),
        ("1.005", ("1",), None, "whole numbers of minor units of 0.01, found 1.005"),
        ("1.00", ("1", "1"), ["a", "a"], "2 distinct ids"),
        ("1.00", ("1", "1"), ["a"], "2 distinct ids"),
        ("NaN", ("1",), None, "finite"),
    ],
)
def test_what_cannot_be_shared_is_refused(
    total: str, weights: tuple[str, ...], ids: list[str] | None, message: str
) -> None:
    with pytest.raises(ValueError, match=message):
        allocate(Decimal(total), D(*weights), CENT, ids=ids)


def test_floats_are_refused() -> None:
    with pytest.raises(TypeError, match="weight 0 must be a Decimal, found float"):
        allocate(Decimal("1.00"), [0.5, 0.5], CENT)  # type: ignore[list-item]


@pytest.mark.parametrize(
    ("amount", "unit", "expected"),
    [
        ("2.345", "0.01", "2.35"),
        ("-2.345", "0.01", "-2.35"),
        ("2.3449999", "0.01", "2.34"),
        ("0.5", "1", "1"),
        ("1.0005", "0.001", "1.001"),
    ],
)
def test_halves_round_away_from_zero(amount: str, unit: str, expected: str) -> None:
    assert round_half_up(Decimal(amount), Decimal(unit)) == Decimal(expected)


def test_minor_units_follow_the_currency_decimals() -> None:
    assert [minor_unit(decimals) for decimals in (0, 2, 3)] == [Decimal("1"), Decimal("0.01"), Decimal("0.001")]


@given(cents, weight_lists)
def test_the_parts_are_the_whole(total: Decimal, weights: list[Decimal]) -> None:
    assert sum(allocate(total, weights, CENT)) == total


@given(cents, weight_lists)
def test_no_party_is_a_unit_or_more_away_from_its_exact_share(total: Decimal, weights: list[Decimal]) -> None:
    whole = sum(Fraction(weight) for weight in weights)
    for part, weight in zip(allocate(total, weights, CENT), weights, strict=True):
        assert abs(Fraction(part) - Fraction(total) * Fraction(weight) / whole) < Fraction(1, 100)


@given(cents, weight_lists, st.randoms(use_true_random=False))
def test_the_order_of_parties_changes_nothing_when_they_have_ids(
    total: Decimal, weights: list[Decimal], rng: Random
) -> None:
    ids = [f"party-{position:02d}" for position in range(len(weights))]
    straight = dict(zip(ids, allocate(total, weights, CENT, ids=ids), strict=True))
    order = rng.sample(range(len(weights)), len(weights))
    shuffled_ids = [ids[i] for i in order]
    shuffled = allocate(total, [weights[i] for i in order], CENT, ids=shuffled_ids)
    assert dict(zip(shuffled_ids, shuffled, strict=True)) == straight


@given(cents, weight_lists, st.integers(min_value=1, max_value=10**6))
def test_the_scale_of_the_weights_changes_nothing(total: Decimal, weights: list[Decimal], factor: int) -> None:
    assert allocate(total, weights, CENT) == allocate(total, [weight * factor for weight in weights], CENT)
