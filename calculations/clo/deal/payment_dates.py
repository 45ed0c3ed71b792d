"""The payment dates of a deal as the waterfall needs them, and coupon factors between them. Calendars and the rules
that make dates do not belong here.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import Any

import numpy as np

from calculations.calendars import convention
from calculations.clo.deal.amounts import Numbers
from calculations.clo.deal.parts import Dates, Note
from calculations.clo.deal_dates import DealDates, DealDateTerms


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

    @classmethod
    def of(cls, dates: DealDates) -> PaymentDates:
        """The dates that a deal's calendar rules give; its schedule always runs to stated maturity."""
        return cls(
            analysis=dates.analysis,
            accrual_start=dates.accrual_begin[0].item(),
            payment=tuple(day.item() for day in dates.payment),
            nominal_start=dates.nominal_before.astype(dt.date),
            nominal=tuple(day.item() for day in dates.nominal),
        )

    @property
    def periods(self) -> int:
        return len(self.payment)

    def accrual(self, period: int, *, unadjusted: bool = False, first: int | None = None) -> tuple[dt.date, dt.date]:
        """First and last day of accrual of period `period`, counted from 0, or of all periods from `first` to it.

        Source: clo-extensions 4.8, 4.14.
        """
        first = period if first is None else first
        if unadjusted and self.nominal is not None:
            begin = self.nominal_start or self.accrual_start
            return (self.nominal[first - 1] if first else begin), self.nominal[period]
        return (self.payment[first - 1] if first else self.accrual_start), self.payment[period]


def date_terms(dates: Dates) -> DealDateTerms:
    """A deal file's dates as the terms that payment dates are made from.

    Raises ValueError naming every date and lag that the file leaves open. Source: clo-liabilities-waterfall 1.1, 1.2.
    """
    needed = (
        "closing",
        "first_payment",
        "stated_maturity",
        "payment_day",
        "determination_lag",
        "index_lag",
        "convention",
    )
    if missing := [f"dates.{name}" for name in needed if getattr(dates, name) is None]:
        raise ValueError(f"expected {', '.join(missing)}; found none")
    return DealDateTerms(
        closing=dates.closing,  # type: ignore[arg-type]
        first_payment=dates.first_payment,  # type: ignore[arg-type]
        stated_maturity=dates.stated_maturity,  # type: ignore[arg-type]
        payment_day=dates.payment_day,  # type: ignore[arg-type]
        months_between=dates.months_between_payments,
        determination_lag=dates.determination_lag,  # type: ignore[arg-type]
        index_lag=dates.index_lag,  # type: ignore[arg-type]
        convention=convention(dates.convention),
    )


def coupon_factor(
    note: Note, name: str, dates: PaymentDates, period: int, index: Any, numbers: Numbers, *, first: int | None = None
) -> Any:
    """Coupon times day-count fraction of a period, or of those from `first` to it; a number, or (scenarios,) where the
    index is.

    Raises ValueError for a class without a coupon. Source: clo-liabilities-waterfall 3.1; clo-extensions 4.8.
    """
    days = dates.accrual(period, unadjusted=note.accrue == "unadjusted", first=first)
    fraction = numbers.year_fraction(*days, note.day_count)
    return coupon(note, name, index, numbers) * fraction


def coupon(note: Note, name: str, index: Any, numbers: Numbers) -> Any:
    """The coupon a year of a class: fixed, or the index, at least its floor, plus the spread, and never below zero: where
    the index is that low, holders are paid nothing and owe nothing.

    Raises ValueError for a class without a coupon. Source: clo-liabilities-waterfall 3.1; clo-extensions 4.8.
    """
    if note.fixed is not None:
        return numbers.of(note.fixed)
    if note.spread is None:
        raise ValueError(f"notes.{name}: expected a spread or a fixed coupon, found neither")
    if note.index_floor is not None:
        floor = numbers.of(note.index_floor)
        index = np.maximum(index, floor)
    return np.maximum(index + numbers.of(note.spread), numbers.of(0))
