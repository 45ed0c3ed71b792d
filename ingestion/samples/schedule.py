"""Business days and payment dates of the demo deals. Amounts paid on them do not belong here.

The holiday table of the workbook is the calendar, so that a reader of the workbook finds the same dates.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from functools import cache

import holidays
import numpy as np
import numpy.typing as npt

from ingestion.samples.parameters import Deal, load_yaml

SCHEDULE_ROWS = 182
Days = npt.NDArray[np.datetime64]


@cache
def us_holidays(with_juneteenth: bool = False) -> tuple[tuple[dt.date, str], ...]:
    """US bank holidays on weekdays with their names: a Sunday moves to Monday, a Saturday is not made up for.

    Without Juneteenth by default: a workbook of 2016 cannot know a holiday of 2021.
    """
    years = load_yaml("market.yaml")["holidays"]
    calendar = holidays.country_holidays("US", years=range(years["from_year"], years["to_year"] + 1))
    kept = []
    for day, name in sorted(calendar.items()):
        # The calendar observes the New Year after its last year too.
        in_range = years["from_year"] <= day.year <= years["to_year"]
        made_up_for_saturday = "(observed)" in name and day.weekday() == 4
        is_known = with_juneteenth or "Juneteenth" not in name
        if in_range and is_known and day.weekday() < 5 and not made_up_for_saturday:
            kept.append((day, name.replace(" (observed)", "")))
    return tuple(kept)


@cache
def _holiday_array() -> Days:
    return np.array([day for day, _ in us_holidays()], dtype="datetime64[D]")


def business_days(first: dt.date, last: dt.date) -> Days:
    """Business days from `first` to `last`, both included."""
    days = np.arange(np.datetime64(first), np.datetime64(last) + 1)
    return days[np.is_busday(days, holidays=_holiday_array())]


def shift(days: Days, business: int) -> Days:
    """Days moved by a number of business days, first rolled forward to one."""
    return np.busday_offset(days, business, roll="forward", holidays=_holiday_array())


@dataclass(frozen=True)
class Schedule:
    """Payment schedule of a deal: four columns of 182 days each, running past maturity as the legacy sheet does."""

    payment: Days
    determination: Days  # of the interest rate
    collection_begin: Days
    collection_end: Days


def payment_schedule(deal: Deal) -> Schedule:
    """Dates from the first payment on, rolled to the following business day. Source: clo-liabilities-waterfall 1.2."""
    first = deal.dates.first_payment
    months = np.datetime64(first, "M") + np.arange(SCHEDULE_ROWS) * deal.months_between_payments
    nominal = months.astype("datetime64[D]") + (deal.payment_day - 1)
    payment = shift(nominal, 0)
    closing = np.array([deal.dates.closing], dtype="datetime64[D]")
    end = shift(payment, -deal.determination_offset)
    determination = np.concatenate([closing, shift(payment[:-1], -deal.interest_determination_offset)])
    return Schedule(payment, determination, np.concatenate([closing, end[:-1]]), end)


def current_period(deal: Deal, schedule: Schedule, as_of: dt.date) -> int:
    """Row of the schedule whose payment comes next: on or after `as_of`, or strictly after where the deal says so."""
    day = np.datetime64(as_of)
    paid = schedule.payment <= day if deal.next_payment_is_strictly_after else schedule.payment < day
    return int(paid.sum())
