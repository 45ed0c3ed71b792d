"""Whole numbers multiplied and divided exactly in arrays, and booked money as int64 minor units. No rule of a fund is here.

Money is an int64 count of the currency's minor unit, a rate an int64 count of 1e-12; a product of the two needs up to
126 bits, which `divided` carries without leaving NumPy.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from decimal import Decimal
from math import gcd, lcm

import numpy as np
from numpy.typing import ArrayLike

from calculations.daycount import Ints

RATE_UNIT = Decimal("1e-12")  # input-contracts 2.1: a rate has twelve decimals
ONE = 10**12  # the rate 1
LARGEST_AMOUNT = 2**53  # minor units; up to here a double tells whole numbers apart, which `divided` starts from
LARGEST_DIVISOR = 2**60  # four units of a wrong first guess times the divisor still fit into 63 bits


def divided(amount: ArrayLike, numerator: ArrayLike, denominator: ArrayLike) -> tuple[Ints, Ints]:
    """amount x numerator / denominator as whole quotient and remainder, 0 <= remainder < denominator; arrays broadcast.

    The quotient is guessed in doubles and put right by the remainder, which is small enough to be exact although the
    product overflows. Raises ValueError where an amount is negative, an amount or quotient exceeds 2^53, or numerator
    or denominator leaves 0..2^60 (the denominator 1..2^60).
    """
    a, n, d = (np.asarray(value, dtype=np.int64) for value in (amount, numerator, denominator))
    _require_range("amount", a, 0, LARGEST_AMOUNT)
    _require_range("numerator", n, 0, LARGEST_DIVISOR)
    _require_range("denominator", d, 1, LARGEST_DIVISOR)
    guess = a.astype(np.float64) * n / d
    _require_range("quotient", guess, 0, LARGEST_AMOUNT)
    quotient: Ints = guess.astype(np.int64)
    with np.errstate(over="ignore"):  # the products wrap around; their difference does not need more than 63 bits
        wrapped = a.astype(np.uint64) * n.astype(np.uint64) - quotient.astype(np.uint64) * d.astype(np.uint64)
    remainder: Ints = wrapped.view(np.int64)
    off: Ints = np.floor_divide(remainder, d)
    return quotient + off, remainder - off * d


def half_up(amount: ArrayLike, numerator: ArrayLike, denominator: ArrayLike) -> Ints:
    """amount x numerator / denominator, halves away from zero; amounts may be negative. Source: fund-admin M-3."""
    signed = np.asarray(amount, dtype=np.int64)
    quotient, remainder = divided(np.abs(signed), numerator, denominator)
    rounded = quotient + (remainder >= np.asarray(denominator, dtype=np.int64) - remainder)
    return np.asarray(np.where(signed < 0, -rounded, rounded))


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
    for weight in weights:
        if not isinstance(weight, Decimal):
            raise TypeError(f"weights must be Decimal, found {type(weight).__name__} {weight!r}")
        if not weight.is_finite() or weight < 0:
            raise ValueError(f"weights must be finite numbers >= 0, found {weight}")
    ratios = [weight.as_integer_ratio() for weight in weights]
    common = lcm(*(denominator for _, denominator in ratios))
    whole = [numerator * (common // denominator) for numerator, denominator in ratios]
    divisor = max(gcd(*whole), 1)
    if sum(whole) // divisor > LARGEST_DIVISOR:
        raise ValueError(
            f"weights must be given with fewer digits: as whole numbers they sum to more than 2^60, found {list(weights)[:10]}"
        )
    return np.array([value // divisor for value in whole], dtype=np.int64)


def in_money(count: int | np.int64, unit: Decimal) -> Decimal:
    """A count of minor units as money with the unit's decimals."""
    return int(count) * unit


def _units(amount: Decimal, unit: Decimal) -> int:
    if not isinstance(amount, Decimal):
        raise TypeError(f"amounts must be Decimal, found {type(amount).__name__} {amount!r}")
    if not amount.is_finite():
        raise ValueError(f"amounts must be finite numbers, found {amount}")
    numerator, denominator = amount.as_integer_ratio()
    unit_numerator, unit_denominator = unit.as_integer_ratio()
    count, rest = divmod(numerator * unit_denominator, denominator * unit_numerator)
    if rest:
        raise ValueError(f"amounts must be whole numbers of minor units of {unit}, found {amount}; round them first")
    if abs(count) > LARGEST_AMOUNT:
        raise ValueError(f"amounts must be at most {LARGEST_AMOUNT} minor units of {unit}, found {amount}")
    return count


def _require_range(what: str, values: np.ndarray, least: int, most: int) -> None:
    if values.size and (values.min() < least or values.max() > most):
        raise ValueError(f"{what} must be from {least} to {most}, found {values.min()} to {values.max()}")
