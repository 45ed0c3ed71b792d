"""What was unpaid of many notices, from which day to which, and the interest on it. Who receives the interest is in `late`."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from calculations.calendars import DaysLike, as_days
from calculations.daycount import Days, Ints, days360
from calculations.exact.minor_units import ONE
from calculations.exact.products import divided, rounded
from calculations.funds.capital.terms import DayCount
from calculations.ragged import counted

_YEAR = {DayCount.ACT_365F: 365, DayCount.ACT_360: 360, DayCount.THIRTY_360: 360}


@dataclass(frozen=True, eq=False)
class Stretches:
    """`unpaid` minor units of notice number `notice` from `start` until `end`, where the notice was due on `due`; all (n,)."""

    notice: Ints
    unpaid: Ints
    due: Days
    start: Days
    end: Days


def unpaid_stretches(
    amounts: Ints, due: DaysLike, paid_notice: Ints, paid_on: DaysLike, paid: Ints, until: DaysLike
) -> Stretches:
    """The stretches from the due date on over which a part of each notice was unpaid, up to `until`.

    `amounts`, `due` and `until` are (notices,) (`until` may be one day), the payments (payments,), each with the number
    of its notice, negative where one is taken back. A payment counts from its day on. Source: fund-admin CC-7.
    """
    due_days = as_days(due)
    ends = np.broadcast_to(as_days(until), due_days.shape)
    notice = np.concatenate([np.arange(amounts.size), paid_notice])
    start = np.concatenate([due_days, np.maximum(as_days(paid_on), due_days[paid_notice])])
    change = np.concatenate([amounts, -paid])
    order = np.lexsort((start, notice))  # stable: the notice itself comes before payments on its due date
    notice, start, change = notice[order], start[order], change[order]
    running = np.cumsum(change)
    counts = np.bincount(notice, minlength=amounts.size)
    before = np.concatenate([[0], running])[np.cumsum(counts) - counts]
    unpaid = running - before[notice]
    end = ends[notice].copy()
    has_next = notice[:-1] == notice[1:]
    end[:-1][has_next] = np.minimum(end[:-1], start[1:])[has_next]
    runs = (unpaid > 0) & (start < end)
    return Stretches(notice[runs], unpaid[runs], due_days[notice[runs]], start[runs], end[runs])


def split_at(stretches: Stretches, days: Days) -> tuple[Stretches, Ints]:
    """The stretches cut at `days` (k,), in order, and for each piece how many of the days are on or before its start."""
    first = np.searchsorted(days, stretches.start, side="right")
    pieces = np.searchsorted(days, stretches.end, side="left") - first + 1
    owner, place = counted(pieces)
    reached = first[owner] + place
    bounds = np.concatenate([days, np.array(["NaT"], dtype="datetime64[D]")])  # read only where it is not the bound
    start = np.where(place == 0, stretches.start[owner], bounds[reached - 1])
    end = np.where(place == pieces[owner] - 1, stretches.end[owner], bounds[reached])
    return Stretches(stretches.notice[owner], stretches.unpaid[owner], stretches.due[owner], start, end), reached


def interest(stretches: Stretches, rates: Ints, day_count: DayCount, notices: int) -> Ints:
    """Interest of each notice, in minor units, rounded half-up once: unpaid x rate x days / basis, summed; (notices,).

    `rates` (n,) in 1e-12 a year. Under 30/360 the days of a stretch are the difference of two counts from the due
    date, so that cutting a stretch changes nothing. Raises ValueError for a negative rate. Source: fund-admin CC-7.
    """
    if rates.size and rates.min() < 0:
        raise ValueError(f"rates of late interest must be >= 0, found {rates.min()} x 1e-12")
    if day_count is DayCount.THIRTY_360:
        days = days360(stretches.due, stretches.end) - days360(stretches.due, stretches.start)
    else:
        days = (stretches.end - stretches.start).astype(np.int64)
    whole, rest = divided(stretches.unpaid, rates * days, ONE * _YEAR[day_count])
    units, remainders = np.zeros(notices, dtype=np.int64), np.zeros(notices, dtype=np.int64)
    np.add.at(units, stretches.notice, whole)
    np.add.at(remainders, stretches.notice, rest)
    return rounded(units, remainders, ONE * _YEAR[day_count])
