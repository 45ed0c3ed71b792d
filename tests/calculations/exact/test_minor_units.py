"""Decimals as whole numbers and back: nothing is rounded, and what would have to be is refused."""

from __future__ import annotations

from decimal import Decimal
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from calculations.exact.minor_units import (
    LARGEST_AMOUNT,
    as_money,
    in_money,
    integer_weights,
    minor_units,
    rate_units,
    whole_weights,
)

CENT = Decimal("0.01")


@given(st.integers(-LARGEST_AMOUNT, LARGEST_AMOUNT), st.integers(0, 4))
def test_money_comes_back_as_it_went_whatever_the_decimals_of_its_currency(count: int, decimals: int) -> None:
    unit = Decimal(1).scaleb(-decimals)
    (found,) = minor_units([Decimal(count).scaleb(-decimals)], unit)
    assert int(found) == count
    assert in_money(found, unit) == as_money(found, 10**decimals) == Decimal(count).scaleb(-decimals)


@given(st.lists(st.decimals(0, 10**6, places=6), min_size=1, max_size=6).filter(any))
def test_weights_keep_their_proportions_as_whole_numbers(weights: list[Decimal]) -> None:
    whole = sum(map(Fraction, weights))
    for found in (integer_weights(weights), whole_weights(weights).tolist()):
        assert [Fraction(each, sum(found)) for each in found] == [Fraction(weight) / whole for weight in weights]


def test_what_would_have_to_be_rounded_is_refused() -> None:
    with pytest.raises(ValueError, match=r"whole numbers of minor units of 0\.01, found 0\.005"):
        minor_units([Decimal("0.005")], CENT)
    with pytest.raises(ValueError, match="whole numbers of minor units of 1E-12"):
        rate_units([Decimal("1e-13")])
    with pytest.raises(ValueError, match="at most 9007199254740992 minor units"):
        minor_units([Decimal(2**53 + 1)], Decimal(1))
    with pytest.raises(ValueError, match="must be given with fewer digits"):
        whole_weights([Decimal("1e-20"), Decimal(1)])


def test_what_is_no_finite_decimal_is_refused() -> None:
    with pytest.raises(TypeError, match="amounts must be Decimal, found float"):
        minor_units([0.5], CENT)  # type: ignore[list-item]
    with pytest.raises(ValueError, match="amounts must be finite numbers, found NaN"):
        minor_units([Decimal("NaN")], CENT)
    with pytest.raises(ValueError, match="weights must be >= 0, found -1 at position 1"):
        integer_weights([Decimal(1), Decimal(-1)])
