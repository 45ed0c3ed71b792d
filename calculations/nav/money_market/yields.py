"""Seven-day and effective yield of a money market fund from its daily income factors. Income itself does not belong here.

Source: nav 4.1.
"""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal

from calculations.nav.numbers import precise
from calculations.nav.results import Unavailable

BASE_DAYS = 7
YEAR_DAYS = 365


def base_period_return(daily_factors: Sequence[Decimal | None]) -> Decimal:
    """Income a share over seven calendar days, for a share of 1.0000, by plain sum.

    A day on which nothing is declared (a weekend paid on Friday) is a factor of zero. Raises Unavailable MISSING_VALUE
    for a number of days other than seven or a day without its factor.
    """
    if len(daily_factors) != BASE_DAYS:
        raise Unavailable("MISSING_VALUE", f"expected {BASE_DAYS} daily factors, found {len(daily_factors)}")
    known = [factor for factor in daily_factors if factor is not None]
    if len(known) < BASE_DAYS:
        raise Unavailable("MISSING_VALUE", f"expected a factor on every day, found none on {BASE_DAYS - len(known)}")
    with precise():
        return sum(known, Decimal(0))


def seven_day_yield(base_return: Decimal) -> Decimal:
    """The base period's return over a year, without compounding, as a fraction."""
    with precise():
        return base_return * YEAR_DAYS / BASE_DAYS


def effective_yield(base_return: Decimal) -> Decimal:
    """The base period's return compounded over a year, as a fraction. Raises Unavailable DOMAIN for a loss of all."""
    if base_return <= -1:
        raise Unavailable("DOMAIN", f"base period return must be > -1, found {base_return}")
    with precise():
        return (1 + base_return) ** (Decimal(YEAR_DAYS) / BASE_DAYS) - 1
