"""Fee periods of a fund, from its first day on in whole months of its fiscal year. No rates, no payments.

Every period is half-open: `end` is the day after its last, so the next one starts on it.
"""

from __future__ import annotations

import datetime as dt
from calendar import isleap
from dataclasses import dataclass

import numpy as np

from calculations.daycount import Days, Ints
from calculations.funds.fees.terms import Frequency, Timing
from calculations.months import add_months, months_between

MONTHS = {Frequency.MONTHLY: 1, Frequency.QUARTERLY: 3, Frequency.SEMI_ANNUAL: 6, Frequency.ANNUAL: 12}


@dataclass(frozen=True, eq=False)
class Periods:
    """`start` and `end` of periods, (periods,), rising and never overlapping; `end` is not in the period."""

    start: Days
    end: Days

    def __post_init__(self) -> None:
        if (self.end <= self.start).any() or (self.start[1:] < self.end[:-1]).any():
            raise ValueError("fee periods must end after they start and not overlap, each later than the one before")

    def charged(self, timing: Timing) -> Days:
        """The day on which the fee of each period is charged: its first in advance, the one after its last else."""
        return self.start if timing == Timing.ADVANCE else self.end

    def of(self, day: Days) -> Ints:
        """The number of the period in which each day lies, -1 where it lies in none."""
        number = np.searchsorted(self.start, day, side="right") - 1
        return np.where((number >= 0) & (day < self.end[np.maximum(number, 0)]), number, -1)


def fee_periods(
    first: dt.date, until: dt.date, frequency: Frequency, fiscal_year_end: tuple[int, int] = (12, 31)
) -> Periods:
    """Periods from `first` to the one that `until`, not itself charged, ends: the outer ones may be parts of a period.

    Whole periods start in the months that follow the fiscal year end (month, day). A year end that is no month end
    makes them start on the day after it. Raises ValueError where `until` is not later than `first`.
    """
    if until <= first:
        raise ValueError(f"fee periods must end after {first}, found {until}")
    month, day = fiscal_year_end
    is_february_end = (month, day) in ((2, 28), (2, 29))  # the next year starts on 1 March, leap year or not
    ended = (
        dt.date(first.year - 2, 2, 28 + isleap(first.year - 2))
        if is_february_end
        else dt.date(first.year - 2, month, day)
    )
    anchor = ended + dt.timedelta(days=1)
    step = MONTHS[frequency]
    count = int(months_between(anchor, until)) // step + 2
    starts = add_months(anchor, step * np.arange(count))
    inside = starts[(starts > np.datetime64(first, "D")) & (starts < np.datetime64(until, "D"))]
    edges = np.r_[np.datetime64(first, "D"), inside, np.datetime64(until, "D")]
    return Periods(edges[:-1], edges[1:])
