"""Days on which a notice changes its standing: earliest due date, overdue, in default. Amounts and interest are not here.

Days are numpy datetime64, (notices,); NaT means that the day does not come.
"""

from __future__ import annotations

import numpy as np

from calculations.calendars import BusinessCalendar, DaysLike, as_days
from calculations.daycount import Days
from calculations.funds.capital.terms import CallTerms, CureDays, DefaultTerms


def earliest_due(notice_dates: DaysLike, terms: CallTerms, calendar: BusinessCalendar) -> Days:
    """The first day on which a call may be due, its notice period in business days after the notice. Source: fund-admin CC-6."""
    return calendar.days_after(notice_dates, terms.notice_business_days)


def overdue_from(due_dates: DaysLike, terms: CallTerms) -> Days:
    """The first day on which what is unpaid is overdue: the day after the due date and its days of grace.

    Interest runs from the due date all the same. Source: fund-admin CC-7; input-contracts 3.1, grace_days.
    """
    return as_days(due_dates) + np.timedelta64(terms.grace_days + 1, "D")


def defaulted_from(written_notice_dates: DaysLike, terms: DefaultTerms, calendar: BusinessCalendar) -> Days:
    """The first day on which what is unpaid is in default: the day after the cure period, which written notice starts.

    NaT where there was no written notice, and everywhere if the terms have no cure period. Source: fund-admin CC-7.
    """
    notices = as_days(written_notice_dates)
    if terms.cure_days is None:
        return np.full(notices.shape, np.datetime64("NaT"), dtype="datetime64[D]")
    if terms.cure_day_type is CureDays.CALENDAR:
        return notices + np.timedelta64(terms.cure_days + 1, "D")
    # The calendar cannot step from a missing day, so it steps from any other and the result is thrown away.
    some_day = np.where(np.isnat(notices), np.datetime64("2000-01-03"), notices)
    cured_by = calendar.days_after(some_day, terms.cure_days)
    return np.where(np.isnat(notices), np.datetime64("NaT"), cured_by + np.timedelta64(1, "D"))
