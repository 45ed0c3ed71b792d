"""When a loan pays: its interest dates and what share of its balance each instalment repays. No rates, no balances."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial

import numpy as np

from calculations.calendars import BusinessCalendar, Convention, Flags, as_days, end_of_month
from calculations.clo.presets import STANDARD, Preset
from calculations.daycount import Days, Floats, Ints
from calculations.months import add_months, months_between
from calculations.ragged import by_name, counted


@dataclass(frozen=True, eq=False)
class InterestDates:
    """Interest dates of loans, loan by loan in order, shape (n,): as stated, and as paid on after adjustment to business
    days; `loan` numbers the loan of each.
    """

    loan: Ints
    nominal: Days
    paid: Days


def interest_dates(
    first: Days,
    maturity: Days,
    months: Ints,
    calendar: BusinessCalendar,
    how: Sequence[Convention],
    is_end_of_month: Flags,
    preset: Preset = STANDARD,
) -> InterestDates:
    """Interest dates of loans from the first payment every `months` months up to maturity, which is always the last.

    Terms are (loans,). The first payment is taken as stated. A first payment on or after maturity leaves maturity alone.
    Source: clo-collateral-engine 1.2, Q5.
    """
    every = np.arange(maturity.size)
    last = _adjusted(partial(calendar.adjust_terminal, preset=preset), maturity, how, every)
    loan, step = counted(np.maximum(months_between(first, maturity), 0) // months + 2)
    nominal = _stepped(first, months, loan, step, is_end_of_month[loan] & (step > 0))
    paid = _adjusted(partial(calendar.adjust, preset=preset), nominal, how, loan)
    paid = np.where(step == 0, nominal, paid)
    is_before = paid < last[loan]
    return joined(
        InterestDates(loan[is_before], nominal[is_before], paid[is_before]), InterestDates(every, maturity, last)
    )


def dates_after(
    maturity: Days,
    months: Ints,
    count: Ints,
    calendar: BusinessCalendar,
    how: Sequence[Convention],
    is_end_of_month: Flags,
    preset: Preset = STANDARD,
) -> InterestDates:
    """The `count` dates of each loan that follow maturity every `months` months, on which only recoveries are paid.

    Terms are (loans,). Source: clo-collateral-engine 1.10.
    """
    loan, step = counted(count)
    nominal = _stepped(maturity, months, loan, step + 1, is_end_of_month[loan])
    return InterestDates(loan, nominal, _adjusted(partial(calendar.adjust, preset=preset), nominal, how, loan))


def joined(first: InterestDates, later: InterestDates) -> InterestDates:
    """Two parts of the schedules of the same loans as one; no date of the second comes before one of the first."""
    loan = np.concatenate([first.loan, later.loan])
    order = np.argsort(loan, kind="stable")
    nominal, paid = np.concatenate([first.nominal, later.nominal]), np.concatenate([first.paid, later.paid])
    return InterestDates(loan[order], nominal[order], paid[order])


def _stepped(from_days: Days, months: Ints, loan: Ints, step: Ints, is_end_of_month: Flags) -> Days:
    nominal = add_months(from_days[loan], months[loan] * step)
    return np.where(is_end_of_month, end_of_month(nominal), nominal)


def _adjusted(adjust: Callable[[Days, Convention], Days], days: Days, how: Sequence[Convention], loan: Ints) -> Days:
    """Days moved as the convention of their loan says."""
    moved = days.copy()
    for convention, where in by_name(how, loan):
        moved[where] = adjust(days[where], convention)
    return moved


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
