"""Schedules of calls in instalments: due dates and amounts. Notices of an instalment are planned in `calls`."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import ROUND_DOWN, Decimal
from enum import StrEnum

import numpy as np

from calculations.calendars import BusinessCalendar, Convention
from calculations.funds.waterfall.preferred import working_precision
from calculations.months import add_months, as_date

MOST = 20  # instalments of one schedule, input-contracts 3


class Frequency(StrEnum):
    """BIANNUAL is twice a year. CUSTOM takes the dates that are given."""

    SINGLE = "SINGLE"
    MONTHLY = "MONTHLY"
    QUARTERLY = "QUARTERLY"
    BIANNUAL = "BIANNUAL"
    ANNUAL = "ANNUAL"
    CUSTOM = "CUSTOM"


_MONTHS = {Frequency.MONTHLY: 1, Frequency.QUARTERLY: 3, Frequency.BIANNUAL: 6, Frequency.ANNUAL: 12}


@dataclass(frozen=True)
class Instalment:
    number: int
    due_date: dt.date
    amount: Decimal


def schedule(
    total: Decimal,
    due_dates: Sequence[dt.date],
    unit: Decimal,
    shares: Sequence[Decimal] | None = None,
) -> tuple[Instalment, ...]:
    """`total` in instalments on `due_dates`: equal, or by `shares` (fractions of the total, the last one is the rest).

    Each amount is rounded down to `unit` and the last absorbs the remainder, so that none is negative and they sum to
    the total. Raises ValueError for a total that is not above zero or no whole number of units, for dates that are not
    1 to 20 or do not rise, and for shares that are not one per date, are negative or exceed 1 in sum.
    Source: fund-admin CC-10.
    """
    count = len(due_dates)
    if not 1 <= count <= MOST:
        raise ValueError(f"a schedule: expected 1 to {MOST} instalments, found {count}")
    if list(due_dates) != sorted(set(due_dates)):
        raise ValueError(f"a schedule: expected due dates that rise, found {', '.join(map(str, due_dates))}")
    if total <= 0 or total % unit:
        raise ValueError(f"a schedule: expected a total > 0 in whole units of {unit}, found {total}")
    if shares is not None and (len(shares) != count or min(shares) < 0 or sum(shares) > 1):
        raise ValueError(f"a schedule: expected {count} shares >= 0 that sum to at most 1, found {list(shares)}")
    with working_precision():
        exact = [total * share for share in shares] if shares is not None else [total / count] * count
        amounts = [(amount / unit).to_integral_value(ROUND_DOWN) * unit for amount in exact[:-1]]
        amounts.append(total - sum(amounts))
    return tuple(
        Instalment(number, date, amount)
        for number, (date, amount) in enumerate(zip(due_dates, amounts, strict=True), start=1)
    )


def due_dates(
    first: dt.date,
    count: int,
    frequency: Frequency,
    calendar: BusinessCalendar | None = None,
    convention: Convention = Convention.UNADJUSTED,
) -> tuple[dt.date, ...]:
    """`count` due dates from `first` on, each counted from the first, so that a month's end does not creep forward.

    31 January is followed by 28 or 29 February and then by 31 March. Dates are moved to business days where a calendar
    is given. Raises ValueError for CUSTOM, which names its own dates, for a single call of several instalments, and
    for a count outside 1 to 20. Source: fund-admin CC-10.
    """
    if not 1 <= count <= MOST:
        raise ValueError(f"a schedule: expected 1 to {MOST} instalments, found {count}")
    if frequency is Frequency.CUSTOM or (frequency is Frequency.SINGLE and count > 1):
        raise ValueError(f"a schedule of {count} dates: expected one of {', '.join(_MONTHS)}, found {frequency}")
    days = add_months(first, _MONTHS.get(frequency, 0) * np.arange(count))
    moved = days if calendar is None else calendar.adjust(days, convention)
    return tuple(as_date(day) for day in moved)
