"""Where funds stood at the ends of past quarters: running totals of what moved, the value brought forward by cash, calls not yet paid.
Forecasts, rates of return and currencies do not belong here.

Booked money is int64 in units that the caller chooses; rows are many funds' in one array, `owner` the number of a row's fund.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from calculations.daycount import Days, Ints
from calculations.ragged import counted, day_keys


@dataclass(frozen=True, eq=False)
class Quarters:
    """Quarter ends of many funds, fund by fund and rising: `owner`, `end` (rows,)."""

    owner: Ints
    end: Days

    @classmethod
    def between(cls, first_days: Days, last_days: Days) -> Quarters:
        """Each fund's quarters from the one of its first day to the last that has ended by its last day; both (funds,).

        A fund without a first day (NaT) has none.
        """
        first, following = _quarter(np.where(np.isnat(first_days), last_days + 1, first_days)), _quarter(last_days + 1)
        owner, place = counted(np.maximum(following - first, 0))
        following_month = (first[owner] + place + 1) * 3
        return cls(owner, following_month.astype("datetime64[M]").astype("datetime64[D]") - 1)


def _quarter(days: Days) -> Ints:
    """The number of each day's calendar quarter."""
    return np.asarray(days.astype("datetime64[M]").astype(np.int64) // 3)


def running_totals(owner: Ints, days: Days, amounts: Ints, at: Quarters) -> Ints:
    """Each fund's sum of `amounts` (rows,) up to and on each of its quarter ends, (quarters,)."""
    order = np.argsort(day_keys(owner, days), kind="stable")
    keys = day_keys(owner[order], days[order])
    total = np.concatenate([[0], np.cumsum(amounts[order])])
    upto = np.searchsorted(keys, day_keys(at.owner, at.end), "right")
    before = np.searchsorted(owner[order], at.owner, "left")
    return np.asarray(total[upto] - total[before], dtype=np.int64)


def latest_rows(owner: Ints, days: Days, at: Quarters) -> Ints:
    """The row of each fund's newest day at or before each of its quarter ends, (quarters,); -1 where there is none."""
    order = np.argsort(day_keys(owner, days), kind="stable")
    found = np.searchsorted(day_keys(owner[order], days[order]), day_keys(at.owner, at.end), "right") - 1
    rows = order[np.maximum(found, 0)] if order.size else np.zeros(found.size, dtype=np.int64)
    is_own = (found >= 0) & (owner[rows] == at.owner) if order.size else np.zeros(found.size, dtype=np.bool_)
    return np.where(is_own, rows, -1)


def brought_forward(value: Ints, value_day: Days, owner: Ints, days: Days, net_paid_in: Ints, at: Quarters) -> Ints:
    """A value of an earlier day plus what was paid in less what was paid out since, (quarters,).

    `value`, `value_day` (quarters,), the day at or before the quarter's end; `net_paid_in` (rows,) of all flows.
    """
    until_value = running_totals(owner, days, net_paid_in, Quarters(at.owner, value_day))
    return np.asarray(value + running_totals(owner, days, net_paid_in, at) - until_value, dtype=np.int64)


@dataclass(frozen=True, eq=False)
class Notices:
    """Calls on payers, every array (notices,): the fund by number, what was called, when it was issued and is due."""

    owner: Ints
    amount: Ints
    issued: Days
    due: Days


@dataclass(frozen=True, eq=False)
class Collected:
    """What became of calls by each quarter's end, every array (quarters,)."""

    outstanding: Ints  # of calls issued
    overdue: Ints  # of calls due before the day
    due: Ints  # calls due by the day
    collected: Ints  # paid of these


def collected(notices: Notices, notice: Ints, days: Days, paid: Ints, at: Quarters) -> Collected:
    """Calls issued, due and paid at each quarter's end.

    `notice`, `days`, `paid` (payments,): the number of the paid call, the day, the amount, negative where a payment was
    taken back. What is paid above a call makes up for no other. A call is overdue from the day after its due date on.
    Source: fund-admin 1.4 CC-7, CC-9.
    """
    order = np.lexsort((paid < 0, days, notice))
    of, day = notice[order], days[order]
    total = np.cumsum(paid[order])
    starts = np.searchsorted(of, of, "left")
    after = total - np.where(starts > 0, total[starts - 1], 0)
    before = after - paid[order]
    amount = notices.amount[of]
    # A payment lowers what is outstanding, as far as something was.
    change = np.maximum(amount - after, 0) - np.maximum(amount - before, 0)

    def standing(first: Days) -> Ints:
        """What is missing of the calls that count from their first day on."""
        return running_totals(
            np.concatenate([notices.owner, notices.owner[of]]),
            np.concatenate([first, np.maximum(day, first[of])]),
            np.concatenate([notices.amount, change]),
            at,
        )

    due = running_totals(notices.owner, notices.due, notices.amount, at)
    return Collected(
        standing(np.minimum(notices.issued, notices.due)),
        standing(notices.due + 1),
        due,
        due - standing(notices.due),
    )
