"""Multiples of paid-in and invested capital, as they are stored. No rates of return, no market index, no aggregation.

Money is `Decimal`, in arrays int64 minor units. A ratio that has no denominator is None with the reason, never 0 or 1.
"""

from __future__ import annotations

from dataclasses import dataclass
from decimal import ROUND_DOWN, Context, Decimal
from fractions import Fraction

import numpy as np
from numpy.typing import ArrayLike, NDArray

from calculations.money import round_half_up
from calculations.reasons import Reasons, either, when

NO_PAID_IN = "NO_PAID_IN"  # paid-in capital is not above zero
NO_COMMITMENT = "NO_COMMITMENT"  # the commitment is not above zero
NO_INVESTED_CAPITAL = "NO_INVESTED_CAPITAL"  # invested capital is not above zero
OUT_OF_RANGE = "OUT_OF_RANGE"  # ten digits before the point do not hold it

UNIT = Decimal("1e-18")  # of a stored ratio, DECIMAL(28,18)
_LIMIT = Decimal("1e10")
# The quotient is cut off at 50 digits, not rounded, so that the half-up rounding to 18 decimals is the only one.
_DIVISION = Context(prec=50, rounding=ROUND_DOWN)


@dataclass(frozen=True)
class Ratio:
    """A multiple with 18 decimals, or None with the reason."""

    value: Decimal | None
    reason: str | None = None


def pic(paid_in: Decimal, commitment: Decimal) -> Ratio:
    """Paid-in capital over commitment, C / K; above 1 where distributions were recalled. Source: fund-admin 3.1."""
    if commitment <= 0:
        return Ratio(None, NO_COMMITMENT)
    return ratio(paid_in, commitment, NO_COMMITMENT) if paid_in > 0 else Ratio(None, NO_PAID_IN)


def dpi(distributed: Decimal, paid_in: Decimal) -> Ratio:
    """Distributions over paid-in capital, D / C. Source: fund-admin 3.1."""
    return ratio(distributed, paid_in, NO_PAID_IN)


def rvpi(nav: Decimal, paid_in: Decimal) -> Ratio:
    """Net asset value, net of accrued carry and possibly negative, over paid-in capital, V / C. Source: fund-admin 3.1."""
    return ratio(nav, paid_in, NO_PAID_IN)


def tvpi(distributed: Decimal, nav: Decimal, paid_in: Decimal) -> Ratio:
    """Total value over paid-in capital: the stored DPI plus the stored RVPI, so that the identity holds to the digit.

    It is at most 1e-18, one stored unit, away from (D + V) / C. Source: fund-admin 3.1.
    """
    parts = dpi(distributed, paid_in), rvpi(nav, paid_in)
    if parts[0].value is None or parts[1].value is None:
        return Ratio(None, parts[0].reason or parts[1].reason)
    return _stored(_DIVISION.add(parts[0].value, parts[1].value))


def moic(realised: Decimal, unrealised: Decimal, invested: Decimal) -> Ratio:
    """Realised and unrealised value over invested capital, gross. Not TVPI: paid-in capital also paid fees and expenses.
    Source: fund-admin 3.1.
    """
    return ratio(Fraction(realised) + Fraction(unrealised), invested, NO_INVESTED_CAPITAL)


def ratio(numerator: Decimal | Fraction, denominator: Decimal | Fraction, reason: str) -> Ratio:
    """The exact quotient, half-up to 18 decimals; None with `reason` where the denominator is not above zero.

    Raises TypeError for floats, which cannot say what was booked.
    """
    for number in (numerator, denominator):
        if not isinstance(number, Decimal | Fraction):
            raise TypeError(f"a ratio is made of Decimals, found {type(number).__name__} {number!r}")
    if denominator <= 0:
        return Ratio(None, reason)
    quotient = Fraction(numerator) / Fraction(denominator)
    return _stored(round_half_up(_DIVISION.divide(Decimal(quotient.numerator), Decimal(quotient.denominator)), UNIT))


def _stored(value: Decimal) -> Ratio:
    return Ratio(value) if abs(value) < _LIMIT else Ratio(None, OUT_OF_RANGE)


def ratios(numerator: ArrayLike, denominator: ArrayLike, reason: str) -> tuple[NDArray[np.float64], Reasons]:
    """Quotients of whole minor units, rounded to 12 decimals, and why there is none: `reason` where the denominator is not
    above zero, OUT_OF_RANGE; the quotient is then NaN. Both broadcast. Source: fund-admin 3.1, input-contracts 2.1.
    """
    above, below = np.broadcast_arrays(np.asarray(numerator), np.asarray(denominator))
    is_defined = below > 0
    quotient = np.full(above.shape, np.nan)
    np.divide(above, below, out=quotient, where=is_defined)
    is_too_large = np.abs(quotient) >= float(_LIMIT)
    quotient[is_too_large] = np.nan
    return rounded(quotient), either(when(~is_defined, reason), when(is_too_large, OUT_OF_RANGE))


def rounded(values: NDArray[np.float64]) -> NDArray[np.float64]:
    """Ratios and rates as stored, with 12 decimals; a double that is too large to have so many stays as it is."""
    has_more = np.abs(values) < 2.0**53 / 1e12
    return np.where(has_more, np.round(np.where(has_more, values, 0.0), 12), values)
