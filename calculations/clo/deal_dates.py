"""A deal's dates: payment, accrual, collection and interest determination of each period that is left. No money here."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

import numpy as np

from calculations.calendars import BusinessCalendar, Convention, Days, as_days, end_of_month
from calculations.clo.presets import STANDARD, Preset


@dataclass(frozen=True)
class DealDateTerms:
    """What a deal says about its dates; lags in business days. A payment day beyond a month's end is its last day."""

    closing: dt.date
    first_payment: dt.date  # any day of the month of the first payment
    stated_maturity: dt.date
    payment_day: int
    months_between: int = 3
    determination_lag: int = 0  # from a payment date back to the end of its collections
    index_lag: int = 2  # from the payment date before back to the interest determination date
    convention: Convention = Convention.FOLLOWING

    def __post_init__(self) -> None:
        if not 1 <= self.payment_day <= 31:
            raise ValueError(f"payment_day must be a day of a month, 1 to 31, found {self.payment_day}")
        if self.months_between < 1:
            raise ValueError(f"months_between must be a whole number of months >= 1, found {self.months_between}")
        for name, lag in (("determination_lag", self.determination_lag), ("index_lag", self.index_lag)):
            if lag < 0:
                raise ValueError(f"{name} must be a number of business days >= 0, found {lag}")
        if self.first_payment > self.stated_maturity:
            raise ValueError(
                f"first_payment must not be after stated_maturity {self.stated_maturity}, found {self.first_payment}"
            )


@dataclass(frozen=True, eq=False)
class DealDates:
    """The periods 1 to n after the analysis date; every array is of shape (n,), element `i` is period `i + 1`.

    Collections of a period are dated in (collection_begin, collection_end]; interest accrues from accrual_begin to
    payment. The last period before the analysis date, period 0, has only supplied what period 1 begins with.
    """

    analysis: dt.date
    months_between: int
    nominal: Days
    payment: Days
    accrual_begin: Days
    collection_begin: Days
    collection_end: Days
    interest_determination: Days
    nominal_before: np.datetime64  # nominal date of period 0, or closing date

    @property
    def count(self) -> int:
        """The number of periods."""
        return int(self.payment.size)

    @property
    def grid(self) -> Days:
        """Payment dates 0 to n, shape (n + 1,); date 0 is where period 1 begins to accrue."""
        return np.concatenate([self.accrual_begin[:1], self.payment])

    @property
    def nominal_grid(self) -> Days:
        """Dates 0 to n before any adjustment, shape (n + 1,)."""
        return np.concatenate([[self.nominal_before], self.nominal])


def deal_dates(
    terms: DealDateTerms, analysis: dt.date, calendar: BusinessCalendar, preset: Preset = STANDARD
) -> DealDates:
    """The dates of every period whose nominal payment date is after the analysis date.

    Raises ValueError where none is left. Source: clo-liabilities-waterfall 1.2; clo-collateral-engine 4.1.
    """
    nominal = _nominal_dates(terms)
    payment = calendar.adjust_terminal(nominal, terms.convention, preset)
    collection_end = calendar.days_before(payment, terms.determination_lag, preset)
    closing = as_days(terms.closing).reshape(1)
    nominal_before = np.concatenate([closing, nominal[:-1]])
    accrual_begin = np.concatenate([closing, payment[:-1]])
    collection_begin = np.concatenate([closing, collection_end[:-1]])
    determination = np.concatenate([closing, calendar.days_before(payment[:-1], terms.index_lag, preset)])

    left = nominal > np.datetime64(analysis, "D")
    if not left.any():
        raise ValueError(
            f"a payment date must be left after analysis date {analysis}, found the last one on {nominal[-1]}"
        )
    return DealDates(
        analysis=analysis,
        months_between=terms.months_between,
        nominal=nominal[left],
        payment=payment[left],
        accrual_begin=accrual_begin[left],
        collection_begin=collection_begin[left],
        collection_end=collection_end[left],
        interest_determination=determination[left],
        nominal_before=nominal_before[left][0],
    )


def _nominal_dates(terms: DealDateTerms) -> Days:
    first = np.datetime64(terms.first_payment, "M")
    months = np.arange(first, np.datetime64(terms.stated_maturity, "M") + 1, terms.months_between)
    begin = months.astype("datetime64[D]")
    days = np.minimum(begin + np.timedelta64(terms.payment_day - 1, "D"), end_of_month(begin))
    days = days[days <= np.datetime64(terms.stated_maturity, "D")]
    if not days.size:
        raise ValueError(
            f"stated_maturity must not be before the first payment date in {first}, found {terms.stated_maturity}"
        )
    return days
