"""Pools of funds of one currency as series: flows summed, values brought forward to common days. Which funds make a pool is not here.

A fund whose data ends earlier than that of others stands still from there. Source: fund-admin 3.1, 3.2.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from calculations.daycount import Days, Ints
from calculations.funds.performance.conventions import Level
from calculations.funds.performance.days import Points, quarter_ends
from calculations.funds.performance.histories import LEFT_OUT, NEVER, Histories, split_keys
from calculations.funds.performance.levels import Series
from calculations.funds.performance.values import Values
from calculations.ragged import counted, day_keys, first_rows
from calculations.reasons import Reasons, either, is_given, no_reasons

_NO_DAY = np.datetime64("NaT", "D")
_BEFORE_ALL = np.datetime64("0001-01-01", "D")


@dataclass(frozen=True, eq=False)
class Pools:
    """Pools ready to be measured on `points`, since the first flow; (points,) each: how many funds had begun, and the day of
    the oldest value among theirs, NaT where one has none."""

    series: Series
    points: Points
    fund_count: Ints
    oldest_value_day: Days


def pool_series(funds: Series, pool: Ints, last: Days, missing: Reasons) -> Pools:
    """The `funds` of a level and convention by `pool` (funds,), LEFT_OUT where a fund is in none; rates are never averaged.

    On calendar quarter ends, and on days on which one of the pool is valued, each fund is worth its newest value with what
    was paid in since and without what was paid out; after its `last` day (funds,), up to which its data speaks, nothing is
    known to have come. While the worth of one fund is not known that of the pool is not, for the same reason: `missing`
    (funds,) where it was never valued.
    """
    histories = _until(funds.histories, last)
    fund, shown = _standing(funds, histories, pool, last)
    day = np.minimum(shown, last[fund])
    newest = replace(funds.values, is_carried=True).at(fund, day)
    has_value = ~np.isnat(newest.day)
    called, distributed = histories.sums(fund, day)
    before, paid_before = histories.sums(fund, np.where(has_value, newest.day, _BEFORE_ALL))
    worth = newest.units + (called - before) - (distributed - paid_before)
    why = either(np.where(has_value, newest.reasons, missing[fund]), histories.reasons(fund, day))

    keys, row = np.unique(day_keys(pool[fund], shown), return_inverse=True)
    units, reasons, oldest = np.zeros(keys.size, dtype=np.int64), no_reasons(keys.size), np.full(keys.size, NEVER)
    known = ~is_given(why)
    np.add.at(units, row[known], worth[known])
    reasons[row[~known][::-1]] = why[~known][::-1]
    np.minimum.at(oldest, row[has_value], newest.day[has_value])
    points = Points(*split_keys(keys))
    count = int(pool.max(initial=LEFT_OUT)) + 1
    return Pools(
        Series(
            replace(funds.basis, level=Level.POOL),
            Histories.of(histories.legs.pooled(pool), count),
            Values.of(points.series, points.day, np.where(is_given(reasons), 0, units), reasons=reasons),
            None
            if funds.commitments is None
            else Histories.of(_until(funds.commitments, last).legs.pooled(pool), count),
        ),
        points,
        np.bincount(row, minlength=keys.size),
        np.where(np.bincount(row[~has_value], minlength=keys.size) > 0, _NO_DAY, oldest),
    )


def _until(histories: Histories, last: Days) -> Histories:
    """The same without what comes after the last day of each series."""
    legs = histories.legs
    return Histories.of(legs.chosen(legs.day <= last[legs.series]), histories.count)


def _standing(funds: Series, histories: Histories, pool: Ints, last: Days) -> tuple[Ints, Days]:
    """Every fund that is in a pool, from its first flow, on the days of that pool: quarter ends and the days on which one of
    its funds is valued, to the last one that any of them speaks for."""
    begun = histories.first_day(np.arange(histories.count))
    members = np.flatnonzero((pool != LEFT_OUT) & (begun < NEVER))
    if not members.size:
        return members, last[members]
    members = members[np.argsort(pool[members], kind="stable")]
    count = int(pool.max()) + 1
    first, stop = np.full(count, NEVER), np.full(count, _BEFORE_ALL)
    np.minimum.at(first, pool[members], begun[members])
    np.maximum.at(stop, pool[members], last[members])
    ends = quarter_ends(first.min().item(), stop.max().item())
    of_pool, place = np.nonzero((ends >= first[:, None]) & (ends <= stop[:, None]))
    valued, day = funds.values.points
    kept = (pool[valued] != LEFT_OUT) & (day >= begun[valued]) & (day <= last[valued])
    keys = np.unique(
        np.concatenate([day_keys(of_pool, ends[place]), day_keys(pool[valued[kept]], day[kept])]),
    )
    on_pool, on_day = split_keys(keys)
    sizes = np.bincount(pool[members], minlength=count)
    row, place = counted(sizes[on_pool])
    member = members[first_rows(sizes)[on_pool[row]] + place]
    has_begun = begun[member] <= on_day[row]
    return member[has_begun], on_day[row][has_begun]
