"""The payment dates of a deal as the waterfall needs them, and coupon factors between them. Calendars and the rules
that make dates do not belong here.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import Any

import numpy as np

from calculations.clo.deal.amounts import Numbers
from calculations.clo.deal.terms import Note


@dataclass(frozen=True)
class PaymentDates:
    """`payment` are the adjusted payment dates of periods 1 to n, `accrual_start` where period 1 begins to accrue;
    `nominal` and `nominal_start` the same before adjustment (the adjusted ones where None).

    `ends_at_maturity` says that the last date is the stated maturity's, on which the pool is sold.
    Source: clo-liabilities-waterfall 1.2.
    """

    analysis: dt.date
    accrual_start: dt.date
    payment: tuple[dt.date, ...]
    nominal_start: dt.date | None = None
    nominal: tuple[dt.date, ...] | None = None
    ends_at_maturity: bool = True

    @property
    def periods(self) -> int:
        return len(self.payment)

    def accrual(self, period: int, *, unadjusted: bool = False) -> tuple[dt.date, dt.date]:
        """First and last day of accrual of period `period`, counted from 0. Source: clo-extensions 4.8."""
        if unadjusted and self.nominal is not None:
            first = self.nominal_start or self.accrual_start
            return (self.nominal[period - 1] if period else first), self.nominal[period]
        return (self.payment[period - 1] if period else self.accrual_start), self.payment[period]


def coupon_factor(note: Note, name: str, dates: PaymentDates, period: int, index: Any, numbers: Numbers) -> Any:
    """Coupon times day-count fraction of a period; a number, or (scenarios,) where the index is.

    Raises ValueError for a class without a coupon. Source: clo-liabilities-waterfall 3.1; clo-extensions 4.8.
    """
    fraction = numbers.year_fraction(*dates.accrual(period, unadjusted=note.accrue == "unadjusted"), note.day_count)
    if note.fixed is not None:
        return numbers.of(note.fixed) * fraction
    if note.spread is None:
        raise ValueError(f"notes.{name}: expected a spread or a fixed coupon, found neither")
    if note.index_floor is not None:
        floor = numbers.of(note.index_floor)
        index = np.maximum(index, floor)
    return (index + numbers.of(note.spread)) * fraction
