"""When a loan pays: its interest dates and what share of its balance each instalment repays. No rates, no balances."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from calculations.calendars import BusinessCalendar, Convention, as_days, end_of_month
from calculations.clo.presets import STANDARD, Preset
from calculations.daycount import Days, Floats
from calculations.months import add_months, months_between


@dataclass(frozen=True, eq=False)
class InterestDates:
    """Interest dates in order, shape (n,): as stated, and as paid on after adjustment to business days."""

    nominal: Days
    paid: Days


def interest_dates(
    first: dt.date,
    maturity: dt.date,
    months: int,
    calendar: BusinessCalendar,
    how: Convention = Convention.UNADJUSTED,
    *,
    is_end_of_month: bool = False,
    preset: Preset = STANDARD,
) -> InterestDates:
    """Interest dates from the first payment every `months` months up to maturity, which is always the last.

    The first payment is taken as stated. A first payment on or after maturity leaves maturity alone.
    Source: clo-collateral-engine 1.2, Q5.
    """
    last = calendar.adjust_terminal(maturity, how, preset)
    count = max(0, int(months_between(first, maturity))) // months + 2
    nominal = add_months(first, months * np.arange(count))
    if is_end_of_month:
        nominal[1:] = end_of_month(nominal[1:])
    paid = calendar.adjust(nominal, how, preset)
    paid[0] = nominal[0]
    is_before = np.logical_and.accumulate(paid < last)
    return InterestDates(
        nominal=np.append(nominal[is_before], as_days(maturity)), paid=np.append(paid[is_before], last)
    )


def dates_after(
    maturity: dt.date,
    months: int,
    count: int,
    calendar: BusinessCalendar,
    how: Convention = Convention.UNADJUSTED,
    *,
    is_end_of_month: bool = False,
    preset: Preset = STANDARD,
) -> InterestDates:
    """The `count` dates that follow maturity every `months` months, on which only recoveries are paid.

    Source: clo-collateral-engine 1.10.
    """
    nominal = add_months(maturity, months * np.arange(1, count + 1))
    if is_end_of_month:
        nominal = end_of_month(nominal)
    return InterestDates(nominal=nominal, paid=calendar.adjust(nominal, how, preset))


def instalment_shares(
    instalments: Sequence[tuple[dt.date, float]],
    calendar: BusinessCalendar,
    how: Convention = Convention.UNADJUSTED,
    preset: Preset = STANDARD,
) -> tuple[Days, Floats]:
    """Adjusted instalment dates in order and the share of the balance then outstanding that each repays; both (j,).

    The last share is 1. Instalments that fall on one date after adjustment are one. Amounts are in any one currency
    and positive. Source: clo-collateral-engine 1.2, Q6.
    """
    stated = as_days([date for date, _ in instalments])
    dates, where = np.unique(calendar.adjust_terminal(stated, how, preset), return_inverse=True)
    amounts = np.bincount(where, weights=[amount for _, amount in instalments], minlength=dates.size)
    return dates, amounts / np.cumsum(amounts[::-1])[::-1]
