"""From annual prepayment and default rates to those of a period: CPR to SMM, CDR to MDR. What they are applied to is
elsewhere.

One conversion in two number systems: exact for booked values, floats for projections. The compiled loop of the
collateral engine has its own copy of the float one, because the cache of compiled code sees one file only.
"""

from __future__ import annotations

from decimal import Decimal
from fractions import Fraction

from calculations.daycount import Floats

MONTH = Fraction(1, 12)


def exact_period_rate(annual: Decimal, years: Fraction = MONTH) -> Decimal:
    """The rate of a period that, compounded over a year, gives the annual one: 1 - (1 - annual)^years.

    `annual` is a decimal fraction, `years` the length of the period; reckoned in the caller's decimal context. Raises
    ValueError for a rate outside 0 to 1 and a period that is negative. Source: nav 2 (M-ABS), clo-collateral-engine
    1.5.
    """
    if not 0 <= annual <= 1 or years < 0:
        raise ValueError(f"expected an annual rate from 0 to 1 over a period >= 0, found {annual} over {years}")
    if years == 0:
        return Decimal(0)
    return 1 - (1 - annual) ** (Decimal(years.numerator) / Decimal(years.denominator))


def period_rates(annual: Floats, years: float) -> Floats:
    """As `exact_period_rate`, of an array of annual rates, in floats; the same shape. Source: clo-collateral-engine
    1.5.
    """
    return 1.0 - (1.0 - annual) ** years
