"""Decimals as whole numbers and back: booked money in minor units of its currency, rates in 1e-12, weights. No arithmetic.

Rounding is never part of it: an amount that is no whole number of units is refused.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from decimal import Decimal
from math import gcd, lcm
from typing import Any

import numpy as np

from calculations.daycount import Ints

RATE_UNIT = Decimal("1e-12")  # input-contracts 2.1: a rate has twelve decimals
ONE = 10**12  # the rate 1
LARGEST_AMOUNT = 2**53  # minor units; up to here they are exact in the doubles of returns and charts too
LARGEST_WEIGHT = 2**60  # that weights may sum to


def minor_units(amounts: Iterable[Decimal], unit: Decimal) -> Ints:
    """Amounts as counts of the minor unit, (n,).

    Raises TypeError for what is no Decimal; ValueError for an amount that is no whole number of minor units or exceeds
    2^53 of them.
    """
    return np.array([_units(amount, unit) for amount in amounts], dtype=np.int64)


def rate_units(rates: Iterable[Decimal]) -> Ints:
    """Rates and shares as counts of 1e-12, (n,). Raises as `minor_units`, so that a thirteenth decimal is refused."""
    return minor_units(rates, RATE_UNIT)


def whole_weights(weights: Sequence[Decimal]) -> Ints:
    """Weights of any decimals as whole numbers in the same proportion, as small as they can be, (n,).

    Raises TypeError for what is no Decimal, ValueError for a negative or infinite weight or a sum above 2^60.
    """
    whole = integer_weights(weights)
    divisor = max(gcd(*whole), 1)
    if sum(whole) // divisor > LARGEST_WEIGHT:
        raise ValueError(
            f"weights must be given with fewer digits: as whole numbers they sum to more than 2^60, found {list(weights)[:10]}"
        )
    return np.array([value // divisor for value in whole], dtype=np.int64)


def integer_weights(weights: Sequence[Decimal]) -> list[int]:
    """Weights of any decimals as integers in the same proportion, one each, of whatever length.

    Raises TypeError for what is no Decimal, ValueError for a negative or infinite weight, naming its position.
    """
    for position, weight in enumerate(weights):
        if not isinstance(weight, Decimal):
            raise TypeError(f"weight {position} must be a Decimal, found {type(weight).__name__} {weight!r}")
        if not weight.is_finite():
            raise ValueError(f"weight {position} must be a finite number, found {weight}")
        if weight < 0:
            raise ValueError(f"weights must be >= 0, found {weight} at position {position}")
    ratios = [weight.as_integer_ratio() for weight in weights]
    common = lcm(*(denominator for _, denominator in ratios))
    return [numerator * (common // denominator) for numerator, denominator in ratios]


def whole_units(amount: Decimal, unit: Decimal) -> int:
    """An amount as a count of `unit`, of whatever size.

    Raises TypeError for what is no Decimal; ValueError for an amount that is no whole number of units.
    """
    if not isinstance(amount, Decimal):
        raise TypeError(f"amounts must be Decimal, found {type(amount).__name__} {amount!r}")
    if not amount.is_finite():
        raise ValueError(f"amounts must be finite numbers, found {amount}")
    numerator, denominator = amount.as_integer_ratio()
    unit_numerator, unit_denominator = unit.as_integer_ratio()
    count, rest = divmod(numerator * unit_denominator, denominator * unit_numerator)
    if rest:
        raise ValueError(f"amounts must be whole numbers of minor units of {unit}, found {amount}; round them first")
    return count


def as_money(count: Any, scale: Any) -> Decimal:
    """A count of minor units, `scale` of which are one of the currency, as money: 1050 of scale 100 is 10.50.

    Both are single whole numbers, NumPy's or Python's.
    """
    return in_money(count, Decimal(1).scaleb(1 - len(str(int(scale)))))


def in_money(count: int | np.int64, unit: Decimal) -> Decimal:
    """A count of minor units as money with the unit's decimals."""
    return int(count) * unit


def _units(amount: Decimal, unit: Decimal) -> int:
    count = whole_units(amount, unit)
    if abs(count) > LARGEST_AMOUNT:
        raise ValueError(f"amounts must be at most {LARGEST_AMOUNT} minor units of {unit}, found {amount}")
    return count
