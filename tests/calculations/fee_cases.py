"""Partners, periods and terms that the tests of fees are made of. What fees come to is in the tests."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal

import numpy as np

from calculations.funds.fees.day_counts import DayCount
from calculations.funds.fees.gross import FeeSteps, gross_fees
from calculations.funds.fees.levels import Levels
from calculations.funds.fees.periods import Periods
from calculations.funds.fees.terms import (
    Basis,
    FeeTerms,
    Frequency,
    FundDates,
    Timing,
)

NEW_YEAR = dt.date(2025, 1, 1)
TERMS = FeeTerms(Basis.COMMITMENTS, Decimal("0.02"), Frequency.QUARTERLY, Timing.ADVANCE, DayCount.ACT_365F)
MILLION = 1_000_000_00  # in cents


def days(*each: dt.date) -> np.ndarray:
    return np.array(each, dtype="datetime64[D]")


def ints(*each: int) -> np.ndarray:
    return np.array(each, dtype=np.int64)


def level(*rows: tuple[dt.date, int], partner: int = 0) -> Levels:
    """Movements of one partner."""
    return Levels.of_movements(
        np.full(len(rows), partner), days(*(day for day, _ in rows)), ints(*(amount for _, amount in rows))
    )


def period(start: dt.date, end: dt.date) -> Periods:
    return Periods(days(start), days(end))


def fee(
    periods: Periods, terms: FeeTerms, balances: Levels, dates: FundDates | None = None, cuts: tuple[dt.date, ...] = ()
) -> FeeSteps:
    return gross_fees(periods, [terms], dict.fromkeys(terms.bases, balances), dates or FundDates(), cuts)
